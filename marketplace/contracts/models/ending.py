"""The early end of a contract: what is done is paid, the rest goes back; by agreement, or by right."""

import datetime as dt
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.payments.books import to_yuan
from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity

from . import guards, settlement_guards
from .contract import Contract, Side
from .milestone import Milestone


class Ground(models.TextChoices):
    """On what an early end rests."""

    AGREED = "agreed", pgettext_lazy("early end", "agreed by all sides")
    LATE_WORK = "late_work", pgettext_lazy("early end", "work not handed in, after a demand")
    LATE_PAYMENT = "late_payment", pgettext_lazy("early end", "accepted work not paid in, after a demand")


BY_RIGHT = (Ground.LATE_WORK, Ground.LATE_PAYMENT)


class Ending(models.Model):
    """One side proposes to end the contract early, or demands overdue performance before it ends it by right.

    Agreed, every side signs it. By right, the demand (催告) names the overdue milestone and gives until
    `grace_until` (exclusive); performed by then it counts for nothing (民法典 563). One stands at a time. The
    grace stands still while the contract is suspended, and gets that time back.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="endings")
    ground = models.CharField(max_length=12, choices=Ground.choices)
    side = models.CharField(max_length=8, choices=Side.choices)
    milestone = models.ForeignKey(Milestone, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=600)
    digest = models.CharField(max_length=64)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    grace_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True, editable=False)
    declined_at = models.DateTimeField(null=True, editable=False)
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decline_reason = models.CharField(max_length=600, blank=True)

    class Meta:
        verbose_name = _("early end of a contract")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(done_at__isnull=True, declined_at__isnull=True),
                name="ending_one_stands",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="ending_says_why"),
            models.CheckConstraint(
                condition=Q(ground="agreed", milestone__isnull=True, grace_until__isnull=True)
                | Q(
                    ground__in=["late_work", "late_payment"],
                    milestone__isnull=False,
                    grace_until__isnull=False,
                ),
                name="ending_by_right_after_a_demand",
            ),
            models.CheckConstraint(
                condition=Q(declined_at__isnull=True) | (Q(done_at__isnull=True) & ~Q(decline_reason="")),
                name="ending_declined_with_a_reason",
            ),
        ]
        triggers = [
            guards.trigger(
                "stands",
                pgtrigger.Update,
                f"""
                    IF NOT ({
                    guards.only("grace_until", "done_at", "declined_at", "declined_by_id", "decline_reason")
                }) OR OLD.done_at IS NOT NULL OR OLD.declined_at IS NOT NULL THEN
                        {guards.refuse("ending_stands")}
                    END IF;
                    IF NEW.grace_until < OLD.grace_until OR (NEW.grace_until > OLD.grace_until
                       AND NOT {guards.resumed("NEW.contract_id")}) THEN
                        {guards.refuse("ending_grace_stands")}
                    END IF;
                    IF NEW.done_at IS NOT NULL AND clock_timestamp() < NEW.grace_until THEN
                        {guards.refuse("ending_after_its_grace")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            settlement_guards.ending_done(),
            *kept(),
        ]

    @property
    def by_right(self) -> bool:
        return self.ground in BY_RIGHT

    def is_ripe_at(self, moment: dt.datetime) -> bool:
        """Whether the grace of a demand is over."""
        return self.grace_until is not None and moment >= self.grace_until

    @property
    def urn(self) -> str:
        return f"contracts.ending/{self.pk}"


class EndingPart(models.Model):
    """What an early end does with one milestone's money. Append-only."""

    ending = models.ForeignKey(Ending, models.PROTECT, related_name="parts")
    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="+")
    released_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField()

    class Meta:
        verbose_name = _("part of an early end")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ending", "milestone"], name="ending_part_once_a_milestone"),
            models.CheckConstraint(
                condition=Q(released_fen__gte=0, refunded_fen__gte=0), name="ending_part_not_below_nothing"
            ),
        ]
        triggers = [settlement_guards.part_is_the_whole(), *append_only()]

    @property
    def released(self) -> Any:
        return to_yuan(self.released_fen)

    @property
    def refunded(self) -> Any:
        return to_yuan(self.refunded_fen)


class EndingSignature(models.Model):
    """One side signs an early end. `proof` is how the person proved anew who it is. Append-only."""

    ending = models.ForeignKey(Ending, models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=8, choices=Side.choices)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proof = models.CharField(
        max_length=10, choices=[("mfa", _("second factor")), ("password", _("password"))]
    )
    signed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("signature under an early end")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ending", "side"], name="ending_signed_once_a_side"),
            models.UniqueConstraint(fields=["ending", "signed_by"], name="ending_signed_by_different_people"),
            models.CheckConstraint(
                condition=Q(proof__in=["mfa", "password"]), name="ending_signature_proved_anew"
            ),
        ]
        triggers = [settlement_guards.ending_signature_guard(), *append_only()]
