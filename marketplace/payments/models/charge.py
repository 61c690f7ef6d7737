import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.parties.models import Entity

from ..books import to_yuan
from .account import Provider


class FeeRule(models.Model):
    """What the platform takes of a release, in thousandths, in a period [start, end). None: nothing."""

    per_mille = models.DecimalField(max_digits=5, decimal_places=2)
    in_force = DateRangeField()
    reason = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("fee rule")
        ordering = ["in_force"]
        constraints = [
            models.CheckConstraint(
                condition=Q(per_mille__gte=0, per_mille__lte=100), name="fee_rule_at_most_a_tenth"
            ),
            ExclusionConstraint(
                name="fee_rule_one_at_a_time", expressions=[("in_force", RangeOperators.OVERLAPS)]
            ),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="rate_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - 'in_force') IS DISTINCT FROM (to_jsonb(OLD) - 'in_force')
                       OR lower(NEW.in_force) <> lower(OLD.in_force) THEN
                        RAISE EXCEPTION 'fee_rule_stands: rule %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'fee_rule_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.per_mille}‰"


class Charge(models.Model):
    """A sum that a payer owes a payee for something this room does not understand.

    `reference` names what is paid for, `group` what all its payments belong to. `fen` is a whole number of
    fen, without change once made. Its state is derived from its postings: nothing here holds a balance.
    """

    ref = models.SlugField(max_length=20, unique=True)
    reference = models.CharField(max_length=120)
    group = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    payer = models.ForeignKey(Entity, models.PROTECT, related_name="charges_to_pay")
    payee = models.ForeignKey(Entity, models.PROTECT, related_name="charges_to_receive")
    fen = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    provider = models.CharField(max_length=10, choices=Provider.choices, default=Provider.BANK)
    due_on = models.DateField(null=True, blank=True)
    is_invented = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("charge")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["group"], name="charge_of_a_group"),
            models.Index(fields=["payer", "-id"], name="charge_of_a_payer"),
            models.Index(fields=["payee", "-id"], name="charge_of_a_payee"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(cancelled_at__isnull=True),
                name="charge_one_standing_per_reference",
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="charge_is_positive"),
            models.CheckConstraint(condition=~Q(payer=F("payee")), name="charge_between_two"),
            models.CheckConstraint(condition=Q(currency="CNY"), name="charge_in_yuan"),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="charge_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - 'cancelled_at') IS DISTINCT FROM (to_jsonb(OLD) - 'cancelled_at')
                       OR OLD.cancelled_at IS NOT NULL THEN
                        RAISE EXCEPTION 'charge_stands: charge %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'charge_stands';
                    END IF;
                    IF EXISTS (SELECT 1 FROM payments_postingline l WHERE l.charge_id = OLD.id
                               AND l.account = 'held' GROUP BY l.charge_id HAVING sum(l.fen) <> 0) THEN
                        RAISE EXCEPTION 'charge_holds_money: charge %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'charge_holds_money';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("payments:charge", args=[self.ref])

    @property
    def yuan(self) -> object:
        return to_yuan(self.fen)

    @property
    def urn(self) -> str:
        return f"payments.charge/{self.ref}"
