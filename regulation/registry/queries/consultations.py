"""Consultations: which are open, what was said, what waits for an answer."""

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from ..models import Comment, Consultation, Ruling

OPEN, CLOSED, ANSWERED, PUBLISHED, WITHDRAWN = "open", "closed", "answered", "published", "withdrawn"


def consultations() -> QuerySet[Consultation]:
    """Every consultation, the latest first; `said` counts its comments, `waiting` the unanswered ones."""
    return (
        Consultation.objects.select_related("ruling__service", "ruling__region", "ruling__approval")
        .annotate(
            said=Count("comments", distinct=True),
            waiting=Count("comments", filter=Q(comments__answered__isnull=True), distinct=True),
        )
        .order_by("-opened_at", "-pk")
    )


def state_of(consultation: Consultation, *, now: dt.datetime) -> str:
    """OPEN takes comments; CLOSED waits for answers; ANSWERED waits for publication; the other two are ends.

    The consultation comes from `consultations()`.
    """
    if consultation.withdrawn_at is not None:
        return WITHDRAWN
    if consultation.ruling.published_at is not None:
        return PUBLISHED
    if now < consultation.closes_at:
        return OPEN
    return CLOSED if consultation.waiting else ANSWERED  # type: ignore[attr-defined]


def in_state(found: QuerySet[Consultation], state: str, *, now: dt.datetime) -> QuerySet[Consultation]:
    """Those of `consultations()` that `state_of` says are in a state."""
    if state == WITHDRAWN:
        return found.filter(withdrawn_at__isnull=False)
    found = found.filter(withdrawn_at__isnull=True)
    if state == PUBLISHED:
        return found.filter(ruling__published_at__isnull=False)
    found = found.filter(ruling__published_at__isnull=True)
    if state == OPEN:
        return found.filter(closes_at__gt=now)
    over, waits = found.filter(closes_at__lte=now), Exists(_waiting(consultation=OuterRef("pk")))
    return over.filter(waits) if state == CLOSED else over.filter(~waits)


def comments_of(consultation: Consultation) -> QuerySet[Comment]:
    """What was said, the first first, each with its answer and with why it is hidden, if it is."""
    return consultation.comments.select_related("entity", "hiding", "answered__answer__answered_by").order_by(
        "filed_at", "pk"
    )


def unanswered(ruling: Ruling) -> QuerySet[Comment]:
    """Comments on a draft that nobody has answered."""
    return _waiting(consultation__ruling=ruling)


def to_answer() -> QuerySet[Consultation]:
    """Consultations on drafts with comments that wait for an answer, the first to close first."""
    return (
        consultations()
        .filter(
            Exists(_waiting(consultation=OuterRef("pk"))),
            ruling__published_at__isnull=True,
            withdrawn_at__isnull=True,
        )
        .order_by("closes_at", "pk")
    )


def consultations_about(ruling: Ruling) -> QuerySet[Consultation]:
    """Those that led to a published ruling, and those that run now on a draft for the same place.

    `said` counts the comments. Now is by the clock of the database.
    """
    runs = Q(
        ruling__service=ruling.service_id,
        ruling__region=ruling.region_id,
        ruling__approval=ruling.approval_id,
        ruling__published_at__isnull=True,
        withdrawn_at__isnull=True,
        closes_at__gt=Now(),
    )
    found = Consultation.objects.filter(Q(ruling=ruling) | runs)
    return found.annotate(said=Count("comments")).order_by("-opened_at", "-pk")


def _waiting(**about: object) -> QuerySet[Comment]:
    return Comment.objects.filter(answered__isnull=True, **about)
