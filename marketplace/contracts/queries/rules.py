"""The dated rules of a contract, and the days they give."""

import datetime as dt
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from marketplace.tenders.limits import Limit, ends
from marketplace.tenders.models import TenderService
from regulation.parties.models import Region
from regulation.parties.queries import region_and_parents
from regulation.registry.models import Service
from regulation.registry.queries import working_calendar

from ..models import ContractRule, Schedule, Wording

DAY = dt.timedelta(days=1)


def rule_for(region: Region, *, on: dt.date) -> ContractRule | None:
    """The rule in force on a day in the nearest region that has one."""
    codes = region_and_parents(region.code)
    held = {r.region_id: r for r in ContractRule.objects.filter(region__in=codes, in_force__contains=on)}
    return next((held[code] for code in codes if code in held), None)


def services_contracted() -> QuerySet[Service]:
    """Services that contracts are for, alone or with others."""
    bought = TenderService.objects.filter(tender__awards__contract__isnull=False)
    return Service.objects.filter(pk__in=bought.values("service"))


def tenders_of(service: Service) -> Any:
    """The tenders that buy a service, alone or with others, for a subquery."""
    return TenderService.objects.filter(service=service).values("tender")


def schedule_for(service: Service | None, *, on: dt.date) -> Schedule | None:
    """The schedule of a service on a day, or the one for every other; that too where None is given."""
    held = Schedule.objects.filter(Q(service=service) | Q(service__isnull=True), in_force__contains=on)
    return held.order_by(F("service").asc(nulls_last=True)).first()


def wording_for(service: Service | None, *, on: dt.date) -> Wording | None:
    """The newest standard text used on a day: the service's own, or the one for every other; that too where
    None is given."""
    held = Wording.objects.filter(Q(service=service) | Q(service__isnull=True), starts_on__lte=on)
    return held.order_by(F("service").asc(nulls_last=True), "-starts_on").first()


def ends_at(start: dt.datetime, limit: Limit) -> dt.datetime:
    """When a limit that begins at a moment ends, exclusive, by the working calendar."""
    return ends(start, limit, working_calendar(since=timezone.localdate(start)))


def due_day(start: dt.datetime, days: int) -> dt.date:
    """The last of so many working days that begin at a moment."""
    began = timezone.localdate(start)
    return working_calendar(since=began).after(began, days)


def days_lost(since: dt.datetime, until: dt.datetime) -> int:
    """The working days on which something stood still, even in part."""
    first = timezone.localdate(since)
    return working_calendar(since=first).count(first, timezone.localdate(until) + DAY)


def later_day(day: dt.date, count: int) -> dt.date:
    """The day so many working days later."""
    return working_calendar(since=day).after(day, count)


def days_given_back(start: dt.datetime, days: int, due_on: dt.date | None) -> int:
    """By how many working days a day set by `due_day` was moved since."""
    planned = due_day(start, days)
    if due_on is None or due_on <= planned:
        return 0
    return working_calendar(since=planned).count(planned + DAY, due_on + DAY)
