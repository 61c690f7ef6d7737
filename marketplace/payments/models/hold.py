import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from ..books import to_yuan
from .charge import Charge


class HoldCause(models.TextChoices):
    """Why nothing of a charge is ordered."""

    DISPUTED = "disputed", _("the payer disputes the payment with its bank")
    RETURNED = "returned", _("a payment out came back")


OUTCOMES = {
    "won": _("the bank gave the money back"),
    "lost": _("the bank decided for the payer"),
    "warning_closed": _("the bank asked no further"),
    "prevented": _("the bank asked no further"),
}


class Hold(models.Model):
    """While it stands nothing of its charge is paid in, out or back.

    `external` is the provider's own identifier of the dispute, or of the movement that came back; `told` is
    what the provider said of it last. A dispute's ends when the provider says that it is over; one of money
    that came back ends by a person of the staff, with the reason.
    """

    charge = models.ForeignKey(Charge, models.PROTECT, related_name="holds")
    cause = models.CharField(max_length=10, choices=HoldCause.choices)
    external = models.CharField(max_length=120, unique=True)
    fen = models.BigIntegerField()
    told = models.CharField(max_length=40, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("payment held back")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["charge"], condition=Q(ended_at__isnull=True), name="hold_that_stands")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="hold_is_positive"),
            models.CheckConstraint(
                condition=Q(cause="disputed", ended_by__isnull=True)
                | Q(cause="returned", ended_at__isnull=True)
                | (Q(cause="returned", ended_by__isnull=False) & ~Q(reason="")),
                name="hold_ended_by_its_kind",
            ),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="hold_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    DECLARE may text[] := ARRAY['told', 'answer_by', 'ended_at', 'ended_by_id', 'reason'];
                    BEGIN
                    IF (to_jsonb(NEW) - may) IS DISTINCT FROM (to_jsonb(OLD) - may)
                       OR (OLD.ended_at IS NOT NULL
                           AND (NEW.ended_at, NEW.ended_by_id, NEW.reason)
                               IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id, OLD.reason)) THEN
                        RAISE EXCEPTION 'hold_stands: hold %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_stands';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} · {self.yuan}"

    @property
    def yuan(self) -> object:
        return to_yuan(self.fen)

    @property
    def outcome(self) -> object:
        """How it ended, in words: the bank's decision, or the reason of the person who ended it."""
        return OUTCOMES.get(self.reason, self.reason)

    @property
    def urn(self) -> str:
        return f"payments.hold/{self.pk}"
