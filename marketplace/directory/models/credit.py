from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Region
from regulation.registry.models import Provision

from . import guards
from .intermediary import Intermediary


class CreditRecord(models.Model):
    """What an intermediary's credit was from a moment on: a level from 5 to 1 with its score, or neither
    where there are not enough reviews. Append-only: the history.

    `contracts` and `buyers` are how many counted; `digest` is SHA-256 over what it was reckoned from. The
    room that holds the reviews reckons it; this one keeps and shows it.
    """

    intermediary = models.ForeignKey(Intermediary, models.PROTECT, related_name="credit_records")
    at = models.DateTimeField()
    level = models.PositiveSmallIntegerField(null=True)
    score = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    contracts = models.PositiveIntegerField()
    buyers = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("credit record")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__isnull=True, score__isnull=True)
                | Q(level__range=(1, 5), score__gte=1, score__lte=5),
                name="credit_level_with_its_score",
            )
        ]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"directory.credit/{self.pk}"


class ConsequenceKind(models.TextChoices):
    """What follows from credit, or from complaints that were verified."""

    TOP = "top", _("placed first in the directory")
    SUSPEND = "suspend", _("suspension")
    REMOVE = "remove", _("removal from the directory")


class ConsequenceRule(models.Model):
    """What follows from what, in a region from a day on; the nearest region wins for each kind.

    By `level` (that level), or by `complaints`: so many verified complaints about quality `within_days`.
    `lasts_days` is how long a suspension lasts. `reply_within` is the firm's time to reply before it.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ConsequenceKind.choices)
    in_force = DateRangeField()
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    complaints = models.PositiveSmallIntegerField(null=True, blank=True)
    within_days = models.PositiveSmallIntegerField(null=True, blank=True)
    lasts_days = models.PositiveSmallIntegerField(null=True, blank=True)
    reply_within = models.DurationField()
    provision = models.ForeignKey(Provision, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=300, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("rule on the consequences of credit")
        constraints = [
            ExclusionConstraint(
                name="consequence_rule_one_at_a_time",
                expressions=[("region", "="), ("kind", "="), ("in_force", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=False, complaints__isnull=True)
                | Q(level__isnull=True, complaints__gt=0, within_days__gt=0),
                name="consequence_rule_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ConsequenceKind.SUSPEND) | Q(lasts_days__gt=0),
                name="consequence_suspension_ends",
            ),
        ]
        triggers = kept()

    @property
    def urn(self) -> str:
        return f"directory.consequence_rule/{self.pk}"


class SanctionOutcome(models.TextChoices):
    IMPOSED = "imposed", _("imposed")
    DROPPED = "dropped", _("dropped")


class Sanction(models.Model):
    """A suspension or a removal that a rule calls for: opened by the rule, replied to by the firm, proposed
    by one of the operating centre's people and decided by another.

    `grounds` are the facts the rule met. `until` is the end of a suspension, exclusive; a removal has none.
    """

    ref = models.SlugField(max_length=24, unique=True)
    intermediary = models.ForeignKey(Intermediary, models.PROTECT, related_name="sanctions")
    rule = models.ForeignKey(ConsequenceRule, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ConsequenceKind.choices)
    grounds = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    reply_until = models.DateTimeField()
    reply = models.TextField(max_length=2000, blank=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True, editable=False)
    outcome = models.CharField(max_length=8, choices=SanctionOutcome.choices, blank=True)
    outcome_reason = models.TextField(max_length=2000, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)
    until = models.DateTimeField(null=True, editable=False)
    lifted_at = models.DateTimeField(null=True, editable=False)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lift_reason = models.CharField(max_length=600, blank=True)

    class Meta:
        verbose_name = _("sanction")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["intermediary", "kind"],
                condition=Q(decided_at__isnull=True)
                | Q(outcome=SanctionOutcome.IMPOSED, lifted_at__isnull=True),
                name="sanction_one_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[ConsequenceKind.SUSPEND, ConsequenceKind.REMOVE]),
                name="sanction_is_against_the_firm",
            ),
            models.CheckConstraint(
                condition=Q(proposed_at__isnull=True, outcome="", proposed_by__isnull=True)
                | (
                    Q(proposed_at__isnull=False, proposed_by__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(outcome_reason="")
                ),
                name="sanction_proposed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False, proposed_by__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="sanction_decided_by_two",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True)
                | (Q(outcome=SanctionOutcome.IMPOSED, decided_at__isnull=False) & ~Q(lift_reason="")),
                name="sanction_lifted_with_a_reason",
            ),
        ]
        triggers = [guards.sanction_begins(), guards.sanction_stands(), *kept()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.intermediary}"

    def get_absolute_url(self) -> str:
        return reverse("directory:sanction", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"directory.sanction/{self.ref}"
