import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from .account import Provider


class EventState(models.TextChoices):
    """What became of what a provider told."""

    APPLIED = "applied", _("applied")
    NOTHING = "nothing", _("nothing to do")
    UNKNOWN = "unknown", _("of a kind this site does not know")
    FAILED = "failed", _("could not be applied")


class ProviderEvent(models.Model):
    """One event that a provider sent, with its signature checked: one row per event id, whatever its order.

    `payload` is the raw body. It is told in the transaction that applied it; one that failed waits for staff.
    """

    provider = models.CharField(max_length=10, choices=Provider.choices)
    external = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    payload = models.TextField()
    state = models.CharField(max_length=10, choices=EventState.choices)
    said = models.CharField(max_length=300, blank=True)
    tries = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("provider's event")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "-id"], name="event_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["provider", "external"], name="event_once_per_id"),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="told_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - ARRAY['state', 'said', 'tries', 'moved_at'])
                       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['state', 'said', 'tries', 'moved_at'])
                       OR OLD.state = 'applied' THEN
                        RAISE EXCEPTION 'event_stands: event %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'event_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.external}"

    @property
    def urn(self) -> str:
        return f"payments.event/{self.pk}"
