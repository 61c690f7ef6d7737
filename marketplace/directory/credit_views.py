"""Pages of sanctions: what a rule calls for, the firm's reply, and what two people decide."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acts_as
from regulation.parties.models import Role

from .credit_drawing import drawn
from .errors import DirectoryRefused
from .models import ConsequenceKind, Intermediary, Sanction, SanctionOutcome
from .operations import (
    decide_sanction,
    lift_sanction,
    propose_sanction,
    reply_to_sanction,
    return_sanction,
)
from .queries import sanctions

PAGE = 20
SHOWN = 60  # steps of a history that a page draws


def credit_shown(intermediary: Intermediary) -> dict[str, Any]:
    """The history of an intermediary's credit as its page draws and tables it; from `with_credit_history`."""
    records = [
        one
        | {
            "at": timezone.localtime(dt.datetime.fromisoformat(one["at"])),
            "score": Decimal(one["score"]) if one["score"] else None,
        }
        for one in intermediary.credit_steps  # type: ignore[attr-defined]
    ]
    steps = [(one["at"], one["level"], one["score"]) for one in reversed(records)]
    told = drawn(steps, now=timezone.localtime())
    return {"records": records, "drawing": told, "drawable": any(step[1] for step in steps)}


class SanctionFilter(django_filters.FilterSet):
    """What a reader narrows sanctions by."""

    kind = django_filters.ChoiceFilter(
        choices=[(k.value, k.label) for k in (ConsequenceKind.SUSPEND, ConsequenceKind.REMOVE)],
        label=gettext_lazy("Kind"),
    )

    class Meta:
        model = Sanction
        fields = ["kind"]


class TextForm(forms.Form):
    """One text that somebody puts on record."""

    text = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label


class ProposalForm(forms.Form):
    """How it should end, and why."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=SanctionOutcome.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, which is published with the decision"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


def _whole(request: HttpRequest) -> bool:
    """The centre and regulators read all of them."""
    return bool(getattr(request.user, "is_staff", False)) or acts_as(acting(request), Role.REGULATOR)


def _own(request: HttpRequest, sanction: Sanction) -> bool:
    membership = acting(request)
    return acts_as(membership, Role.AGENT) and (
        membership is not None and membership.entity_id == sanction.intermediary.entity_id
    )


@require_safe
def sanction_list(request: HttpRequest) -> HttpResponse:
    """Sanctions that were imposed, for everyone; those that wait too for the centre and regulators."""
    whole = _whole(request)
    shown = sanctions() if whole else sanctions().filter(outcome="imposed", decided_at__isnull=False)
    found = SanctionFilter(request.GET or None, queryset=shown)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "now": database_now(), "whole": whole}
    return render(request, "directory/sanction_list.html", context)


def _seen(request: HttpRequest, ref: str) -> Sanction:
    """One the reader may know of: imposed, about their own firm, or any for the centre and regulators."""
    found = get_object_or_404(sanctions(), ref=ref)
    public = found.decided_at is not None and found.outcome == SanctionOutcome.IMPOSED
    if not (public or _whole(request) or _own(request, found)):
        raise Http404
    return found


@never_cache
@require_safe
def sanction(request: HttpRequest, ref: str) -> HttpResponse:
    """What the rule met, the reply, what was proposed and decided; the form of who is next."""
    found, now = _seen(request, ref), database_now()
    centre = bool(getattr(request.user, "is_staff", False)) and not _own(request, found)
    waits = found.decided_at is None
    ready = found.replied_at is not None or now >= found.reply_until
    stands = not waits and found.outcome == SanctionOutcome.IMPOSED and found.lifted_at is None
    context = {
        "sanction": found,
        "intermediary": found.intermediary,
        "now": now,
        "stands": stands,
        "shows_proposal": _whole(request),
        "may_reply": waits and found.replied_at is None and _own(request, found),
        "may_propose": centre and waits and ready and found.proposed_by_id in (None, request.user.pk),
        "may_decide": centre and waits and found.proposed_by_id not in (None, request.user.pk),
        "may_lift": centre and stands,
        "reply_form": TextForm(label=_("Your reply"), auto_id="reply_%s"),
        "proposal_form": ProposalForm(auto_id="propose_%s"),
        "return_form": TextForm(label=_("Why it is returned"), auto_id="return_%s"),
        "lift_form": TextForm(label=_("Why it is lifted"), auto_id="lift_%s"),
    }
    return render(request, "directory/sanction.html", context)


def _act(
    request: HttpRequest, found: Sanction, form: forms.Form | None, act: Callable[[], Any], done: str
) -> HttpResponse:
    """Act, tell what came of it, go back."""
    if form is not None and not form.is_valid():
        for name, faults in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            messages.error(request, " ".join(filter(None, (f"{label}:" if label else "", *map(str, faults)))))
        return redirect(found)
    try:
        act()
        messages.success(request, done)
    except DirectoryRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(found)


def _centres(request: HttpRequest, ref: str) -> Sanction:
    found = _seen(request, ref)
    if not getattr(request.user, "is_staff", False):
        raise PermissionDenied
    return found


@require_POST
@login_required
def sanction_reply(request: HttpRequest, ref: str) -> HttpResponse:
    found, form = _seen(request, ref), TextForm(request.POST, label=_("Your reply"))
    if not _own(request, found):
        raise PermissionDenied
    return _act(
        request,
        found,
        form,
        lambda: reply_to_sanction(
            sanction=found,
            text=form.cleaned_data["text"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("Your reply is on record."),
    )


@require_POST
@login_required
def sanction_propose(request: HttpRequest, ref: str) -> HttpResponse:
    found, form = _centres(request, ref), ProposalForm(request.POST)
    return _act(
        request,
        found,
        form,
        lambda: propose_sanction(
            sanction=found,
            outcome=SanctionOutcome(form.cleaned_data["outcome"]),
            reason=form.cleaned_data["reason"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("The proposal waits for a second person of the centre."),
    )


@require_POST
@login_required
def sanction_return(request: HttpRequest, ref: str) -> HttpResponse:
    found, form = _centres(request, ref), TextForm(request.POST, label=_("Why it is returned"))
    return _act(
        request,
        found,
        form,
        lambda: return_sanction(
            sanction=found,
            reason=form.cleaned_data["text"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("The proposal is returned."),
    )


@require_POST
@login_required
def sanction_decide(request: HttpRequest, ref: str) -> HttpResponse:
    found = _centres(request, ref)
    return _act(
        request,
        found,
        None,
        lambda: decide_sanction(sanction=found, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("It is decided. Imposed, the firm takes no new work from now on."),
    )


@require_POST
@login_required
def sanction_lift(request: HttpRequest, ref: str) -> HttpResponse:
    found, form = _centres(request, ref), TextForm(request.POST, label=_("Why it is lifted"))
    return _act(
        request,
        found,
        form,
        lambda: lift_sanction(
            sanction=found,
            reason=form.cleaned_data["text"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("The sanction is lifted."),
    )
