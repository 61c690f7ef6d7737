from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.registry.models import Provision

from ..limits import Limit, Unit
from ..lowness import LowRule


class LimitKind(models.TextChoices):
    """What a time limit is for."""

    STANDSTILL = "standstill", _("between the award and the contract")
    ANSWER = "answer", _("for the owner to answer a challenge")
    COMPLAINT = "complaint", _("to complain after the answer, or after none came")
    ACCEPTANCE = "acceptance", _("for the regulator to take a complaint up or not")
    DECISION = "decision", _("for the regulator to decide a complaint")
    JUSTIFY = "justify", _("to justify an abnormally low price")


class _Dated(models.Model):
    """A rule of a region from a day on, with the law or the note it rests on. The nearest region wins."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    in_force = DateRangeField()
    provision = models.ForeignKey(Provision, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        abstract = True


class TimeLimit(_Dated):
    """How long something may take, or has to, in the procedure after the opening."""

    kind = models.CharField(max_length=12, choices=LimitKind.choices)
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(
        max_length=12,
        choices=[
            (Unit.SECONDS.value, _("seconds")),
            (Unit.HOURS.value, _("hours")),
            (Unit.DAYS.value, _("days")),
            (Unit.WORKING_DAYS.value, _("working days")),
        ],
    )

    class Meta:
        verbose_name = _("time limit")
        constraints = [
            ExclusionConstraint(
                name="time_limit_one_at_a_time",
                expressions=[("region", "="), ("kind", "="), ("in_force", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="time_limit_is_not_nothing"),
        ]

    @property
    def limit(self) -> Limit:
        return Limit(self.amount, Unit(self.unit))


class LowPriceRule(_Dated):
    """Below which shares, in percent, a price is abnormally low."""

    of_mean = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    of_next = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    of_ceiling = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("rule on abnormally low prices")
        constraints = [
            ExclusionConstraint(
                name="low_price_rule_one_at_a_time",
                expressions=[("region", "="), ("in_force", RangeOperators.OVERLAPS)],
            )
        ]

    @property
    def rule(self) -> LowRule:
        return LowRule(self.of_mean, self.of_next, self.of_ceiling)


class Ground(models.TextChoices):
    """Why the owner may choose without competition."""

    BELOW = "below", _("the ceiling is below the amount from which competition is required")
    EMERGENCY = "emergency", _("disaster relief or another emergency that leaves no time for competition")
    SECRET = "secret", _("state security or state secrets are touched")


class InviteGround(models.TextChoices):
    """Why the owner may invite firms in place of letting everybody bid."""

    FEW = "few", _("complex, with special demands or bound by nature, so that few could bid")
    COST = "cost", _("open tendering would cost too much beside the contract")


class InvitationRule(_Dated):
    """A ground for a tender by invitation, and how many firms are invited at `least`."""

    ground = models.CharField(max_length=12, choices=InviteGround.choices)
    least = models.PositiveSmallIntegerField(default=3)

    class Meta:
        verbose_name = _("rule on tenders by invitation")
        ordering = ["ground", "region"]
        constraints = [
            ExclusionConstraint(
                name="invitation_rule_one_at_a_time",
                expressions=[("region", "="), ("ground", "="), ("in_force", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(least__gte=3), name="invitation_rule_three_at_least"),
        ]


class DirectChoiceRule(_Dated):
    """A ground for choosing directly. `amount`, of BELOW alone, is yuan without tax, exclusive."""

    ground = models.CharField(max_length=12, choices=Ground.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("rule on direct choice")
        ordering = ["ground", "region"]
        constraints = [
            ExclusionConstraint(
                name="direct_choice_rule_one_at_a_time",
                expressions=[("region", "="), ("ground", "="), ("in_force", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(ground=Ground.BELOW, amount__gt=0)
                | (~Q(ground=Ground.BELOW) & Q(amount__isnull=True)),
                name="direct_choice_rule_amount_below_alone",
            ),
        ]
