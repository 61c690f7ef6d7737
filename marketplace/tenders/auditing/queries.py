"""Reads of audits of awards."""

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from regulation.decoupling.models import Gate, Outcome
from regulation.decoupling.queries import About, asked, input_digest
from regulation.decoupling.rules import Finding, Pack, judge

from ..models import Award, DesignationShare, Reaudit, ReauditedAward, ReauditStatus
from ..queries import about

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
        "tender__department", "tender__owner", "tender__region", "bid__tenderer"
    )
    return list(found.order_by("pk")[:most])


def told_of(award: Award) -> About:
    """What the gate was told when the award was made: its tender, rivals, and who had a part by then."""
    return about(award.tender, with_rivals=True, before=award.awarded_at)


def judged_again(award: Award, pack: Pack, *, known_at: dt.datetime) -> tuple[Finding, str]:
    """What the rules say of an award for its own day, by what was on record at a moment.

    And the digest of all it depends on. Rules, day and tender are the same whatever the moment, so that a
    difference comes from the record alone: interests, merges, declarations, exemptions.
    """
    graph, matter = asked(
        intermediary=award.bid.tenderer,
        department=award.tender.department,
        on=timezone.localdate(award.awarded_at),
        gate=Gate.AWARD,
        about=told_of(award),
        known_at=known_at,
    )
    return judge(graph, matter, pack), input_digest(graph, matter, pack)
