"""Reads for the gate and its desk."""

import datetime as dt

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from regulation.parties.models import Declaration, Entity, Interest, Membership, Role

from .graph import Graph
from .graph import Interest as Tie
from .models import Check, Determination, Gate, Outcome
from .rules import NO_DECLARATION, TOO_LARGE, Finding, judge

NOT_PUBLIC = (Gate.BID, Gate.DRAW_POOL)  # a check at these gates tells who bids (招标投标法 22)
MOST_INTERESTS = 20_000  # what one check reads; beyond it the answer is unknown

_UPWARD = """
WITH RECURSIVE above (entity) AS (
    SELECT %(root)s::bigint
    UNION
    SELECT i.holder_entity_id FROM parties_interest i JOIN above a ON i.subject_id = a.entity
    WHERE i.holder_entity_id IS NOT NULL AND i.tier IN ('A', 'B') AND upper_inf(i.recorded)
      AND i.held @> %(on)s::date
)
SELECT i.id FROM parties_interest i JOIN above a ON i.subject_id = a.entity
WHERE i.holder_entity_id IS NOT NULL AND i.tier IN ('A', 'B') AND upper_inf(i.recorded)
  AND i.held @> %(on)s::date
LIMIT %(cap)s
"""


def graph_above(intermediary: Entity, *, on: dt.date) -> tuple[Graph, bool]:
    """Every entity interest held on a day that leads to the intermediary, at any depth; tiers A and B.

    And whether that is the whole of it: of more than MOST_INTERESTS only so many are read.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UPWARD, {"root": intermediary.pk, "on": on, "cap": MOST_INTERESTS + 1})
        found = [row[0] for row in cursor.fetchall()]
    read = found[:MOST_INTERESTS]
    interests = Interest.objects.filter(pk__in=read).select_related("holder_entity", "subject")
    return Graph.of(tie_of(interest) for interest in interests), len(found) <= MOST_INTERESTS


def tie_of(interest: Interest) -> Tie:
    """An interest between entities as the rules see it. Raises ValueError when a person holds it."""
    holder = interest.holder_entity
    if holder is None or interest.subject is None:
        raise ValueError("only interests of entities enter the graph")
    return Tie(
        holder=holder.urn,
        subject=interest.subject.urn,
        kind=interest.kind,
        start=interest.held.lower,
        end=interest.held.upper,
        share_min=interest.share_min,
        share_max=interest.share_max,
        holder_name=holder.name,
        subject_name=interest.subject.name,
        source=interest.source,
        tier=interest.tier,
        is_invented=interest.is_invented,
        ref=interest.urn,
    )


def has_declared(entity: Entity, *, on: dt.date) -> bool:
    """Whether the entity declared its interests on or before a day."""
    return Declaration.objects.filter(entity=entity, as_of__lte=on).exists()


def determined(*, intermediary: Entity, department: Entity, digest: str) -> Determination | None:
    """The confirmed answer of two regulators for a pair, as long as its graph is the same."""
    return (
        Determination.objects.filter(
            check_made__intermediary=intermediary,
            check_made__department=department,
            check_made__input_digest=digest,
            confirmed_at__isnull=False,
            rejected_at__isnull=True,
        )
        .order_by("-pk")
        .first()
    )


def rerun(check: Check) -> tuple[Finding, bool]:
    """The rules once more over what a check stored, and whether its digest still fits."""
    graph = Graph.from_json(check.graph)
    finding = judge(
        graph,
        intermediary=check.intermediary.urn,
        authority=check.department.urn,
        on=check.on,
        declared=check.reason_code != NO_DECLARATION,
        whole=check.reason_code != TOO_LARGE,
    )
    return finding, graph.digest() == check.input_digest


def waiting_checks() -> QuerySet[Check]:
    """Unknown checks no standing determination has answered, the nearest deadline first."""
    answered = Determination.objects.filter(check_made=OuterRef("pk"), rejected_at__isnull=True)
    unanswered = Check.objects.filter(outcome=Outcome.UNKNOWN).exclude(Exists(answered))
    return unanswered.select_related("intermediary", "department").order_by("due_at", "pk")


def proposed_determinations() -> QuerySet[Determination]:
    """Determinations that wait for a second regulator."""
    waiting = Determination.objects.filter(confirmed_at__isnull=True, rejected_at__isnull=True)
    return waiting.select_related(
        "check_made__intermediary", "check_made__department", "proposed_by"
    ).order_by("pk")


def checks_visible_to(acting: Membership | None) -> QuerySet[Check]:
    """All for a regulator; an intermediary's own for its members; none for others."""
    checks = Check.objects.select_related("intermediary", "department")
    if not acting:
        return checks.none()
    if acting.role == Role.REGULATOR:
        return checks
    return checks.filter(intermediary=acting.entity_id)


def standing_interests(entity: Entity) -> QuerySet[Interest]:
    """What the public record says of an entity: standing, tiers A and B, held by or in it."""
    return (
        Interest.objects.standing()
        .exclude(tier="C")
        .filter(Q(subject=entity) | Q(holder_entity=entity), holder_entity__isnull=False)
        .select_related("holder_entity", "subject")
        .order_by("-held", "pk")
    )


def public_checks_of(entity: Entity) -> QuerySet[Check]:
    """The newest check of an intermediary against each department, of those that do not tell that it bids."""
    return (
        Check.objects.filter(intermediary=entity)
        .exclude(gate__in=NOT_PUBLIC)
        .select_related("department")
        .order_by("department_id", "-pk")
        .distinct("department_id")
    )
