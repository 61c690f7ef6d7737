import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.payments.books import to_yuan
from marketplace.payments.models import Charge, Order
from regulation.decoupling.models import Check
from regulation.ledger.triggers import append_only, kept

from . import guards
from .milestone import Milestone


class MilestoneCharge(models.Model):
    """What is owed for a milestone: by the contract's payer, to its seller, the milestone's amount.

    A version that changes the amount ends it (`ended_at`), and another takes its place.
    """

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="charges")
    charge = models.OneToOneField(Charge, models.PROTECT, related_name="milestone_charge")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("charge of a milestone")
        constraints = [
            models.UniqueConstraint(
                fields=["milestone"], condition=Q(ended_at__isnull=True), name="charge_one_a_milestone"
            )
        ]
        triggers = [
            guards.trigger(
                "as_agreed",
                pgtrigger.Insert,
                f"""
                    IF NOT EXISTS (
                        SELECT 1 FROM public.contracts_milestone m
                        JOIN public.contracts_contract c ON c.id = m.contract_id
                        JOIN public.payments_charge p ON p.id = NEW.charge_id
                        WHERE m.id = NEW.milestone_id AND c.signed_at IS NOT NULL AND p.fen = m.fen
                          AND p.payer_id = c.payer_id AND p.payee_id = c.seller_id
                          AND p.reference = 'contracts.milestone/' || m.id) THEN
                        {guards.refuse("milestone_charged_as_agreed", "NEW.milestone_id")}
                    END IF;
                    RETURN NULL;
                """,
                deferred=True,
            ),
            guards.trigger(
                "ends_once",
                pgtrigger.Update,
                f"""
                    IF NOT ({guards.only("ended_at")}) OR OLD.ended_at IS NOT NULL THEN
                        {guards.refuse("milestone_charge_stands")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]


class Payout(models.Model):
    """Held money ordered out to the seller for accepted work, with the clear check it passed. Append-only."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="payouts")
    order = models.OneToOneField(Order, models.PROTECT, related_name="payout")
    gate = models.ForeignKey(Check, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("payout")
        triggers = [
            guards.trigger(
                "accepted_and_clear",
                pgtrigger.Insert,
                f"""
                    IF NOT EXISTS (
                        SELECT 1 FROM public.contracts_milestone m
                        JOIN public.contracts_contract c ON c.id = m.contract_id
                        JOIN public.payments_order o ON o.id = NEW.order_id
                        JOIN public.contracts_milestonecharge h
                          ON h.milestone_id = m.id AND h.charge_id = o.charge_id
                        WHERE m.id = NEW.milestone_id AND m.accepted_at IS NOT NULL AND o.kind = 'release'
                          AND c.suspended_at IS NULL AND public.decoupling_clear(
                              NEW.gate_id, 'payout', c.seller_id, c.department_id)) THEN
                        {guards.refuse("payout_accepted_and_clear", "NEW.milestone_id")}
                    END IF;
                    RETURN NULL;
                """,
                deferred=True,
            ),
            *append_only(),
        ]


class Invoice(models.Model):
    """An invoice (发票) the seller gave for a milestone: its number, day, amount with tax. Append-only."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=20)
    code = models.CharField(max_length=12, blank=True)
    issued_on = models.DateField()
    fen = models.BigIntegerField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("invoice")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["number", "code"], name="invoice_number_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="invoice_is_positive"),
            models.CheckConstraint(
                condition=Q(number__regex=r"^([0-9]{8}|[0-9]{20})$"), name="invoice_number_has_its_length"
            ),
        ]
        triggers = append_only()

    @property
    def yuan(self) -> object:
        return to_yuan(self.fen)

    @property
    def urn(self) -> str:
        return f"contracts.invoice/{self.pk}"


RELEASE_GUARD = """
CREATE FUNCTION public.contracts_release_has_its_payout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.payments_charge c
               WHERE c.id = NEW.charge_id AND c.reference LIKE 'contracts.milestone/%')
       AND NOT EXISTS (SELECT 1 FROM public.contracts_payout p WHERE p.order_id = NEW.id) THEN
        RAISE EXCEPTION 'release_has_its_payout: order %', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'release_has_its_payout';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER contracts_release_has_its_payout AFTER INSERT ON public.payments_order
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'release')
    EXECUTE FUNCTION public.contracts_release_has_its_payout();
ALTER TABLE public.payments_order ENABLE ALWAYS TRIGGER contracts_release_has_its_payout;
"""
"""Money held for a contract goes out by a payout alone, which payments, below, cannot see to."""
RELEASE_GUARD_DROPPED = """
DROP TRIGGER contracts_release_has_its_payout ON public.payments_order;
DROP FUNCTION public.contracts_release_has_its_payout();
"""
