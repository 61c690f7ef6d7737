import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept

from . import guards


class CalendarKey(models.Model):
    """A secret address at which a person's calendar program reads what is due; one stands at a time.

    Only the SHA-256 of the token is kept: the address is shown once. Ended, it leads nowhere.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("address of a calendar")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True), name="calendar_one_a_person"
            )
        ]
        triggers = [
            guards.trigger(
                "ends_once",
                pgtrigger.Update,
                f"""
                    IF NOT ({guards.only("ended_at")}) OR OLD.ended_at IS NOT NULL THEN
                        {guards.refuse("calendar_key_stands")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    @property
    def urn(self) -> str:
        return f"contracts.calendar/{self.pk}"


class Reminder(models.Model):
    """A person was reminded by mail of something due, once a deadline. Append-only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("reminder")
        constraints = [
            models.UniqueConstraint(fields=["user", "key", "due_at"], name="reminder_once_a_deadline")
        ]
        triggers = append_only()
