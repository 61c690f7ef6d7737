"""A new draft from an earlier tender."""

import datetime as dt

from django.db import transaction

from regulation.parties.models import User

from ...life import ENDED
from ...models import Tender
from ...queries import bidding_days, deadline_after
from ..documents import copy_documents
from .services import relied_on
from .terms import Terms
from .writing import draft_tender


@transaction.atomic
def copy_tender(*, tender: Tender, by: User, at: dt.datetime) -> Tender:
    """A draft of the same owner that says the same, with its documents; the rulings are today's, and
    the deadline is as many working days ahead as its own was, or what the region's rule asks for.

    Of a tender that failed, was cancelled or declared void it is the one that will take its place.
    """
    terms = {name: getattr(tender, name) for name in Terms.__dataclass_fields__}
    services = [one.service for one in tender.bought]
    (service, ruling), *also = relied_on(approval=tender.approval, services=services, at=at)
    closes_at = deadline_after(tender.region, bidding_days(tender, at=at), now=at)
    dates = {"closes_at": closes_at, "opens_at": None, "questions_until": None}
    units = tender.avoided_units.select_related("entity")
    made = draft_tender(
        owner=tender.owner,
        approval=tender.approval,
        service=service,
        ruling=ruling,
        terms=Terms(**terms | dates),
        avoided=[(unit.entity, unit.reason) for unit in units],
        invited=[one.entity for one in tender.invitations.select_related("entity")],
        by=by,
        at=at,
        also=also,
        replaces=tender if tender.state_at(at) in ENDED else None,
    )
    copy_documents(tender, made, by=by, at=at)
    return made
