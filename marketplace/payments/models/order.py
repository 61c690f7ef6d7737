import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from ..books import to_yuan
from .charge import Charge


class OrderKind(models.TextChoices):
    """What a provider is asked to do."""

    FUND = "fund", _("payment into custody")
    RELEASE = "release", _("payment to the intermediary")
    REFUND = "refund", _("refund to the payer")


_HELD_BACK = """IF EXISTS (SELECT 1 FROM payments_hold h
                               WHERE h.charge_id = NEW.charge_id AND h.ended_at IS NULL) THEN
                        RAISE EXCEPTION 'order_held_back: charge %', NEW.charge_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_held_back';
                    END IF;"""
"""Nothing of a charge is ordered while a hold stands on it."""


class Order(models.Model):
    """One movement that was ordered: written before the provider is asked, and answered at most once.

    `key` is the idempotency key of every call to the provider: derived from the ledger entry that ordered
    it, so that a call repeated after a crash is the same call. `external` is the provider's own identifier,
    known after the first answer. What was ordered can be paid out only as far as money is held.
    """

    charge = models.ForeignKey(Charge, models.PROTECT, related_name="orders")
    kind = models.CharField(max_length=10, choices=OrderKind.choices)
    fen = models.BigIntegerField()
    key = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=300, blank=True)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ordered_at = models.DateTimeField(db_default=Now(), editable=False)
    external = models.CharField(max_length=120, blank=True)
    address = models.URLField(max_length=2000, blank=True)
    failed_at = models.DateTimeField(null=True, editable=False)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("payment order")
        ordering = ["pk"]
        indexes = [models.Index(fields=["external"], name="order_by_external")]
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="order_is_positive"),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="within_what_is_owed",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__kind="fund"),
                func=f"""
                    DECLARE owed bigint;
                    BEGIN
                    SELECT c.fen INTO owed FROM payments_charge c WHERE id = NEW.charge_id FOR UPDATE;
                    {_HELD_BACK}
                    IF NEW.fen > owed + (SELECT coalesce(sum(l.fen), 0) FROM payments_postingline l
                                          WHERE l.charge_id = NEW.charge_id AND l.account = 'owner')
                       OR EXISTS (SELECT 1 FROM payments_order o
                                   WHERE o.charge_id = NEW.charge_id AND o.kind = 'fund'
                                     AND o.failed_at IS NULL
                                     AND NOT EXISTS (SELECT 1 FROM payments_posting p
                                                      WHERE p.order_id = o.id)) THEN
                        RAISE EXCEPTION 'order_one_funding_at_a_time: charge %', NEW.charge_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_one_funding_at_a_time';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            pgtrigger.Trigger(
                name="within_what_is_held",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__kind__in=["release", "refund"]),
                func=f"""
                    DECLARE held bigint; ordered bigint;
                    BEGIN
                    PERFORM 1 FROM payments_charge WHERE id = NEW.charge_id FOR UPDATE;
                    {_HELD_BACK}
                    SELECT coalesce(sum(l.fen), 0) INTO held FROM payments_postingline l
                     WHERE l.charge_id = NEW.charge_id AND l.account = 'held';
                    SELECT coalesce(sum(o.fen), 0) INTO ordered FROM payments_order o
                     WHERE o.charge_id = NEW.charge_id AND o.kind IN ('release', 'refund')
                       AND o.failed_at IS NULL
                       AND NOT EXISTS (SELECT 1 FROM payments_posting p WHERE p.order_id = o.id);
                    IF NEW.fen > held - ordered THEN
                        RAISE EXCEPTION 'order_within_what_is_held: charge %', NEW.charge_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_within_what_is_held';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            pgtrigger.Trigger(
                name="ordered_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - ARRAY['external', 'address', 'failed_at', 'failure'])
                       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['external', 'address', 'failed_at', 'failure'])
                       OR OLD.failed_at IS NOT NULL OR (OLD.external <> '' AND NEW.external <> OLD.external)
                       OR (NEW.failed_at IS NOT NULL
                           AND EXISTS (SELECT 1 FROM payments_posting p WHERE p.order_id = OLD.id)) THEN
                        RAISE EXCEPTION 'order_stands: order %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.yuan}"

    @property
    def yuan(self) -> object:
        return to_yuan(self.fen)

    @property
    def urn(self) -> str:
        return f"payments.order/{self.pk}"
