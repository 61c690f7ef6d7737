"""By invitation: on a ground in force, enough firms, each clear at the conflict gate when it is published."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from regulation.decoupling.models import Check, Gate, Outcome
from regulation.decoupling.operations import check
from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import InvitedBarred, NoInvitation, TooFewInvited
from ..models import Invitation, Tender
from ..queries import about
from ..standing import invitation_rules
from .bidding import foresee_gate


def assert_invited(tender: Tender, *, at: dt.datetime) -> None:
    """What the database holds by `tender_invites_enough_that_are_clear`, told in words.

    Raises NoInvitation and TooFewInvited; nothing for a tender in which everybody may bid.
    """
    if not tender.invited:
        return
    rule = invitation_rules(tender.region, on=timezone.localdate(at)).get(tender.invite_ground)
    if rule is None:
        raise NoInvitation
    if tender.invitations.count() < rule.least:
        raise TooFewInvited(rule.least)


def barred(tender: Tender, *, at: dt.datetime) -> list[Check]:
    """What the gate would say now of the invited whom it does not let pass. Nothing is stored."""
    foreseen = (
        foresee_gate(tender=tender, tenderer=one.entity, at=at)
        for one in tender.invitations.select_related("entity")
    )
    return [one for one in foreseen if one.outcome != Outcome.CLEAR]


@transaction.atomic
def check_invited(*, tender: Tender, by: User, at: dt.datetime) -> list[Check]:
    """Check every invited firm at the gate, before a tender is published; what was found stays on record.

    Returns the checks that are not clear.
    """
    found = []
    told = about(tender, with_rivals=False)
    for one in Invitation.objects.filter(tender=tender).select_related("entity"):
        one.gate = check(
            intermediary=one.entity,
            department=tender.department,
            on=timezone.localdate(at),
            gate=Gate.BID,
            by=by,
            at=at,
            about=told,
            of=tender.urn,
        )
        one.save(update_fields=["gate"])
        found.append(one.gate)
    return [one for one in found if one.outcome != Outcome.CLEAR]


def note_invited(tender: Tender, *, by: User) -> None:
    """The record keeps who was invited; nobody reads it before the opening."""
    if tender.invited:
        firms = sorted(one.entity.urn for one in tender.invitations.select_related("entity"))
        record(kind="tenders.invited", subject=tender, actor=by, body={"invited": firms}, noticeable=False)


def refuse_the_barred(found: list[Check]) -> None:
    """Raises InvitedBarred for the first."""
    if found:
        raise InvitedBarred(found[0])
