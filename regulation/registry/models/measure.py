import datetime as dt

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from .approval import Approval


class OnlineLevel(models.IntegerChoices):
    """How far an approval can be dealt with online: four levels in this site's own words."""

    TOLD = 1, _("1 · only the guide is online")
    APPLIED = 2, _("2 · you apply online, and bring the papers")
    ACCEPTED = 3, _("3 · papers are checked and accepted online; you come once at most")
    WHOLE = 4, _("4 · from application to decision without coming")


class MeasureQuerySet(models.QuerySet["Measure"]):
    def published(self) -> "MeasureQuerySet":
        return self.filter(published_at__isnull=False)

    def on_record(self) -> "MeasureQuerySet":
        """Published, and still what this site says."""
        return self.published().filter(recorded__upper_inf=True)

    def in_force_on(self, day: dt.date) -> "MeasureQuerySet":
        return self.filter(in_force__contains=day)

    def said_at(self, moment: dt.datetime) -> "MeasureQuerySet":
        """Published measures as this site said at a moment."""
        return self.published().filter(recorded__contains=moment)


class Measure(models.Model):
    """What an approval costs an applicant in trips, papers and days, during a period (最多跑一次).

    `in_force` [start, end) is when it is so; `recorded` [start, end) is when this site said so. Nothing is
    overwritten: a correction closes `recorded` and opens another row. Days are working days; `statutory_days`
    is the limit the law sets, `committed_days` what the department promises (优化营商环境条例 36). Null is
    unknown, which is not none. `reform` names what brought the measure. Published by a second person.
    """

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="measures")
    in_force = DateRangeField()
    recorded = DateTimeRangeField(
        db_default=Func(Now(), None, function="tstzrange", output_field=DateTimeRangeField()), editable=False
    )
    trips = models.PositiveSmallIntegerField(null=True, blank=True)
    committed_days = models.PositiveSmallIntegerField(null=True, blank=True)
    statutory_days = models.PositiveSmallIntegerField(null=True, blank=True)
    online_level = models.PositiveSmallIntegerField(null=True, blank=True, choices=OnlineLevel.choices)
    papers = models.PositiveSmallIntegerField(null=True, blank=True)
    fee = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    reform = models.CharField(max_length=200, blank=True)
    reform_en = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    is_invented = models.BooleanField(default=False)
    source = models.CharField(max_length=400)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure of an approval")
        ordering = ["approval", "in_force", "pk"]
        constraints = [
            ExclusionConstraint(
                name="measure_one_in_force_at_a_time",
                expressions=[
                    ("approval", RangeOperators.EQUAL),
                    ("in_force", RangeOperators.OVERLAPS),
                    ("recorded", RangeOperators.OVERLAPS),
                ],
                condition=Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | (Q(reviewer__isnull=False) & ~Q(reviewer=F("author"))),
                name="measure_published_by_second_person",
            ),
            models.CheckConstraint(
                condition=Q(in_force__isempty=False) & Q(in_force__lower_inf=False),
                name="measure_period_has_a_start",
            ),
            models.CheckConstraint(
                condition=Q(online_level__isnull=True) | Q(online_level__range=(1, 4)),
                name="measure_online_level_is_one_to_four",
            ),
            models.CheckConstraint(
                condition=Q(fee__isnull=True) | Q(fee__gte=0), name="measure_fee_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(committed_days__isnull=True)
                | Q(statutory_days__isnull=True)
                | Q(committed_days__lte=F("statutory_days")),
                name="measure_promise_within_the_law",
            ),
            models.CheckConstraint(
                condition=Q(trips__isnull=False)
                | Q(committed_days__isnull=False)
                | Q(statutory_days__isnull=False)
                | Q(online_level__isnull=False)
                | Q(papers__isnull=False)
                | Q(fee__isnull=False),
                name="measure_says_something",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="measure_names_its_source"),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="published_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func="""
                    IF (to_jsonb(NEW) - 'recorded') IS DISTINCT FROM (to_jsonb(OLD) - 'recorded')
                       OR lower(NEW.recorded) IS DISTINCT FROM lower(OLD.recorded)
                       OR upper(OLD.recorded) IS NOT NULL THEN
                        RAISE EXCEPTION 'measure_published_stands: measure %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'measure_published_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.approval} · {self.in_force.lower:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return f"{reverse('registry:approval', args=[self.approval.ref])}#once"

    @property
    def reform_name(self) -> str:
        return self.reform_en if get_language() == "en" and self.reform_en else self.reform

    @property
    def urn(self) -> str:
        return f"registry.measure/{self.pk}"
