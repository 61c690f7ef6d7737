from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only

from .report import Report


class EventKind(models.TextChoices):
    """What can happen to a report."""

    FILED = "filed", _("Filed")
    TAKEN = "taken", _("Taken up by a regulator")
    VIEW_ASKED = "view_asked", _("The department was asked for its view")
    VIEW_GIVEN = "view_given", _("The department's view was recorded")
    PROPOSED = "proposed", _("An answer waits for a second regulator")
    RETURNED = "returned", _("The second regulator returned the answer")
    ANSWERED = "answered", _("Answered")
    OVERDUE = "overdue", _("The day for the answer went by without one")
    REVIEW_ASKED = "review_asked", _("The reporter asked for a review")
    REVIEW_OVERDUE = "review_overdue", _("The day for the review went by without an answer")
    WITHDRAWN = "withdrawn", _("Withdrawn by the reporter")
    LEAD_CLOSED = "lead_closed", _("The registry's editors dealt with it")
    KEPT = "kept", _("The reporter put it with an account")


ONCE = ["filed", "overdue", "review_asked", "review_overdue", "withdrawn", "lead_closed", "kept"]


class Event(models.Model):
    """One thing that happened to a report. Never altered, never removed. `text` is for regulators alone,
    but for the department's view, which the reporter reads too."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("event of a report")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "kind"], condition=Q(kind__in=ONCE), name="event_once_per_report"
            )
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.report_id} · {self.kind}"
