"""Reads of findings: for regulators, and what the firm concerned may read."""

from django.db.models import QuerySet

from regulation.parties.models import Entity, Membership

from ..models import LEADS, Closure, Finding, FindingEvent, FindingEventKind, FindingStatus
from .reading import own_departments

FOR_THE_FIRM = (
    FindingEventKind.FOUND,
    FindingEventKind.CHANGED,
    FindingEventKind.CLEARED,
    FindingEventKind.BACK,
    FindingEventKind.REPLIED,
    FindingEventKind.EXPLAINED,
    FindingEventKind.UPHELD,
)


def findings() -> QuerySet[Finding]:
    """Findings with what lists and pages show, those seen last first."""
    return Finding.objects.select_related("entity", "department", "region").order_by("-last_seen", "-pk")


def findings_about(entity: Entity) -> QuerySet[Finding]:
    """What a firm reads about itself. Leads are not told: they say nothing of the firm until looked into."""
    return findings().filter(entity=entity).exclude(kind__in=LEADS)


def open_findings() -> QuerySet[Finding]:
    """Open findings that the records still show, the oldest first."""
    waiting = findings().filter(status=FindingStatus.OPEN, cleared_at=None)
    return waiting.order_by("first_seen", "pk")


def closures_to_second(membership: Membership) -> QuerySet[Closure]:
    """Proposed closures that wait for somebody other than who proposed them, or acts for a side."""
    own = own_departments(membership.user_id).values("entity")
    waiting = Closure.objects.filter(effective_at=None, returned_at=None)
    return (
        waiting.exclude(proposed_by=membership.user_id)
        .exclude(finding__entity__in=own)
        .exclude(finding__department__in=own)
        .select_related("finding__entity", "proposed_by")
        .order_by("pk")
    )


def story_of(finding: Finding, *, whole: bool) -> QuerySet[FindingEvent]:
    """What happened to a finding; without `whole` what the firm concerned may read."""
    events = finding.events.select_related("actor")
    return events if whole else events.filter(kind__in=FOR_THE_FIRM)
