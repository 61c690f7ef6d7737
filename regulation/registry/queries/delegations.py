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


def every_delegation() -> QuerySet[Delegation]:
    """Every delegation on record with what a list shows of it, the latest to begin first."""
    related = ("approval__region", "department", "delegator", "provision__instrument")
    return Delegation.objects.select_related(*related).order_by("-in_force", "pk")


def decider(delegations: Iterable[Delegation], *, on: dt.date) -> Delegation | None:
    """The delegation under which the approval is decided on a day; None where none is on record."""
    return next((one for one in delegations if on in one.in_force), None)
