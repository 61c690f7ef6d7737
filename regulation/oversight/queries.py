"""Reads about reports. What the public sees never holds who reported, the account, the words or the day."""

import datetime as dt
import hashlib
from typing import Any

from django.db.models import Aggregate, CharField, Count, Exists, F, FloatField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, TruncMonth
from django.utils import timezone

from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from regulation.parties.models import Entity, Membership, Region, User
from regulation.parties.queries import looks
from regulation.registry.models import Approval, Ruling, Service
from regulation.registry.queries import search_approvals, verdict_for, working_calendar

from .models import (
    NONE,
    UNCHECKED,
    Closure,
    Decision,
    Event,
    EventKind,
    Finding,
    FindingEvent,
    FindingEventKind,
    FindingKind,
    FindingStatus,
    Outcome,
    Report,
)
from .states import ANSWERED, FILED, REVIEW, REVIEWED, TAKEN, WITHDRAWN

FEW = 3  # below so many answered reports no share and no median is told
FACET_KEYS = {"department": "department_id", "region": "region_id", "service": "service__code"}
MOST_OPTIONS = 40  # values of one facet
URN, FINDING_URN = "oversight.report/", "oversight.finding/"
CHECK_URN, PERSON_URN = "decoupling.check/", "parties.person/"
TAKING = 2  # characters of a word that is searched for


class Median(Aggregate):
    """The value half of the rows lie at or below."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def code_digest(ref: str, code: str) -> str:
    """What is stored of a follow-up code. The code is random, so it needs no slow hash."""
    return hashlib.sha256(f"{ref}:{code}".encode()).hexdigest()


def finding_for(
    *, approval: Approval | None, service: Service | None, region: Region, on: dt.date
) -> tuple[str, Ruling | None]:
    """The verdict of the ruling in force on a day for a place, and the ruling: what a report meets."""
    if service is None:
        return UNCHECKED, None
    ruling = verdict_for(approval=approval, service=service, region=region, on=on)
    return (ruling.verdict, ruling) if ruling else (NONE, None)


def working_days_after(day: dt.date, count: int) -> dt.date:
    """The last day of a limit of so many working days that began on a day."""
    return working_calendar(since=day).after(day, count)


def working_days_between(start: dt.date, end: dt.date) -> int:
    """Working days from the day after `start` up to and including `end`."""
    one = dt.timedelta(days=1)
    return working_calendar(since=start).count(start + one, end + one)


def reports() -> QuerySet[Report]:
    """Reports with what lists and pages show."""
    return Report.objects.select_related("department", "approval", "service", "region", "answer__provision")


def in_state(found: QuerySet[Report], state: str) -> QuerySet[Report]:
    """The reports in a state; the same rule as `states.state_of`."""
    going = Q(withdrawn_at__isnull=True)
    conditions = {
        WITHDRAWN: Q(withdrawn_at__isnull=False),
        FILED: going & Q(answer__isnull=True, taken_at__isnull=True),
        TAKEN: going & Q(answer__isnull=True, taken_at__isnull=False),
        ANSWERED: going & Q(answer__round=1, review_asked_at__isnull=True),
        REVIEW: going & Q(answer__round=1, review_asked_at__isnull=False),
        REVIEWED: going & Q(answer__round=2),
    }
    return found.filter(conditions[state]) if state in conditions else found.none()


def owed(found: QuerySet[Report]) -> QuerySet[Report]:
    """Reports that wait for an answer or for the answer to a review."""
    return found.filter(withdrawn_at__isnull=True).filter(
        Q(answer__isnull=True) | Q(answer__round=1, review_asked_at__isnull=False)
    )


def overdue(found: QuerySet[Report], *, today: dt.date) -> QuerySet[Report]:
    """Reports whose last day has gone by without the answer owed; the same rule as `states.is_overdue`."""
    return owed(found).filter(
        Q(answer__isnull=True, due_on__lt=today) | Q(answer__isnull=False, review_due_on__lt=today)
    )


def own_departments(user: int) -> QuerySet[Membership]:
    """The memberships that tie a user (key) to bodies complained of, today's and those that have ended."""
    return Membership.objects.filter(user=user)


