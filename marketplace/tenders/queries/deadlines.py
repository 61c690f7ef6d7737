"""The dated rules of procedure, and the days they give."""

import datetime as dt

from django.utils import timezone

from regulation.parties.models import Region
from regulation.parties.queries import region_and_parents
from regulation.registry.queries import working_calendar

from ..models import ProcedureRule, Tender

CLOSING = dt.time(17)  # when a deadline falls that is offered
DEFAULT_MINIMUM = dt.timedelta(days=3)
DEFAULT_GRACE = dt.timedelta(days=1)
AFTER_AMENDMENT = dt.timedelta(days=1)


def procedure_rule_for(region: Region, *, on: dt.date) -> ProcedureRule | None:
    """The rule in force on a day in the nearest region that has one."""
    codes = region_and_parents(region.code)
    rules = {r.region_id: r for r in ProcedureRule.objects.filter(region__in=codes, in_force__contains=on)}
    return next((rules[code] for code in codes if code in rules), None)


def minimum_bidding(region: Region, *, on: dt.date) -> dt.timedelta:
    """How long bidding stays open at least; three days where no rule is on record."""
    rule = procedure_rule_for(region, on=on)
    return rule.minimum_bidding if rule else DEFAULT_MINIMUM


def opening_grace(region: Region, *, on: dt.date) -> dt.timedelta:
    """How long after the deadline trustees may take; a day where no rule is on record."""
    rule = procedure_rule_for(region, on=on)
    return rule.opening_grace if rule else DEFAULT_GRACE


def opening_grace_ends(tender: Tender) -> dt.datetime | None:
    """Until when the trustees may come; after it the tender is void unless two came."""
    if tender.closes_at is None:
        return None
    return tender.closes_at + opening_grace(tender.region, on=timezone.localdate(tender.closes_at))


def time_after_amendment(region: Region, *, on: dt.date) -> dt.timedelta:
    """What bidders have at least once the terms are amended; a day where no rule is on record."""
    rule = procedure_rule_for(region, on=on)
    return rule.after_amendment if rule else AFTER_AMENDMENT


def earliest_deadline(region: Region, *, now: dt.datetime) -> dt.datetime:
    """The first deadline the region's rule allows at five on a working day, for an owner to plan by."""
    day = timezone.localdate(now + minimum_bidding(region, on=timezone.localdate(now)))
    calendar = working_calendar(since=day)
    due = timezone.make_aware(dt.datetime.combine(day, CLOSING))
    if not calendar.is_working(day) or due - now < minimum_bidding(region, on=timezone.localdate(now)):
        due = timezone.make_aware(dt.datetime.combine(calendar.next_working(day), CLOSING))
    return due


def bidding_days(tender: Tender, *, at: dt.datetime) -> int | None:
    """For how many working days bids are taken, of a tender that is public or would be at that moment; None
    without a deadline."""
    if tender.closes_at is None:
        return None
    start, end = (timezone.localdate(day) for day in (tender.published_at or at, tender.closes_at))
    return working_calendar(since=start).count(start, end) if start < end else 0


def deadline_after(region: Region, days: int | None, *, now: dt.datetime) -> dt.datetime:
    """The deadline that leaves so many working days, at five on a working day, and never less than the
    region's rule: what an owner is offered who begins with another tender's terms."""
    earliest = earliest_deadline(region, now=now)
    if not days:
        return earliest
    today = timezone.localdate(now)
    day = working_calendar(since=today).after(today, days)
    return max(earliest, timezone.make_aware(dt.datetime.combine(day, CLOSING)))
