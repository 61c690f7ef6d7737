"""What the designation detector is told of each award: who bid, who won, who else could have served."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q
from django.utils import timezone

from marketplace.directory.models import Offer, OfferSuspension, Qualification
from regulation.parties.queries import region_and_parents

from ..designation import Contest
from ..models import Award

VALID = Q(
    tender__bids__withdrawn_at__isnull=True,
    tender__bids__opened_at__isnull=False,
    tender__bids__void_reason="",
)


def contests(*, until: dt.datetime) -> Iterator[Contest]:
    """Every award made by a moment as the designation detector sees it, in the order of awards."""
    rows = (
        Award.objects.filter(awarded_at__lte=until)
        .annotate(firms=ArrayAgg("tender__bids__tenderer", filter=VALID, default=[]), firm=F("bid__tenderer"))
        .order_by("pk")
        .values_list(
            "tender__department",
            "firms",
            "firm",
            "tender__service",
            "tender__region",
            "tender__all_of",
            "tender__any_of",
            "awarded_at",
            "tender__owner",
        )
    )
    market = Market()
    for department, firms, firm, service, region, all_of, any_of, at, owner in rows.iterator(chunk_size=2000):
        field = market.could_serve(service, region, at)
        if all_of or any_of:
            field &= market.qualified(all_of, any_of, at)
        yield Contest(department, tuple(firms), firm, tuple(field - {owner}))


class Market:
    """Offers and certificates, read once for each service and each name of a certificate."""

    def __init__(self) -> None:
        self.offers: dict[int, list[tuple[int, str, Any, list[tuple[Any, Any]]]]] = {}
        self.holders: dict[str, list[tuple[int, Any]]] = {}
        self.lines: dict[str, frozenset[str]] = {}

    def could_serve(self, service: int, region: str, at: dt.datetime) -> set[int]:
        """Firms whose offer of the service for the region was in force on the day, and not set aside."""
        day = timezone.localdate(at)
        if region not in self.lines:
            self.lines[region] = frozenset(region_and_parents(region))
        if service not in self.offers:
            self.offers[service] = list(_offers(service))
        return {
            firm
            for firm, where, valid, aside in self.offers[service]
            if where in self.lines[region]
            and _within(valid, day)
            and not any(since <= at and (lifted is None or at < lifted) for since, lifted in aside)
        }

    def qualified(self, all_of: list[str], any_of: list[str], at: dt.datetime) -> set[int]:
        """Firms that on the day held all of some certificates and, where any are named, one of others."""
        day = timezone.localdate(at)
        held = [self._holding(name, day) for name in all_of]
        if any_of:
            held.append(set().union(*(self._holding(name, day) for name in any_of)))
        return set.intersection(*held)

    def _holding(self, name: str, day: dt.date) -> set[int]:
        if name not in self.holders:
            rows = Qualification.objects.filter(name=name).values_list("intermediary__entity", "valid")
            self.holders[name] = list(rows)
        return {firm for firm, valid in self.holders[name] if _within(valid, day)}


def _offers(service: int) -> Iterator[tuple[int, str, Any, list[tuple[Any, Any]]]]:
    aside: dict[int, list[tuple[Any, Any]]] = {}
    told = OfferSuspension.objects.filter(offer__service=service)
    for offer, since, lifted in told.values_list("offer", "since", "lifted_at"):
        aside.setdefault(offer, []).append((since, lifted))
    rows = Offer.objects.filter(service=service).order_by("pk")
    for pk, firm, region, valid in rows.values_list("pk", "intermediary__entity", "region", "valid"):
        yield firm, region, valid, aside.get(pk, [])


def _within(valid: Any, day: dt.date) -> bool:
    if valid.isempty:
        return False
    return (valid.lower is None or valid.lower <= day) and (valid.upper is None or day < valid.upper)