def looks_for(membership: Membership) -> QuerySet[Entry]:
    """Who looked at what: in reports, checks, findings and records of people.

    Save what is about a body this regulator acts for in any role.
    """
    own = own_departments(membership.user_id).values("entity")
    checks = Check.objects.filter(Q(department__in=own) | Q(intermediary__in=own))
    findings = Finding.objects.filter(Q(department__in=own) | Q(entity__in=own))
    return looks().exclude(
        Q(subject__in=_urns(Report.objects.filter(department__in=own), URN, "ref"))
        | Q(subject__in=_urns(checks, CHECK_URN, "pk"))
        | Q(subject__in=_urns(findings, FINDING_URN, "ref"))
    )


def _urns(found: QuerySet[Any], prefix: str, key: str) -> QuerySet[Any, Any]:
    """The URNs of rows, to be compared with the subjects of entries."""
    urn = Concat(Value(prefix), Cast(key, CharField()), output_field=CharField())
    urns: QuerySet[Any, Any] = found.annotate(as_urn=urn).order_by().values("as_urn")
    return urns


def queue_for(membership: Membership) -> QuerySet[Report]:
    """What a regulator may see: every report but those about a body the regulator acts for in any role."""
    own = own_departments(membership.user_id).values("entity")
    return reports().exclude(department__in=own).order_by("due_on", "pk")


def to_second(membership: Membership) -> QuerySet[Decision]:
    """Proposed answers that wait for somebody other than who proposed them."""
    waiting = Decision.objects.filter(issued_at__isnull=True, returned_at__isnull=True)
    return (
        waiting.exclude(proposed_by=membership.user_id)
        .exclude(report__department__in=own_departments(membership.user_id).values("entity"))
        .select_related("report__department", "proposed_by")
        .order_by("pk")
    )


def answers_before(report: Report) -> QuerySet[Decision]:
    """The issued answer that a review has replaced."""
    return report.decisions.filter(issued_at__isnull=False).exclude(answers=report)


def reports_of(user: User) -> QuerySet[Report]:
    """A signed-in reporter's own, newest first."""
    return reports().filter(reporter=user).order_by("-filed_at", "-pk")


def by_code(ref: str, code: str) -> Report | None:
    """The report whose number and follow-up code are given."""
    return Report.objects.filter(ref=ref, follow_up_digest=code_digest(ref, code)).first()


def answered_reports() -> QuerySet[Report]:
    """What is public: answered reports, the newest answer first."""
    return reports().filter(answer__isnull=False).order_by("-answered_at", "-pk")


def upheld_of(**about: Any) -> dict[str, int]:
    """How many reports about an approval, department or service were answered, and how many upheld."""
    counted: dict[str, int] = Report.objects.filter(**about, answer__isnull=False).aggregate(
        answered=Count("pk"), upheld=Count("pk", filter=Q(answer__outcome=Outcome.UPHELD))
    )
    return counted


def _arm(facet: str, left: QuerySet[Report]) -> QuerySet[Any]:
    rows: Any = left.order_by().filter(**{f"{facet}__isnull": False})
    named: Any = rows.values(
        facet=Value(facet, CharField()),
        value=Cast(FACET_KEYS[facet], CharField()),
        name=F(f"{facet}__name"),
        name_en=F(f"{facet}__name_en"),
    )
    counted: QuerySet[Any] = named.annotate(n=Count("pk")).order_by("-n", "value")[:MOST_OPTIONS]
    return counted


def facets(left: dict[str, QuerySet[Report]]) -> list[dict[str, Any]]:
    """The values of each facet with the reports they have among `left[facet]`, most first, in one query.

    Rows are dicts with facet, value, name, name_en and n; at most MOST_OPTIONS a facet.
    """
    first, *others = (_arm(facet, found) for facet, found in left.items())
    rows: list[Any] = list(first.union(*others, all=True))
    return sorted(rows, key=lambda row: (-row["n"], row["value"]))


