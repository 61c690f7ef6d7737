import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check
from regulation.ledger.triggers import append_only, kept

from .bid import Bid
from .tender import Tender


def needs_a_clear_check() -> pgtrigger.Trigger:
    """At the commit an award's check is of the award gate, for this bidder and department, on record in the
    ledger, clear, made within the hour, still true to the record, and not followed by one that is not clear
    (优化营商环境条例 43). Tables are named with their schema: a temporary table cannot stand in for one.
    """
    return pgtrigger.Trigger(
        name="needs_a_clear_check",
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM public.decoupling_check c
                JOIN public.tenders_bid b ON b.id = NEW.bid_id AND b.tender_id = NEW.tender_id
                JOIN public.tenders_tender t ON t.id = NEW.tender_id
                WHERE c.id = NEW.gate_id AND c.gate = 'award' AND c.outcome = 'clear'
                  AND c.intermediary_id = b.tenderer_id AND c.department_id = t.department_id
                  AND c.made_at > clock_timestamp() - interval '1 hour'
                  AND (c.reason_code LIKE 'determination/%'
                       OR NOT public.decoupling_affiliated(b.tenderer_id, t.department_id, c."on"))
                  AND EXISTS (SELECT 1 FROM public.ledger_entry e WHERE e.kind = 'decoupling.checked'
                              AND e.subject = 'decoupling.check/' || c.id)
                  AND NOT EXISTS (SELECT 1 FROM public.decoupling_check n
                                  WHERE n.intermediary_id = c.intermediary_id
                                    AND n.department_id = c.department_id AND n.id > c.id
                                    AND n.outcome <> 'clear')
            ) THEN
                RAISE EXCEPTION 'award_needs_a_clear_check: tender %', NEW.tender_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'award_needs_a_clear_check';
            END IF;
            RETURN NULL;
        """,
    )


class Opening(models.Model):
    """The opening of a tender's envelopes. One a tender: two at once make one."""

    tender = models.OneToOneField(Tender, models.PROTECT, related_name="opening")
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    bids_opened = models.PositiveIntegerField()
    bids_void = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("opening")


class Award(models.Model):
    """Who won, at which price, by which rule (OCDS award). `gate` is the check made again at the award."""

    tender = models.OneToOneField(Tender, models.PROTECT, related_name="award")
    bid = models.OneToOneField(Bid, models.PROTECT, related_name="award")
    price = models.DecimalField(max_digits=12, decimal_places=2)
    gate = models.ForeignKey(Check, models.PROTECT, related_name="+")
    awarded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    awarded_at = models.DateTimeField(db_default=Now(), editable=False)
    passed_over = models.JSONField(default=list)  # [{bid, reason, check}] cheaper bids the gate kept out

    class Meta:
        verbose_name = _("award")
        constraints = [models.CheckConstraint(condition=Q(price__gt=0), name="award_price_is_positive")]
        triggers = [needs_a_clear_check(), *append_only()]

    @property
    def urn(self) -> str:
        return f"tenders.award/{self.pk}"


class Suspension(models.Model):
    """A bid set aside because a recheck found it barred; lifted by a later check that is clear.

    While one stands the bid is not evaluated. `check_made` says why; the bidder reads it and may contest.
    """

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="suspensions")
    check_made = models.ForeignKey(Check, models.PROTECT, related_name="+")
    since = models.DateTimeField(db_default=Now(), editable=False)
    lifted_by = models.ForeignKey(Check, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("suspension of a bid")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bid"], condition=Q(lifted_at__isnull=True), name="suspension_one_standing_per_bid"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="suspension_lifted_by_a_check",
            ),
        ]
        triggers = kept()

    @property
    def urn(self) -> str:
        return f"tenders.suspension/{self.pk}"
