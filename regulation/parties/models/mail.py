import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept


class MailStop(models.Model):
    """A person gets no mail of a kind, until they want it again. One stands at a time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mail_stops")
    kind = models.CharField(max_length=40)
    stopped_at = models.DateTimeField(db_default=Now(), editable=False)
    wanted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("mail not wanted")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(wanted_at__isnull=True), name="mail_stop_once_a_kind"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="ends_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.wanted_at IS NOT NULL OR (to_jsonb(NEW) - 'wanted_at')
                       IS DISTINCT FROM (to_jsonb(OLD) - 'wanted_at') THEN
                        RAISE EXCEPTION 'mail_stop_stands: %', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'mail_stop_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    @property
    def urn(self) -> str:
        return f"parties.mail/{self.pk}"