def _figures(today: dt.date) -> dict[str, Any]:
    late = Q(withdrawn_at__isnull=True) & (
        Q(answer__isnull=True, due_on__lt=today)
        | Q(answer__round=1, review_asked_at__isnull=False, review_due_on__lt=today)
    )
    return {
        "filed": Count("pk"),
        "answered": Count("pk", filter=Q(answer__isnull=False)),
        "upheld": Count("pk", filter=Q(answer__outcome=Outcome.UPHELD)),
        "not_upheld": Count("pk", filter=Q(answer__outcome=Outcome.NOT_UPHELD)),
        "other": Count("pk", filter=Q(answer__outcome__in=[Outcome.OUTSIDE, Outcome.NEEDS_RULING])),
        "withdrawn": Count("pk", filter=Q(withdrawn_at__isnull=False)),
        "overdue": Count("pk", filter=late),
        "median_days": Median("answer_days"),
    }


def totals(found: QuerySet[Report], *, today: dt.date) -> dict[str, Any]:
    """The figures over all of some reports, and how many of them were invented for a demo."""
    return found.aggregate(**_figures(today), invented=Count("pk", filter=Q(is_invented=True)))


def figures_by(found: QuerySet[Report], dimension: str, *, today: dt.date) -> QuerySet[Any]:
    """The figures by region, department, service or kind: most reports first. Rows are dicts with `key`."""
    rows: Any = found.order_by().values(key=F(dimension))
    counted: QuerySet[Any] = rows.annotate(**_figures(today)).order_by("-filed", "key")
    return counted


def months(found: QuerySet[Report], *, today: dt.date, last: int = 12) -> list[dict[str, Any]]:
    """Reports filed and answered by month of filing, the last so many months that have any, oldest first."""
    rows = (
        found.order_by()
        .annotate(month=TruncMonth("filed_at", tzinfo=timezone.get_default_timezone()))
        .values("month")
        .annotate(**_figures(today))
        .order_by("-month")[:last]
    )
    found_rows: list[Any] = list(rows)
    return found_rows[::-1]


def overdue_unnoted(*, today: dt.date) -> QuerySet[Report]:
    """Overdue reports of which the ledger does not say so yet."""
    first = Event.objects.filter(report=OuterRef("pk"), kind=EventKind.OVERDUE)
    second = Event.objects.filter(report=OuterRef("pk"), kind=EventKind.REVIEW_OVERDUE)
    return overdue(Report.objects.all(), today=today).filter(
        (Q(answer__isnull=True) & ~Exists(first)) | (Q(answer__isnull=False) & ~Exists(second))
    )


def leads() -> QuerySet[Report]:
    """Reports that need a ruling, until one on the service is published or an editor closes it."""
    published = Ruling.objects.filter(
        service=OuterRef("service"), published_at__gt=OuterRef("answer__issued_at")
    )
    closed = Event.objects.filter(report=OuterRef("pk"), kind=EventKind.LEAD_CLOSED)
    return (
        reports()
        .filter(~Exists(published), ~Exists(closed), answer__outcome=Outcome.NEEDS_RULING)
        .order_by("answered_at", "pk")
    )


def subjects(text: str) -> tuple[list[Approval], list[Entity]]:
    """Approvals and departments that a reporter's words may mean, the first few of each."""
    words = text.strip()
    if len(words) < TAKING:
        return [], []
    approvals = search_approvals(Approval.objects.select_related("department", "region"), words)[:12]
    departments = Entity.objects.departments().filter(name__icontains=words).select_related("region")
    return list(approvals), list(departments.order_by("pinyin", "pk")[:8])


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
    return findings().filter(entity=entity).exclude(kind=FindingKind.DESIGNATION)


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
