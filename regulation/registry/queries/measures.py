"""Trips, papers and days of approvals, before and after a reform."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from ..change import Change, changes
from ..models import Approval, Material, Measure


@dataclass(frozen=True, slots=True)
class Once:
    """What an approval asks of an applicant on a day.

    `papers` is what the measure states, or else counts those on record; `held` of them are an office's own
    results. `before` is the measure that ended where the one of the day began, if one did.
    """

    now: Measure | None
    before: Measure | None
    changes: list[Change]
    papers: int | None
    held: int
    committed_days: int | None


def once_of(
    approval: Approval, *, materials: Sequence[Material], on: dt.date, said_at: dt.datetime | None = None
) -> Once:
    """The measure of a day, the one before it, and what changed; `said_at` as for rulings."""
    held = sum(bool(material.held_by) for material in materials)
    found = list(_begun(on, said_at).filter(approval=approval)[:2])
    return _once(approval, found, (len(materials), held), on, said_at)


def onces_of(
    approvals: Sequence[Approval], *, on: dt.date, said_at: dt.datetime | None = None
) -> dict[int, Once]:
    """As `once_of`, of several approvals by their keys; two queries."""
    keys = [approval.pk for approval in approvals]
    begun: dict[int, list[Measure]] = defaultdict(list)
    for measure in _begun(on, said_at).filter(approval__in=keys):
        begun[measure.approval_id].append(measure)
    held = Count("materials", filter=~Q(materials__held_by=""))
    counted = Approval.objects.filter(pk__in=keys).order_by().annotate(listed=Count("materials"), held=held)
    papers = {pk: (listed, held) for pk, listed, held in counted.values_list("pk", "listed", "held")}
    return {a.pk: _once(a, begun[a.pk], papers[a.pk], on, said_at) for a in approvals}


def _begun(on: dt.date, said_at: dt.datetime | None) -> QuerySet[Measure]:
    """The measures that had begun by a day, the latest first."""
    measures = Measure.objects.said_at(said_at) if said_at else Measure.objects.on_record()
    return measures.filter(in_force__startswith__lte=on).order_by("-in_force")


def _once(
    approval: Approval,
    found: Sequence[Measure],
    papers: tuple[int, int],
    on: dt.date,
    said_at: dt.datetime | None,
) -> Once:
    now = found[0] if found and _covers(found[0], on) else None
    before = found[1] if now and len(found) > 1 else None
    listed, held = papers
    stated = now.papers if now else None
    committed = now.committed_days if now and now.committed_days is not None else None
    if committed is None and said_at is None:
        committed = approval.committed_days
    return Once(
        now=now,
        before=before,
        changes=changes(before, now) if before and now else [],
        papers=stated if stated is not None else listed or None,
        held=held,
        committed_days=committed,
    )


def _covers(measure: Measure, day: dt.date) -> bool:
    period = measure.in_force
    return period.lower <= day and (period.upper is None or day < period.upper)


def measures_of(approvals: Sequence[Approval]) -> dict[int, list[Measure]]:
    """What is on record of some approvals, by approval, in the order of time. One query."""
    found: dict[int, list[Measure]] = {}
    measures = Measure.objects.on_record().filter(approval__in=[approval.pk for approval in approvals])
    for measure in measures.order_by("approval", "in_force"):
        found.setdefault(measure.approval_id, []).append(measure)
    return found


def same_approvals(approvals: Sequence[Approval], *, regions: Iterable[str]) -> list[Approval]:
    """What other regions call the same: approvals there with the base code or the name of one of these."""
    codes = {a.base_code for a in approvals if a.base_code}
    same = Q(base_code__in=codes) | Q(name__in={a.name for a in approvals})
    found = Approval.objects.filter(same, region__in=list(regions))
    return list(found.order_by("region", "pinyin", "pk"))


def measure_drafts() -> QuerySet[Measure]:
    """Measures that wait for a second person: neither published nor withdrawn, oldest first."""
    return (
        Measure.objects.filter(published_at__isnull=True, recorded__upper_inf=True)
        .select_related("approval__region", "author")
        .order_by("created_at", "pk")
    )


def approvals_behind_measures(*, on: dt.date) -> QuerySet[Approval]:
    """Approvals whose committed days are not what the measures of a day make them."""
    stated = measures_stating_days(on=on).filter(
        Q(approval__committed_days__isnull=True) | ~Q(committed_days=F("approval__committed_days"))
    )
    ended = approvals_outliving_measures(on=on)
    return Approval.objects.filter(Q(pk__in=stated.values("approval")) | Q(pk__in=ended.values("pk")))


def measures_stating_days(*, on: dt.date) -> QuerySet[Measure]:
    """Measures in force on a day that state committed days, none of them invented."""
    stated = Measure.objects.on_record().in_force_on(on)
    return stated.filter(committed_days__isnull=False, is_invented=False)


def approvals_outliving_measures(*, on: dt.date) -> QuerySet[Approval]:
    """Approvals whose committed days are those of a measure that no longer holds; none in force states any.

    The measure is the last to have begun by the day, on record or corrected since. A figure that differs from
    its own came from elsewhere, and is none of its.
    """
    of_this = {"approval": OuterRef("pk"), "committed_days__isnull": False, "is_invented": False}
    begun = Measure.objects.published().filter(**of_this, in_force__startswith__lte=on)
    last = begun.order_by("-in_force__startswith", "-published_at", "-pk").values("committed_days")[:1]
    holding = measures_stating_days(on=on).filter(approval=OuterRef("pk"))
    return Approval.objects.filter(~Exists(holding), committed_days=Subquery(last)).order_by("pk")
