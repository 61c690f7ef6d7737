"""Who decides an approval, since when, and what handed it on."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from ..models import Approval, Delegation

SHOWN = 50


def delegations_of(approval: Approval) -> QuerySet[Delegation]:
    """Every delegation of an approval on record, newest first; at most fifty."""
    related = ("department", "delegator", "provision__instrument")
    return approval.delegations.select_related(*related).order_by("-in_force", "pk")[:SHOWN]


def decider(delegations: Iterable[Delegation], *, on: dt.date) -> Delegation | None:
    """The delegation under which the approval is decided on a day; None where none is on record."""
    return next((one for one in delegations if on in one.in_force), None)
