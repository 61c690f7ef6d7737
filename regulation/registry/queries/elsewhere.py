"""The same approval, or the same service, in several regions."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from ..models import Approval, Counterpart, Ground, Ruling, Service, Standard
from .laws import with_bases

MOST_FOUND = 60


@dataclass(frozen=True, slots=True)
class Alike:
    """An approval that is the same as another, and why; `finding` where somebody found it to be."""

    approval: Approval
    ground: Ground
    finding: Counterpart | None = None


def elsewhere(approval: Approval) -> list[Alike]:
    """The same approval in other regions: by its item code, by its name, or by a finding on record.

    Findings count for everything found to be the same as one thing. At most sixty, by region and reference.
    """
    centres = {approval.pk, *approval.counterparts.values_list("same_as", flat=True)}
    findings: dict[int, Counterpart] = {}
    for one in Counterpart.objects.filter(same_as__in=centres).order_by("pk"):
        findings.setdefault(one.approval_id, one)
        findings.setdefault(one.same_as_id, one)
    same = Q(name=approval.name) | Q(pk__in=list(findings))
    if approval.base_code:
        same |= Q(base_code=approval.base_code)
    found = _shown(Approval.objects.filter(same).exclude(region=approval.region_id))[:MOST_FOUND]
    return [_alike(approval, other, findings.get(other.pk)) for other in found]


def _alike(approval: Approval, other: Approval, finding: Counterpart | None) -> Alike:
    if approval.base_code and other.base_code == approval.base_code:
        return Alike(other, Ground.CODE)
    if other.name == approval.name:
        return Alike(other, Ground.NAME)
    return Alike(other, Ground.COUNTERPART, finding)


def papers() -> Count:
    """How many papers an approval asks for, on record."""
    return Count("materials", distinct=True)


def _shown(approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    """With all that a column shows; `papers` is how many are on record."""
    return (
        approvals.select_related("region", "department").annotate(papers=papers()).order_by("region", "ref")
    )


def members_of(standards: Sequence[Standard]) -> dict[str, list[Approval]]:
    """The approvals of each set, by the set's key, in one query."""
    keys: dict[str, set[str]] = defaultdict(set)
    for one in standards:
        keys[one.ground].add(one.group_key)
    found = (
        Approval.objects.filter(
            Q(base_code__in=keys[Ground.CODE])
            | Q(name__in=keys[Ground.NAME])
            | Q(ref__in=keys[Ground.COUNTERPART])
            | Q(counterparts__same_as__ref__in=keys[Ground.COUNTERPART])
        )
        .select_related("region")
        .annotate(centre=_centre())
        .order_by("region", "ref")
    )
    members: dict[str, list[Approval]] = {one.key: [] for one in standards}
    for approval in found:
        for key in _keys(approval):
            if key in members and approval not in members[key]:
                members[key].append(approval)
    return members


def _centre() -> F:
    return F("counterparts__same_as__ref")


def _keys(approval: Approval) -> Iterable[str]:
    yield f"{Ground.CODE}:{approval.base_code}"
    yield f"{Ground.NAME}:{approval.name}"
    yield f"{Ground.COUNTERPART}:{approval.ref}"
    yield f"{Ground.COUNTERPART}:{getattr(approval, 'centre', '')}"


def line_of(code: str) -> list[str]:
    """A region and those above it by their codes (GB/T 2260), nearest first."""
    return list(dict.fromkeys([code, code[:4] + "00", code[:2] + "0000", "000000"]))


def verdicts_of(
    approvals: Sequence[Approval],
    *,
    on: dt.date,
    services: Sequence[Service] | None = None,
    said_at: dt.datetime | None = None,
) -> dict[int, dict[int, Ruling]]:
    """The ruling that holds on a day, by the approval's key and then the service's.

    Each approval is judged in its own region; the nearest region wins, then a ruling on the approval itself.
    Without `services`, those that rulings on record join to any of the approvals. `said_at` asks what this
    site said at a moment. One query.
    """
    record = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    keys = [approval.pk for approval in approvals]
    lines = {code: line_of(code) for code in {approval.region_id for approval in approvals}}
    if services is None:
        joined = record.filter(approval__in=keys).values("service")
        asked = Q(service__in=joined)
    else:
        asked = Q(service__in=list(services))
    rulings = list(
        record.in_force_on(on)
        .judged_on(on)
        .filter(asked, Q(approval__isnull=True) | Q(approval__in=keys))
        .filter(region__in={code for line in lines.values() for code in line})
        .select_related("service", "region", "approval")
    )
    return {approval.pk: _nearest(approval, rulings, lines[approval.region_id]) for approval in approvals}


def _nearest(approval: Approval, rulings: Iterable[Ruling], line: list[str]) -> dict[int, Ruling]:
    mine = [r for r in rulings if r.region_id in line and r.approval_id in (None, approval.pk)]
    best: dict[int, Ruling] = {}
    for ruling in sorted(mine, key=lambda r: (line.index(r.region_id), r.approval_id is None, r.pk)):
        best.setdefault(ruling.service_id, ruling)
    return best


def general_rulings(service: Service, *, on: dt.date, said_at: dt.datetime | None = None) -> QuerySet[Ruling]:
    """What each region rules on a service in every approval, on a day: the country first."""
    record = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    rulings = record.in_force_on(on).judged_on(on).filter(service=service)
    general = rulings.filter(approval__isnull=True).select_related("region", "service", "approval")
    return with_bases(general).order_by("region__depth", "region", "pk")
