"""Pages of sanctions: what a rule calls for, the firm's reply, and what two people decide."""

import datetime as dt
from decimal import Decimal
from typing import Any

import django_filters
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

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
from .two_people import TextForm, TwoPeople, posted

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
        "lift_form": TextForm(label=_("Why it is lifted"), auto_id="lift_%s"),
    }
    return render(request, "directory/sanction.html", context | _TWO.forms())


_TWO = TwoPeople(
    noun="sanction",
    outcome=SanctionOutcome,
    refused=(DirectoryRefused,),
    seen=_seen,
    replies=_own,
    of_centre=lambda request, found: bool(getattr(request.user, "is_staff", False)),
    reply_by=reply_to_sanction,
    propose_by=propose_sanction,
    return_by=return_sanction,
    decide_by=decide_sanction,
    decided=gettext_lazy("It is decided. Imposed, the firm takes no new work from now on."),
)
sanction_reply, sanction_propose = posted(_TWO.reply), posted(_TWO.propose)
sanction_return, sanction_decide = posted(_TWO.give_back), posted(_TWO.decide)


@posted
def sanction_lift(request: HttpRequest, ref: str) -> HttpResponse:
    found, done = _TWO.centres(request, ref), _("The sanction is lifted.")
    return _TWO.put(request, found, lift_sanction, done, reason=_("Why it is lifted"))
