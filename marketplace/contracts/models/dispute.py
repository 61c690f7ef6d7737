"""A milestone in dispute: what is claimed, what is shown for it, how the sides would split its money."""

import secrets
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.payments.books import to_yuan
from regulation.ledger.triggers import append_only, kept

from .. import life
from . import dispute_guards, guards
from .contract import Side
from .kept_file import KeptFile, private_storage, random_place
from .milestone import Milestone
from .rules import SettlementRule

REF_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no look-alikes


def dispute_ref() -> str:
    return "d-" + "".join(secrets.choice(REF_ALPHABET) for _n in range(8))


def evidence_name(_instance: Any, _filename: str) -> str:
    return random_place("disputes")


class Outcome(models.TextChoices):
    """How a dispute ended."""

    WITHDRAWN = "withdrawn", pgettext_lazy("dispute", "withdrawn")
    AGREED = "agreed", pgettext_lazy("dispute", "the sides agreed")
    DECIDED = "decided", pgettext_lazy("dispute", "a mediator decided")
    DISMISSED = "dismissed", pgettext_lazy("dispute", "a mediator dismissed it")


SPLIT = (Outcome.AGREED, Outcome.DECIDED)
"""Outcomes that say where the milestone's money goes; after the others the milestone goes on as before."""


class Voice(models.TextChoices):
    """Who proposes a split: a side, or the mediator that sits."""

    BUYER = Side.BUYER.value, Side.BUYER.label
    SELLER = Side.SELLER.value, Side.SELLER.label
    PAYER = Side.PAYER.value, Side.PAYER.label
    MEDIATOR = "mediator", _("mediator")


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def standing(self) -> "DisputeQuerySet":
        return self.filter(closed_at__isnull=True)

    def ended(self) -> "DisputeQuerySet":
        return self.filter(closed_at__isnull=False)


class Dispute(models.Model):
    """One side disputes a milestone: no acceptance and no payout while it stands, one at a time.

    Until `cure_until` (exclusive) both sides mend or agree; from then on either may ask for a decision
    (`asked_at`). `step` is where the milestone stood. What it said never changes; once closed it stands.
    """

    ref = models.SlugField(max_length=16, unique=True, default=dispute_ref)
    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="disputes")
    rule = models.ForeignKey(SettlementRule, models.PROTECT, related_name="+")
    side = models.CharField(max_length=8, choices=Side.choices)
    claim = models.TextField()
    step = models.CharField(max_length=12, choices=[(str(s), s) for s in life.Step])
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    cure_until = models.DateTimeField()
    cure_noted_at = models.DateTimeField(null=True, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    asked_side = models.CharField(max_length=8, choices=Side.choices, blank=True)
    unheard_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["cure_until"], condition=Q(closed_at__isnull=True), name="dispute_standing"),
            models.Index(fields=["-closed_at", "-id"], name="dispute_newest_closed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["milestone"], condition=Q(closed_at__isnull=True), name="dispute_one_a_milestone"
            ),
            models.CheckConstraint(condition=~Q(claim=""), name="dispute_says_what"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="dispute_closed_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True, asked_side="")
                | (Q(asked_at__gte=F("cure_until")) & ~Q(asked_side="")),
                name="dispute_asked_after_the_cure",
            ),
        ]
        triggers = [
            guards.trigger(
                "of_a_disputed_milestone",
                pgtrigger.Insert,
                f"""
                    IF NOT EXISTS (
                        SELECT 1 FROM public.contracts_dispute d
                        JOIN public.contracts_milestone m ON m.id = d.milestone_id
                        WHERE d.id = NEW.id AND (d.closed_at IS NOT NULL OR
                            public.contracts_milestone_state(m, clock_timestamp()) = 'disputed')) THEN
                        {guards.refuse("dispute_of_a_disputed_milestone", "NEW.milestone_id")}
                    END IF;
                    RETURN NULL;
                """,
                deferred=True,
            ),
            guards.trigger(
                "stands",
                pgtrigger.Update,
                f"""
                    IF OLD.closed_at IS NOT NULL OR NEW.cure_until < OLD.cure_until
                       OR (OLD.asked_at IS NOT NULL AND NEW.asked_at IS DISTINCT FROM OLD.asked_at)
                       OR NOT ({
                    guards.only(
                        "cure_until",
                        "cure_noted_at",
                        "asked_at",
                        "asked_side",
                        "unheard_at",
                        "closed_at",
                        "outcome",
                    )
                }) THEN
                        {guards.refuse("dispute_stands")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            dispute_guards.closes_with_its_milestone(),
            *kept(),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("contracts:dispute", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"contracts.dispute/{self.ref}"


class DisputeFile(KeptFile):
    """Evidence of one side. Append-only."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="files")
    side = models.CharField(max_length=8, choices=Side.choices)
    file = models.FileField(storage=private_storage, upload_to=evidence_name, max_length=100)
    note = models.CharField(max_length=600, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("evidence in a dispute")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "digest", "side"], name="dispute_file_once_a_side"),
            models.CheckConstraint(condition=Q(size__gt=0), name="dispute_file_is_not_empty"),
        ]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"contracts.dispute_file/{self.ref}"


class Proposal(models.Model):
    """How one side, or the mediator that sits, would split the milestone's money; the newest stands.

    `released_fen` to the intermediary and `refunded_fen` to the payer are the whole amount together. It holds
    once every side agrees; a mediator's is nothing but a proposal until then. Append-only.
    """

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="proposals")
    number = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=8, choices=Voice.choices)
    released_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField()
    note = models.CharField(max_length=600, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("proposal of a split")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "number"], name="split_once_a_number"),
            models.CheckConstraint(
                condition=Q(released_fen__gte=0, refunded_fen__gte=0), name="split_not_below_nothing"
            ),
        ]
        triggers = [
            dispute_guards.splits_the_whole(),
            dispute_guards.suggested_by_who_sits(),
            *append_only(),
        ]

    @property
    def released(self) -> Any:
        return to_yuan(self.released_fen)

    @property
    def refunded(self) -> Any:
        return to_yuan(self.refunded_fen)


class Assent(models.Model):
    """A side agrees to a proposal; its own side does so by making it. Append-only.

    Whoever agrees acts for that side on that day, and nobody for two.
    """

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="assents")
    side = models.CharField(max_length=8, choices=Side.choices)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("assent to a split")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "side"], name="assent_once_a_side"),
            models.UniqueConstraint(fields=["proposal", "agreed_by"], name="assent_of_different_people"),
        ]
        triggers = [dispute_guards.assent_guard(), *append_only()]
