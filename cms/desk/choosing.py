"""What waits in the choice of a bid: challenges, complaints, seats on a panel."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.tenders import standing
from regulation.ledger.queries import database_now
from regulation.parties.models import Membership, User

from .parts import SHOWN, item, section


def challenges(acting: Membership) -> dict[str, Any]:
    """Challenges the owner has to answer, the most urgent first."""
    waiting = [
        item(
            c.tender.title,
            c.get_absolute_url(),
            _("Answer the challenge of %(who)s.") % {"who": c.challenger},
            c.answer_due_at,
        )
        for c in standing.challenges_to_answer(acting.entity)[:SHOWN]
    ]
    every = (_("All challenges"), reverse("tenders:challenge_list"))
    return section(_("Challenges to answer"), waiting, _("No challenge waits for your answer."), every)


def complaints() -> dict[str, Any]:
    """Complaints about awards that regulators have to take up or decide."""
    waiting = [
        item(
            c.tender.title,
            c.get_absolute_url(),
            _("Decide the complaint.") if c.accepted else _("Take the complaint up or not."),
            c.decision_due_at or c.acceptance_due_at,
        )
        for c in standing.complaints_to_decide()[:SHOWN]
    ]
    every = (_("All challenges"), reverse("tenders:challenge_list"))
    return section(_("Complaints about awards"), waiting, _("No complaint about an award waits."), every)


def draws(user: User) -> list[dict[str, Any]]:
    """What somebody has to do in a draw as its witness or trustee; nothing where there is nothing."""
    told = {
        "enter": _("Enter your part of the public value."),
        "confirm": _("Confirm that the draw was held as published, or object."),
        "open": _("Open the value you committed to."),
    }
    waiting = [
        item(draw.tender.title, draw.get_absolute_url(), told[what])
        for draw, what in standing.draws_waiting_for(user, now=database_now(), most=SHOWN)
    ]
    return [section(_("Draws"), waiting, "")] if waiting else []


def panels(user: User) -> list[dict[str, Any]]:
    """Seats in which somebody still has to hand in scores; nothing where there is none."""
    waiting = [
        item(s.tender.title, reverse("tenders:score", args=[s.tender.ref]), _("Score the bids and hand in."))
        for s in standing.tenders_to_score(user)[:SHOWN]
    ]
    return [section(_("Bids to score"), waiting, "")] if waiting else []
