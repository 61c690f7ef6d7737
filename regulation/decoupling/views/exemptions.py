from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required, acts_as
from regulation.parties.models import Role, User

from .. import explain
from ..errors import DecouplingRefused
from ..forms import ExemptionFilter, ExemptionForm, RevokeForm
from ..models import Exemption
from ..operations import decide_exemption, propose_exemption, revoke_exemption
from ..queries import current_pack, exemptions_visible_to

PAGE = 20
DECISIONS = ("confirm", "reject")


def _regulates(request: HttpRequest) -> bool:
    return acts_as(acting(request), Role.REGULATOR)


def exemption_list(request: HttpRequest) -> HttpResponse:
    """Exemptions granted, for everyone; for regulators those proposed and rejected too."""
    found = ExemptionFilter(request.GET or None, queryset=exemptions_visible_to(acting(request)))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    rows = [(row, state_of(row, on=today)) for row in page]
    return render(
        request,
        "decoupling/exemption_list.html",
        {"filter": found, "page_obj": page, "rows": rows, "regulates": _regulates(request)},
    )


def state_of(row: Exemption, *, on: Any) -> tuple[str, str]:
    """How an exemption stands on a day: the tag's tone and its words."""
    if row.rejected_at:
        return "bad", _("rejected")
    if row.revoked_at:
        return "bad", _("revoked")
    if not row.confirmed_at:
        return "warn", _("proposed")
    if row.valid.upper and row.valid.upper <= on:
        return "neutral", _("ended")
    return ("good", _("in force today")) if row.valid.lower <= on else ("info", _("from a later day"))


def exemption(request: HttpRequest, pk: int) -> HttpResponse:
    """One exemption: who, for which department, on what ground, until when; and who decided."""
    return _page(request, get_object_or_404(exemptions_visible_to(acting(request)), pk=pk))


def _page(request: HttpRequest, found: Exemption, *, form: RevokeForm | None = None) -> HttpResponse:
    pack = current_pack(at=database_now())
    context = {
        "exemption": found,
        "state": state_of(found, on=timezone.localdate()),
        "rules": [explain.rule_title(pack.rule(code)) or code for code in found.rules],
        "regulates": _regulates(request),
        "revoke_form": form or RevokeForm(),
    }
    return render(request, "decoupling/exemption.html", context, status=422 if form else 200)


@acting_required(Role.REGULATOR)
def exemption_new(request: HttpRequest) -> HttpResponse:
    """A regulator proposes an exemption."""
    pair = {name: request.GET.get(name, "")[:200] for name in ("intermediary", "department")}
    form = ExemptionForm(request.POST or None, initial=pair)
    if request.method == "POST" and form.is_valid():
        try:
            made = propose_exemption(by=cast(User, request.user), **form.cleaned_data)
        except DecouplingRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            told = _("The exemption is proposed. It counts once a second regulator confirms it.")
            messages.success(request, told)
            return redirect("decoupling:exemption", made.pk)
    return render(
        request, "decoupling/exemption_new.html", {"form": form}, status=422 if form.errors else 200
    )


@require_POST
@acting_required(Role.REGULATOR)
def exemption_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The second regulator confirms or rejects."""
    found = get_object_or_404(Exemption, pk=pk)
    if (decision := request.POST.get("decision")) not in DECISIONS:
        messages.error(request, _("Choose what to do."))
        return redirect("decoupling:exemption", pk)
    confirm = decision == "confirm"
    try:
        decide_exemption(exemption=found, confirm=confirm, by=cast(User, request.user), at=database_now())
        messages.success(
            request, _("The exemption is confirmed.") if confirm else _("The exemption is rejected.")
        )
    except DecouplingRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("decoupling:exemption", pk)


@require_POST
@acting_required(Role.REGULATOR)
def exemption_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End an exemption at once, with a reason."""
    found = get_object_or_404(exemptions_visible_to(acting(request)), pk=pk)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    reason = form.cleaned_data["reason"]
    try:
        revoke_exemption(exemption=found, reason=reason, by=cast(User, request.user), at=database_now())
        messages.success(request, _("The exemption is revoked."))
    except DecouplingRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("decoupling:exemption", pk)
