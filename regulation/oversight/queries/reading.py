"""Reads of reports: whose they are, what state they are in, who has to answer."""

import datetime as dt
import hashlib
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from regulation.parties.models import Entity, Membership, Region, User
from regulation.parties.queries import looks
from regulation.registry.models import Approval, Ruling, Service
from regulation.registry.queries import search_approvals, verdict_for, working_calendar

from ..models import NONE, UNCHECKED, Decision, Event, EventKind, Finding, Outcome, Report
from ..states import ANSWERED, FILED, REVIEW, REVIEWED, TAKEN, WITHDRAWN

URN, FINDING_URN = "oversight.report/", "oversight.finding/"
CHECK_URN, PERSON_URN = "decoupling.check/", "parties.person/"
TAKING = 2  # characters of a word that is searched for


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
