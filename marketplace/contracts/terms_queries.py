"""Reads of standard texts and schedules: which services have their own, since when, and what comes."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from regulation.registry.models import Service

from .models import Schedule, Wording
from .queries import schedule_for, wording_for


def services_with_terms(*, on: dt.date) -> QuerySet[Service]:
    """Services with a text or a schedule of their own on a day or to come, by name.

    Each with `own_text` and `own_since`, its version in use and since when, and `own_schedule`.
    """
    texts = Wording.objects.filter(service=OuterRef("pk"))
    schedules = Schedule.objects.filter(service=OuterRef("pk"), in_force__contains=on)
    used = texts.filter(starts_on__lte=on).order_by("-starts_on")
    found = Service.objects.annotate(
        own_text=Subquery(used.values("version")[:1]),
        own_since=Subquery(used.values("starts_on")[:1]),
        own_schedule=Exists(schedules),
    )
    return found.filter(Exists(texts) | Exists(Schedule.objects.filter(service=OuterRef("pk")))).order_by(
        "name", "pk"
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract of a service would begin with on a day: the nearest text and schedule."""

    wording: Wording | None
    schedule: Schedule | None


def terms_for(service: Service | None, *, on: dt.date) -> Terms:
    return Terms(wording_for(service, on=on), schedule_for(service, on=on))


def versions_for(service: Service | None) -> QuerySet[Wording]:
    """All versions of the text of a service, or of the general one, the newest first."""
    return Wording.objects.filter(service=service).order_by("-starts_on", "-version")


def newest_schedule(service: Any) -> Schedule | None:
    """The last one of a service, or of every other, whenever it begins."""
    found = Schedule.objects.filter(service=service)
    return max(found, key=lambda one: one.in_force.lower, default=None)
