"""The board of each side: every contract of its own, what is due, from whom, by when."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import side_of
from ..life import State, Step
from ..life_texts import STATE_WORDS, TONES
from ..models import Contract, Milestone
from ..queries import contracts_of

PAGE = 20
OPEN = (Step.PLANNED, Step.STARTED, Step.SUBMITTED, Step.RETURNED, Step.DISPUTED)


def _of_work(milestone: Milestone, step: Step) -> tuple[str, str, Any]:
    """What a milestone waits for, from which side, by when."""
    words = {
        Step.PLANNED: (_("Begin: %(name)s"), "seller", milestone.due_on),
        Step.STARTED: (_("Hand in: %(name)s"), "seller", milestone.due_on),
        Step.RETURNED: (
            _("Mend and hand in again: %(name)s"),
            "seller",
            milestone.mend_until or milestone.due_on,
        ),
        Step.SUBMITTED: (_("Examine: %(name)s"), "buyer", milestone.silence_until),
        Step.DISPUTED: (_("Settle the dispute: %(name)s"), "", None),
    }
    said, side, by = words[step]
    return said % {"name": milestone.name}, side, by


def next_of(contract: Contract, state: State, now: dt.datetime) -> tuple[str, str, Any]:
    """What comes next, from which side ("" where from both or nobody), by when."""
    if state is State.DRAFT:
        return _("Set the milestones and lay it before all sides"), "buyer", contract.sign_by
    if state is State.OFFERED:
        return _("Read and sign it"), "", contract.sign_by
    if state is State.SUSPENDED:
        return _("Read why it is suspended"), "", None
    if state is State.IN_FORCE:
        for milestone in contract.milestones.all():
            step = milestone.state_at(now)
            if step in OPEN:
                return _of_work(milestone, step)
        return _("Wait for the last payment"), "", None
    return "", "", None


@never_cache
@require_safe
@acting_required(Role.OWNER, Role.AGENT)
def own_contracts(request: HttpRequest) -> HttpResponse:
    """Every contract of the entity, the newest first."""
    now, membership = database_now(), acting(request)
    found = contracts_of(membership.entity).prefetch_related("milestones")  # type: ignore[union-attr]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = []
    for contract in page:
        state = contract.state_at(now)
        todo, side, by = next_of(contract, state, now)
        mine = side_of(membership, contract)
        rows.append(
            {
                "contract": contract,
                "words": STATE_WORDS[state],
                "tone": TONES[state],
                "todo": todo,
                "yours": bool(todo) and side in ("", mine),
                "by": by,
                "other": contract.seller if mine in ("buyer", "payer") else contract.buyer,
            }
        )
    return render(request, "contracts/board.html", {"page_obj": page, "rows": rows})
