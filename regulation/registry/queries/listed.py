"""What goes into an edition of a list: the registry as it stands on a day, row by row."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import F, Prefetch, Q, QuerySet

from regulation.parties.queries import region_and_parents

from ..listing import POWERS_VERDICTS, Listed
from ..models import (
    Approval,
    AreaAssessmentMatter,
    Level,
    ListKind,
    Material,
    Provision,
    PublicList,
    Ruling,
    Service,
)
from ..models.ruling import EVERY_APPROVAL, RulingQuerySet
from .rulings import bases

CHUNK = 1000
AND = "；"
RANK = {level: rank for rank, level in enumerate(Level.values)}


def listed(of: PublicList, *, on: dt.date) -> Iterator[Listed]:
    """The rows of a list as the registry stands on a day, in their order. Nothing is held in memory whole,
    save one department's own approvals."""
    if of.kind == ListKind.POWERS:
        yield from _powers(of, on=on)
        return
    for ruling in _rulings(of).standing_on(on).iterator(chunk_size=CHUNK):
        yield _from_ruling(ruling, on=on)
    if of.kind == ListKind.AREA_ASSESSED:
        yield from map(_from_matter, _matters(of, on=on).iterator(chunk_size=CHUNK))


def left_out(of: PublicList, *, on: dt.date) -> list[dict[str, str | int]]:
    """Demands that would stand in the mandatory list, had their legal basis not ended by the day."""
    if of.kind != ListKind.MANDATORY:
        return []
    return [
        {
            "ruling": r.pk,
            "service": r.service.name,
            "service_en": r.service.name_en,
            "approval": r.approval.name if r.approval else "",
            "approval_en": r.approval.name_en if r.approval else "",
        }
        for r in _rulings(of).in_force_on(on).lapsed_on(on)
    ]


def _rulings(of: PublicList) -> RulingQuerySet:
    return (
        Ruling.objects.on_record()
        .filter(region=of.region_id, necessity=of.kind)
        .select_related("service", "approval__department", "condition")
        .prefetch_related(bases())
        .order_by("service__pinyin", "service__code", F("approval__pinyin").asc(nulls_first=True), "pk")
    )


def _matters(of: PublicList, *, on: dt.date) -> QuerySet[AreaAssessmentMatter]:
    """Matters of the region whose article is in force on the day, or of which no dates are on record."""
    held = Q(provision__in_force__isnull=True) | Q(provision__in_force__contains=on)
    return (
        AreaAssessmentMatter.objects.filter(held, region=of.region_id)
        .select_related("service", "provision__instrument")
        .order_by("provision__ref", "pk")
    )


def _level(provisions: Iterable[Provision], *, on: dt.date) -> str:
    """The highest level among the provisions in force on the day, else among all."""
    cited = list(provisions)
    held = [p for p in cited if p.in_force is not None and on in p.in_force]
    return min((p.level for p in held or cited), key=lambda level: RANK[level], default="")


def _from_ruling(ruling: Ruling, *, on: dt.date) -> Listed:
    approval, service = ruling.approval, ruling.service
    cited = [basis.provision for basis in ruling.bases.all()]
    body = {
        "service_code": service.code,
        "service": service.name,
        "service_en": service.name_en,
        "approval_code": (approval.code or "") if approval else "",
        "approval": approval.name if approval else "",
        "approval_en": approval.name_en if approval else "",
        "department": approval.department.name if approval else "",
        "department_en": approval.department.name_en if approval else "",
        "conditions": ruling.conditions,
        "conditions_en": ruling.conditions_en,
        "condition": ruling.condition.question if ruling.condition else "",
        "condition_en": ruling.condition.question_en if ruling.condition else "",
        "reason": ruling.reason,
        "reason_en": ruling.reason_en,
        "basis": AND.join(map(str, cited)),
        "payer": ruling.payer,
        "days": f"{ruling.days} {ruling.day_kind}" if ruling.days else "",
        "price": ruling.price_regime,
        "follow_up": ruling.follow_up,
        "follow_up_en": ruling.follow_up_en,
        "since": ruling.in_force.lower.isoformat(),
    }
    return Listed(
        key=f"{service.code}/{approval.ref if approval else EVERY_APPROVAL}",
        body=body,
        level=_level(cited, on=on),
        ruling=ruling.pk,
        approval=ruling.approval_id,
        service=service.pk,
    )


