"""Where a milestone's money goes when its dispute or its contract ended: the only ground for a refund."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.payments.books import to_yuan
from marketplace.payments.models import Order
from regulation.ledger.triggers import append_only

from . import settlement_guards
from .dispute import Dispute
from .ending import Ending
from .milestone import Milestone


class Settlement(models.Model):
    """What is released to the intermediary and what goes back to the payer: together the whole. Append-only.

    At the commit its ground says the same: the proposal every side agreed to, the decision of the mediator,
    or the part of an early end that was signed or is by right.
    """

    milestone = models.OneToOneField(Milestone, models.PROTECT, related_name="settlement")
    dispute = models.OneToOneField(Dispute, models.PROTECT, null=True, related_name="settlement")
    ending = models.ForeignKey(Ending, models.PROTECT, null=True, related_name="settlements")
    released_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("settlement of a milestone")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dispute__isnull=True, ending__isnull=False)
                | Q(dispute__isnull=False, ending__isnull=True),
                name="settlement_of_one_ground",
            ),
            models.CheckConstraint(
                condition=Q(released_fen__gte=0, refunded_fen__gte=0), name="settlement_not_below_nothing"
            ),
        ]
        triggers = [settlement_guards.settlement_as_its_ground(), *append_only()]

    @property
    def released(self) -> Any:
        return to_yuan(self.released_fen)

    @property
    def refunded(self) -> Any:
        return to_yuan(self.refunded_fen)

    @property
    def urn(self) -> str:
        return f"contracts.settlement/{self.pk}"


class Refund(models.Model):
    """Held money ordered back to the payer, as its settlement says and no more. Append-only."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="refunds")
    order = models.OneToOneField(Order, models.PROTECT, related_name="refund")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("refund")
        ordering = ["pk"]
        triggers = [settlement_guards.refund_as_settled(), *append_only()]


REFUND_GUARD = """
CREATE FUNCTION public.contracts_refund_has_its_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.payments_charge c
               WHERE c.id = NEW.charge_id AND c.reference LIKE 'contracts.milestone/%')
       AND NOT EXISTS (SELECT 1 FROM public.contracts_refund r WHERE r.order_id = NEW.id) THEN
        RAISE EXCEPTION 'refund_has_its_settlement: order %', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_has_its_settlement';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER contracts_refund_has_its_settlement AFTER INSERT ON public.payments_order
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'refund')
    EXECUTE FUNCTION public.contracts_refund_has_its_settlement();
ALTER TABLE public.payments_order ENABLE ALWAYS TRIGGER contracts_refund_has_its_settlement;
"""
"""Money held for a contract goes back by a settlement alone, which payments, below, cannot see to."""
REFUND_GUARD_DROPPED = """
DROP TRIGGER contracts_refund_has_its_settlement ON public.payments_order;
DROP FUNCTION public.contracts_refund_has_its_settlement();
"""
