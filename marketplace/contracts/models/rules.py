import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.tenders.limits import Limit, Unit
from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Region
from regulation.registry.models import Provision, Service

from ..text import unknown_blanks
from . import guards

UNITS = [
    (Unit.SECONDS.value, _("seconds")),
    (Unit.HOURS.value, _("hours")),
    (Unit.DAYS.value, _("days")),
    (Unit.WORKING_DAYS.value, _("working days")),
]


class ContractRule(models.Model):
    """What binds contracts in a region from a day on; the nearest region wins.

    How long signing, the buyer's examination and mending may take; the penalty for late work in thousandths
    of the milestone a day, and its cap in percent; how many percent of drift become a finding.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    in_force = DateRangeField()
    sign_amount = models.PositiveSmallIntegerField()
    sign_unit = models.CharField(max_length=12, choices=UNITS)
    silence_amount = models.PositiveSmallIntegerField()
    silence_unit = models.CharField(max_length=12, choices=UNITS)
    cure_amount = models.PositiveSmallIntegerField()
    cure_unit = models.CharField(max_length=12, choices=UNITS)
    late_per_mille = models.DecimalField(max_digits=4, decimal_places=2)
    late_cap = models.DecimalField(max_digits=5, decimal_places=2)
    drift_limit = models.DecimalField(max_digits=5, decimal_places=2)
    provision = models.ForeignKey(Provision, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("contract rule")
        constraints = [
            ExclusionConstraint(
                name="contract_rule_one_at_a_time",
                expressions=[("region", "="), ("in_force", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(sign_amount__gt=0, silence_amount__gt=0, cure_amount__gt=0),
                name="contract_rule_gives_time",
            ),
        ]
        triggers = kept()

    @property
    def sign_within(self) -> Limit:
        return Limit(self.sign_amount, Unit(self.sign_unit))

    @property
    def silence(self) -> Limit:
        return Limit(self.silence_amount, Unit(self.silence_unit))

    @property
    def cure(self) -> Limit:
        return Limit(self.cure_amount, Unit(self.cure_unit))


class SettlementRule(models.Model):
    """How long the steps of disputes and early ends take in a region from a day on; the nearest region wins.

    `answer`: for a mediator to decline and a side to object; `decide`: for the decision; `grace`: what a
    demand gives for overdue work or payment before the contract may be ended by right.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    in_force = DateRangeField()
    answer_amount = models.PositiveSmallIntegerField()
    answer_unit = models.CharField(max_length=12, choices=UNITS)
    decide_amount = models.PositiveSmallIntegerField()
    decide_unit = models.CharField(max_length=12, choices=UNITS)
    grace_amount = models.PositiveSmallIntegerField()
    grace_unit = models.CharField(max_length=12, choices=UNITS)
    provision = models.ForeignKey(Provision, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("rule on disputes and early ends")
        constraints = [
            ExclusionConstraint(
                name="settlement_rule_one_at_a_time",
                expressions=[("region", "="), ("in_force", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(answer_amount__gt=0, decide_amount__gt=0, grace_amount__gt=0),
                name="settlement_rule_gives_time",
            ),
        ]
        triggers = kept()

    @property
    def answer(self) -> Limit:
        return Limit(self.answer_amount, Unit(self.answer_unit))

    @property
    def decide(self) -> Limit:
        return Limit(self.decide_amount, Unit(self.decide_unit))

    @property
    def grace(self) -> Limit:
        return Limit(self.grace_amount, Unit(self.grace_unit))


def _of_a_service(name: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[(Coalesce("service", 0), "="), ("in_force", RangeOperators.OVERLAPS)],
    )


class Schedule(models.Model):
    """The milestones a contract of a service begins with, from a day on; without a service: of every other.

    `parts` is a list of {name, name_en, share, days, checklist: [{text, text_en}]}; `share` of the price and
    `days` of the time are in percent, the shares add up to 100. Nothing of it changes but that it ends once,
    where the next begins; contracts made before keep the milestones they have.
    """

    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    in_force = DateRangeField()
    parts = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("schedule of milestones")
        verbose_name_plural = _("schedules of milestones")
        ordering = ["service", "-pk"]
        constraints = [_of_a_service("schedule_one_at_a_time")]
        triggers = [
            guards.trigger(
                "ends_once",
                pgtrigger.Update,
                f"""
                    IF NOT ({guards.only("in_force")}) OR NOT upper_inf(OLD.in_force)
                       OR lower(NEW.in_force) IS DISTINCT FROM lower(OLD.in_force)
                       OR upper_inf(NEW.in_force) OR isempty(NEW.in_force) THEN
                        {guards.refuse("schedule_stands")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    def __str__(self) -> str:
        of = self.service or _("every service")
        return f"{of} · {self.in_force.lower}"

    @property
    def used(self) -> str:
        """From when until when, as editors read it."""
        return f"{self.in_force.lower} – {self.in_force.upper or ''}"

    @property
    def urn(self) -> str:
        return f"contracts.schedule/{self.pk}"


class Wording(models.Model):
    """A version of the standard text of a service's contracts; without a service: of every other.

    Both languages say the same; the Chinese text decides. Append-only: a changed text is the next version,
    from a day on, and contracts made before keep theirs.
    """

    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    starts_on = models.DateField(_("used from"))
    text = models.TextField(_("text in Chinese"))
    text_en = models.TextField(_("text in English"))
    note = models.CharField(_("what changed"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("standard contract text")
        verbose_name_plural = _("standard contract texts")
        ordering = ["service", "-starts_on", "-version"]
        constraints = [
            models.UniqueConstraint(Coalesce("service", 0), "version", name="wording_one_of_a_version"),
            models.UniqueConstraint(Coalesce("service", 0), "starts_on", name="wording_one_a_day"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        of = self.service or _("every service")
        return f"{of} · {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("contracts:wording", args=[self.pk])

    def clean(self) -> None:
        """Blanks nothing fills would be printed as they stand."""
        for name in ("text", "text_en"):
            if unknown := unknown_blanks(getattr(self, name)):
                raise ValidationError(
                    {name: _("Nothing fills these blanks: %(names)s") % {"names": ", ".join(unknown)}}
                )

    @property
    def urn(self) -> str:
        return f"contracts.wording/{self.pk}"