def _from_matter(matter: AreaAssessmentMatter) -> Listed:
    body = {
        "service_code": matter.service.code if matter.service else "",
        "service": matter.matter,
        "service_en": matter.matter_en,
        "conditions": matter.payer_note,
        "conditions_en": matter.payer_note_en,
        "reason": matter.provision.summary,
        "reason_en": matter.provision.summary_en,
        "basis": str(matter.provision),
    }
    return Listed(
        key=f"matter/{matter.provision.ref}/{matter.matter}",
        body=body,
        level=matter.provision.level,
        service=matter.service_id,
        matter=matter.pk,
    )


def _powers(of: PublicList, *, on: dt.date) -> Iterator[Listed]:
    """A department's approvals with their days, papers, and what may be asked of an applicant for each."""
    papers = Prefetch("materials", Material.objects.order_by("position").select_related("service"))
    approvals = list(
        Approval.objects.filter(department=of.department_id, region=of.region_id)
        .prefetch_related(papers)
        .order_by("pinyin", "ref")
    )
    joined = _joined(approvals)
    general, special = _verdicts(of, approvals, on=on)
    for approval in approvals:
        verdicts: dict[str, list[str]] = {verdict: [] for verdict in POWERS_VERDICTS}
        for service in joined[approval.pk]:
            found = _nearest(special.get((approval.pk, service.pk)), general.get(service.pk))
            verdicts[found].append(service.name)
        yield _from_approval(approval, verdicts)


Verdict = tuple[int, str]  # how many regions up it was found, and what it says


def _nearest(special: Verdict | None, general: Verdict | None) -> str:
    """The nearer region wins; in one region the ruling on the approval itself."""
    if special is not None and (general is None or special[0] <= general[0]):
        return special[1]
    return general[1] if general is not None else "none"


def _verdicts(
    of: PublicList, approvals: Sequence[Approval], *, on: dt.date
) -> tuple[dict[int, Verdict], dict[tuple[int, int], Verdict]]:
    """What holds on services in the list's region and above: in every approval, and in these alone."""
    nearest = {code: rank for rank, code in enumerate(region_and_parents(of.region_id))}
    general: dict[int, Verdict] = {}
    special: dict[tuple[int, int], Verdict] = {}
    about = Q(approval__isnull=True) | Q(approval__in=approvals)
    rulings = Ruling.objects.on_record().in_force_on(on).judged_on(on)
    found = rulings.filter(about, region__in=list(nearest))
    for ruling in sorted(found, key=lambda r: (nearest[r.region_id], r.pk)):
        verdict = (nearest[ruling.region_id], ruling.verdict)
        if ruling.approval_id is None:
            general.setdefault(ruling.service_id, verdict)
        else:
            special.setdefault((ruling.approval_id, ruling.service_id), verdict)
    return general, special


def _joined(approvals: Sequence[Approval]) -> dict[int, list[Service]]:
    """For each approval the services that a published ruling joins to it or whose output its papers are."""
    joined: dict[int, dict[int, Service]] = {approval.pk: {} for approval in approvals}
    for approval in approvals:
        for paper in approval.materials.all():
            if paper.service is not None:
                joined[approval.pk][paper.service.pk] = paper.service
    for ruling in Ruling.objects.published().filter(approval__in=approvals).select_related("service"):
        if ruling.approval_id is not None:
            joined[ruling.approval_id][ruling.service_id] = ruling.service
    return {pk: sorted(found.values(), key=lambda s: (s.pinyin, s.code)) for pk, found in joined.items()}


def _from_approval(approval: Approval, verdicts: dict[str, list[str]]) -> Listed:
    days = approval.committed_days
    body = {
        "approval_code": approval.code or "",
        "approval": approval.name,
        "approval_en": approval.name_en,
        "main_item": approval.main_item,
        "committed_days": "" if days is None else str(days),
        "papers": AND.join(paper.name for paper in approval.materials.all()),
        **{verdict: AND.join(names) for verdict, names in verdicts.items()},
    }
    return Listed(key=approval.ref, body=body, approval=approval.pk)
