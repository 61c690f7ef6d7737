from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role, User

from ..errors import DecouplingRefused
from ..models import RulePack
from ..operations import propose_pack, publish_pack, reject_pack
from ..published.views import difference_told
from ..queries import current_pack, pack_named
from . import queries
from .forms import PackForm, RejectForm, StartForm

PAGE = 20
MOST_FAULTS = 200


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def pack_list(request: HttpRequest) -> HttpResponse:
    """Every version of the rules: in use, to be used, used before, proposed, given up."""
    page = Paginator(queries.packs(), PAGE).get_page(request.GET.get("page"))
    in_use = queries.in_use()
    context = {
        "page_obj": page,
        "rows": [(pack, queries.state_of(pack, in_use=in_use)) for pack in page],
        "in_use": in_use,
    }
    return render(request, "decoupling/pack_list.html", context)


@never_cache
@acting_required(Role.REGULATOR)
def pack_new(request: HttpRequest) -> HttpResponse:
    """Propose a version as a file; or read, rule by rule and field by field, what does not fit."""
    form = PackForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = PackForm(request.POST, request.FILES)
        if form.is_valid():
            body = form.cleaned_data["file"]
            try:
                made = propose_pack(body=body, source=body["source"], by=cast(User, request.user))
            except DecouplingRefused as refusal:
                form.add_error("file", str(refusal))
            else:
                messages.success(
                    request, _("The version is on record. A second regulator publishes it or turns it down.")
                )
                return redirect("decoupling:pack", made.pk)
    context = {
        "form": form,
        "faults": form.faults[:MOST_FAULTS],
        "left_out": max(len(form.faults) - MOST_FAULTS, 0),
        "in_use": current_pack(at=database_now()).version,
    }
    return render(request, "decoupling/pack_new.html", context, status=422 if form.errors else 200)


def _pack(version: str) -> RulePack:
    return get_object_or_404(queries.packs(), pk=version.replace("\0", ""))


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def pack(request: HttpRequest, version: str) -> HttpResponse:
    """One version: who proposed it, what it changes against the one in use, and the decision."""
    return _shown(request, _pack(version))


def _shown(
    request: HttpRequest,
    found: RulePack,
    start: StartForm | None = None,
    reject: RejectForm | None = None,
) -> HttpResponse:
    now = database_now()
    in_use = current_pack(at=now)
    mine = found.proposed_by_id == request.user.pk
    context: dict[str, Any] = {
        "pack": found,
        "state": queries.state_of(found, in_use=in_use.version),
        "in_use": in_use.version,
        "decided": hasattr(found, "publication") or hasattr(found, "rejection"),
        "mine": mine,
        "start_form": start or StartForm(initial={"start": timezone.localdate(now)}),
        "reject_form": reject or RejectForm(),
        **difference_told(in_use, pack_named(found.pk)),
    }
    failed = (start and start.errors) or (reject and reject.errors)
    return render(request, "decoupling/pack.html", context, status=422 if failed else 200)


@require_POST
@acting_required(Role.REGULATOR)
def pack_publish(request: HttpRequest, version: str) -> HttpResponse:
    """The second regulator lets checks use it from a day on."""
    found, form = _pack(version), StartForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, start=form)
    try:
        publish_pack(
            pack=found, by=cast(User, request.user), at=database_now(), start=form.cleaned_data["start"]
        )
    except DecouplingRefused as refusal:
        form.add_error("start", str(refusal))
        return _shown(request, _pack(version), start=form)
    messages.success(request, _("The version is published. Everybody can read it and what it changes."))
    return redirect("decoupling:pack", found.pk)


@require_POST
@acting_required(Role.REGULATOR)
def pack_reject(request: HttpRequest, version: str) -> HttpResponse:
    """Take a proposal back, or turn it down."""
    found, form = _pack(version), RejectForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, reject=form)
    try:
        reject_pack(pack=found, reason=form.cleaned_data["reason"], by=cast(User, request.user))
    except DecouplingRefused as refusal:
        form.add_error("reason", str(refusal))
        return _shown(request, _pack(version), reject=form)
    messages.success(request, _("The version is given up. It stays on record and is never used."))
    return redirect("decoupling:pack", found.pk)
