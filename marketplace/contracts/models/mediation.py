"""Who decides a dispute the sides do not settle: listed mediators, each checked for ties before it sits."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.payments.books import to_yuan
from regulation.decoupling.models import Check
from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity

from . import dispute_guards
from .contract import Side
from .dispute import Dispute, dispute_ref


class Mediator(models.Model):
    """A person who acts for a body, on the list during `listed` [start, end): put there by a regulator."""

    ref = models.SlugField(max_length=16, unique=True, default=dispute_ref)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    listed = DateRangeField()
    reason = models.CharField(max_length=300)
    listed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    end_reason = models.CharField(max_length=300, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("mediator")
        ordering = ["pk"]
        constraints = [
            ExclusionConstraint(
                name="mediator_listed_once_at_a_time",
                expressions=[("user", "="), ("listed", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=~Q(user=F("listed_by")), name="mediator_listed_by_somebody_else"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="mediator_listed_with_a_reason"),
        ]
        triggers = kept()

    def __str__(self) -> str:
        return str(self.body)

    @property
    def urn(self) -> str:
        return f"contracts.mediator/{self.ref}"


class SeatEnd(models.TextChoices):
    """Why a mediator no longer sits."""

    DECLINED = "declined", pgettext_lazy("mediator", "declined")
    OBJECTED = "objected", pgettext_lazy("mediator", "a side objected")
    UNANSWERED = "unanswered", pgettext_lazy("mediator", "did not answer in time")
    LATE = "late", pgettext_lazy("mediator", "did not decide in time")
    TIED = "tied", pgettext_lazy("mediator", "a tie became known")


class Seat(models.Model):
    """A mediator named for a dispute. It may decline; each side may object to one in a dispute.

    `answer_by` ends the time to decline and to object, `decide_by` the time to decide; both exclusive.
    At the commit each side has a clear check of the hour against the mediator's body, and nothing affiliates
    the body to a side in either direction.
    """

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="seats")
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="seats")
    named_at = models.DateTimeField(db_default=Now(), editable=False)
    answer_by = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, editable=False)
    decide_by = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    end = models.CharField(max_length=10, choices=SeatEnd.choices, blank=True)
    end_side = models.CharField(max_length=8, choices=Side.choices, blank=True)
    end_reason = models.CharField(max_length=600, blank=True)

    class Meta:
        verbose_name = _("seat of a mediator")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "mediator"], name="seat_once_a_mediator"),
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(ended_at__isnull=True), name="seat_one_stands"
            ),
            models.UniqueConstraint(
                fields=["dispute", "end_side"],
                condition=~Q(end_side=""),
                name="seat_objected_once_a_side",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="") | (Q(ended_at__isnull=False) & ~Q(end="")),
                name="seat_ended_with_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(end__in=["declined", "objected"]) | ~Q(end_reason=""),
                name="seat_ended_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, decide_by__isnull=True)
                | Q(accepted_at__isnull=False, decide_by__isnull=False),
                name="seat_accepted_with_a_deadline",
            ),
        ]
        triggers = [dispute_guards.seat_guard(), dispute_guards.seat_stands(), *kept()]

    @property
    def urn(self) -> str:
        return f"contracts.seat/{self.pk}"


class SeatCheck(models.Model):
    """The check of a mediator's body against one side. Append-only."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="checks")
    party = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    check_made = models.ForeignKey(Check, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("check of a mediator")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["seat", "check_made"], name="seat_check_once")]
        triggers = append_only()


class Decision(models.Model):
    """What a mediator decided: a split of the milestone's money, or that the dispute is dismissed.

    Made in time by the database's clock, by whoever sits and accepted, after the time to object, through a
    clear check of the hour. Append-only.
    """

    dispute = models.OneToOneField(Dispute, models.PROTECT, related_name="decision")
    seat = models.OneToOneField(Seat, models.PROTECT, related_name="decision")
    dismissed = models.BooleanField(default=False)
    released_fen = models.BigIntegerField(null=True)
    refunded_fen = models.BigIntegerField(null=True)
    reasons = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("decision of a mediator")
        constraints = [
            models.CheckConstraint(condition=~Q(reasons=""), name="decision_gives_its_reasons"),
            models.CheckConstraint(
                condition=Q(dismissed=True, released_fen__isnull=True, refunded_fen__isnull=True)
                | Q(dismissed=False, released_fen__gte=0, refunded_fen__gte=0),
                name="decision_splits_or_dismisses",
            ),
        ]
        triggers = [
            dispute_guards.splits_the_whole(condition=pgtrigger.Q(new__dismissed=False)),
            dispute_guards.decision_guard(),
            *append_only(),
        ]

    @property
    def released(self) -> Any:
        return to_yuan(self.released_fen or 0)

    @property
    def refunded(self) -> Any:
        return to_yuan(self.refunded_fen or 0)
