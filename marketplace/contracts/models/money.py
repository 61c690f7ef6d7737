from typing import Any

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
from regulation.parties.models import Entity

from . import guards, settlement_guards
from .kept_file import private_storage, random_place
from .milestone import Milestone

_RELEASED = settlement_guards.ORDERED.format(milestone="m.id", kind="release")


class MilestoneCharge(models.Model):
    """What is owed for a milestone: by the contract's payer, to its seller, the milestone's amount.

    A version that changes the amount ends it (`ended_at`), and another takes its place; so does a settlement
    of what was not paid in yet, with what is left to be paid.
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
                        WHERE m.id = NEW.milestone_id AND c.signed_at IS NOT NULL
                          AND (p.fen = m.fen OR EXISTS (
                              SELECT 1 FROM public.contracts_settlement s
                              WHERE s.milestone_id = m.id AND s.released_fen = p.fen))
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
    """Held money ordered out to the seller for accepted or settled work, with the clear check it passed.

    Nothing while a dispute stands, and no more than a settlement says. Append-only.
    """

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
                        LEFT JOIN public.contracts_settlement s ON s.milestone_id = m.id
                        WHERE m.id = NEW.milestone_id AND o.kind = 'release'
                          AND (s.id IS NOT NULL OR m.accepted_at IS NOT NULL)
                          AND (s.id IS NULL OR s.released_fen >= {_RELEASED})
                          AND NOT EXISTS (SELECT 1 FROM public.contracts_dispute d
                                          WHERE d.milestone_id = m.id AND d.closed_at IS NULL)
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


def invoice_name(_instance: Any, _filename: str) -> str:
    return random_place("invoices")


class Invoice(models.Model):
    """An invoice (发票) the seller gave for a milestone: its number, day, amount with tax. Append-only.

    `issuer` is the seller, for whom a number stands once. The invoices of a milestone are at most what is
    charged for it, or left of it by its settlement, with the highest rate of tax, 13 percent. `file` is its
    picture, where one was given, with its SHA-256.
    """

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="invoices")
    issuer = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    ref = models.SlugField(max_length=32, null=True, unique=True)
    file = models.FileField(storage=private_storage, upload_to=invoice_name, max_length=100, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    file_digest = models.CharField(max_length=64, blank=True)
    scan = models.CharField(max_length=12, blank=True)
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
            models.UniqueConstraint(
                fields=["issuer", "number", "code"], name="invoice_number_once_an_issuer"
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="invoice_is_positive"),
            models.CheckConstraint(
                condition=Q(number__regex=r"^([0-9]{8}|[0-9]{20})$"), name="invoice_number_has_its_length"
            ),
        ]
        triggers = [
            guards.trigger(
                "within_what_is_charged",
                pgtrigger.Insert,
                f"""
                    DECLARE
                        whole bigint;
                        seller bigint;
                    BEGIN
                    SELECT m.fen, c.seller_id INTO whole, seller FROM public.contracts_milestone m
                    JOIN public.contracts_contract c ON c.id = m.contract_id
                    WHERE m.id = NEW.milestone_id AND c.signed_at IS NOT NULL FOR NO KEY UPDATE OF m;
                    SELECT coalesce(max(s.released_fen), whole) INTO whole
                    FROM public.contracts_settlement s WHERE s.milestone_id = NEW.milestone_id;
                    IF NEW.issuer_id IS DISTINCT FROM seller THEN
                        {guards.refuse("invoice_of_the_seller", "NEW.milestone_id")}
                    END IF;
                    IF 100 * (NEW.fen + (SELECT coalesce(sum(i.fen), 0) FROM public.contracts_invoice i
                                         WHERE i.milestone_id = NEW.milestone_id)) > 113 * whole THEN
                        {guards.refuse("invoice_within_what_is_charged", "NEW.milestone_id")}
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            *append_only(),
        ]

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
