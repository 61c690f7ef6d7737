"""Reads of audits of awards."""

import datetime as dt
from collections.abc import Iterator

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from regulation.decoupling.matter import Avoided, Matter
from regulation.decoupling.models import Gate, Outcome
from regulation.decoupling.queries import exempted, gather, input_digest
from regulation.decoupling.rules import Finding, Pack, judge
from regulation.parties.models import Declaration, Entity
from regulation.parties.queries import region_and_parents

from ..designation import Contest
from ..models import Award, DesignationShare, Reaudit, ReauditedAward, ReauditStatus

STUCK = dt.timedelta(minutes=2)
CONFLICTED = Outcome.CONFLICTED
CELLS = {
    "both": (Q(then_outcome=CONFLICTED) & Q(now_outcome=CONFLICTED)),
    "then": (Q(then_outcome=CONFLICTED) & ~Q(now_outcome=CONFLICTED)),
    "now": (~Q(then_outcome=CONFLICTED) & Q(now_outcome=CONFLICTED)),
    "neither": (~Q(then_outcome=CONFLICTED) & ~Q(now_outcome=CONFLICTED)),
}


def reaudits() -> QuerySet[Reaudit]:
    """All audits, newest first."""
    return Reaudit.objects.select_related("asked_by").order_by("-pk")


def running() -> Reaudit | None:
    """The audit under way, if any."""
    return Reaudit.objects.filter(status=ReauditStatus.RUNNING).first()


def last_done() -> Reaudit | None:
    """The audit finished last."""
    return Reaudit.objects.filter(status=ReauditStatus.DONE).order_by("-pk").first()


def audited(reaudit: Reaudit) -> QuerySet[ReauditedAward]:
    """The awards of an audit with what a list shows, conflicts first."""
    return reaudit.awards.select_related(
        "award__tender__department", "award__bid__tenderer", "gate_made"
    ).order_by("-award__awarded_at", "pk")


def in_cell(found: QuerySet[ReauditedAward], cell: str) -> QuerySet[ReauditedAward]:
    """The awards of one of the four cells."""
    return found.filter(CELLS[cell]) if cell in CELLS else found.none()


def leads_of(reaudit: Reaudit) -> QuerySet[DesignationShare]:
    """The designation leads of an audit, the least likely by chance first."""
    return reaudit.leads.select_related("department", "firm").order_by("q", "p", "pk")


def awards_after(key: int, *, until: dt.datetime, most: int) -> list[Award]:
    """The next awards in order of keys, of those made by a moment."""
    found = Award.objects.filter(pk__gt=key, awarded_at__lte=until).select_related(
        "tender__department", "tender__owner", "tender__service", "tender__region", "bid__tenderer"
    )
    return list(found.order_by("pk")[:most])


def rivals_of(award: Award) -> tuple[Entity, ...]:
    """Who else bid, once the bids are open; withdrawn bids do not count."""
    others = award.tender.bids.opened().exclude(pk=award.bid_id).select_related("tenderer").order_by("pk")
    return tuple(bid.tenderer for bid in others)


def agents_of(award: Award) -> dict[str, str]:
    """Who sent each opened bid, by the bidder's URN."""
    bids = award.tender.bids.opened().order_by("pk").values_list("tenderer_id", "submitted_by_id")
    return {f"parties.entity/{firm}": f"parties.user/{user}" for firm, user in bids}


def avoided_by(award: Award) -> tuple[Avoided, ...]:
    """The units the owner declared that it must avoid."""
    units = award.tender.avoided_units.select_related("entity").order_by("pk")
    return tuple(Avoided(unit.entity.urn, unit.reason) for unit in units)


def judged_again(award: Award, pack: Pack, *, known_at: dt.datetime | None) -> tuple[Finding, str]:
    """What the rules say of an award for its own day, by what was known at a moment or stands today.

    And the digest of all it depends on. Rules and day are the same for both, so that a difference comes from
    the record alone; the exemptions are those in force on the day.
    """
    tender, winner = award.tender, award.bid.tenderer
    on, rivals = timezone.localdate(award.awarded_at), rivals_of(award)
    graph, whole = gather(
        [winner, tender.owner, *rivals, tender.department],
        on=on,
        known_at=known_at,
        compared=[winner, *rivals],
        agents=agents_of(award),
    )
    declared = Declaration.objects.filter(entity=winner, as_of__lte=on)
    matter = Matter(
        intermediary=winner.urn,
        authority=tender.department.urn,
        on=on,
        gate=str(Gate.AWARD),
        declared=(declared.filter(made_at__lte=known_at) if known_at else declared).exists(),
        whole=whole,
        owner=tender.owner.urn,
        service=tender.service.code,
        regions=tuple(region_and_parents(tender.region_id)),
        rivals=tuple(sorted(rival.urn for rival in rivals)),
        avoided=avoided_by(award),
        exempted=exempted(intermediary=winner, department=tender.department, on=on),
    )
    return judge(graph, matter, pack), input_digest(graph, matter, pack)


def contests(*, until: dt.datetime) -> Iterator[Contest]:
    """Every award made by a moment as the designation detector sees it: valid bidders and winner."""
    valid = Q(
        tender__bids__withdrawn_at__isnull=True,
        tender__bids__opened_at__isnull=False,
        tender__bids__void_reason="",
    )
    rows = (
        Award.objects.filter(awarded_at__lte=until)
        .annotate(firms=ArrayAgg("tender__bids__tenderer", filter=valid, default=[]), firm=F("bid__tenderer"))
        .order_by("pk")
        .values_list("tender__department", "firms", "firm")
    )
    for department, firms, firm in rows.iterator(chunk_size=2000):
        yield Contest(department, tuple(firms), firm)
