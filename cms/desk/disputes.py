"""What waits in disputes: for the sides, for a mediator, and what regulators look at."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.contracts import dispute_queries as queries
from marketplace.contracts.models import Dispute
from regulation.ledger.queries import database_now
from regulation.parties.models import Membership

from .parts import SHOWN, item, section


def disputes(acting: Membership) -> list[dict[str, Any]]:
    """For a side: its standing disputes. Nothing where there is none."""
    now = database_now()
    waiting = [_of_a_side(one, now) for one in queries.disputes_of(acting.entity)[:SHOWN]]
    return [section(_("Disputes"), waiting, "")] if waiting else []


def _of_a_side(dispute: Dispute, now: Any) -> dict[str, Any]:
    if now < dispute.cure_until:
        text, by = _("Mend it, or agree how to split the money."), dispute.cure_until
    elif dispute.asked_at is None:
        text, by = _("Agree, or ask for a decision."), None
    else:
        text, by = _("A mediator decides; you may still agree."), None
    return item(dispute.milestone.contract, dispute.get_absolute_url(), text, by)


def mediator(acting: Membership) -> list[dict[str, Any]]:
    """The desk of a mediator."""
    waiting = [
        item(
            seat.dispute.milestone,
            seat.dispute.get_absolute_url(),
            _("Decide the dispute.") if seat.accepted_at else _("Accept or decline."),
            seat.decide_by or seat.answer_by,
        )
        for seat in queries.seats_waiting(acting.user, acting.entity)[:SHOWN]
    ]
    every = (_("All you were named for"), reverse("contracts:mediator_desk"))
    listed = (_("Mediators"), reverse("contracts:mediator_list"))
    due = (_("What is due, and my calendar"), reverse("contracts:calendar"))
    return [section(_("Disputes to decide"), waiting, _("No dispute waits for you."), every, due, listed)]


def unheard() -> dict[str, Any]:
    """For regulators: disputes nobody on the list can decide, and the way to the list and to all disputes."""
    waiting = [
        item(
            one.milestone.contract,
            one.get_absolute_url(),
            _("No mediator on the list is free of ties to the sides."),
        )
        for one in queries.without_a_mediator().filter(unheard_at__isnull=False)[:SHOWN]
    ]
    every = (_("All disputes"), reverse("contracts:dispute_list"))
    listed = (_("Mediators"), reverse("contracts:mediator_list"))
    return section(
        _("Disputes without a mediator"), waiting, _("Every dispute has its mediator."), every, listed
    )
