import datetime as dt

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.parties.models import Region

from .provision import Provision
from .service import Service


class Effect(models.TextChoices):
    """What a zone's assessment does to the demand on one project (浙江规定 23)."""

    WAIVED = "waived", _("not needed any more")
    SIMPLIFIED = "simplified", _("needed in a simpler form")
    FILED = "filed", _("a form you file yourself is enough")


class Zone(models.Model):
    """A development zone, new area or the like, inside a region."""

    ref = models.SlugField(max_length=60, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"), related_name="zones")
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name, in English"), max_length=300, blank=True)
    is_invented = models.BooleanField(_("invented, for the demo"), default=False)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        ordering = ["region", "name", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="zone_names_its_source")]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    def get_absolute_url(self) -> str:
        return reverse("registry:zone", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"registry.zone/{self.ref}"


class ZoneAssessmentQuerySet(models.QuerySet["ZoneAssessment"]):
    def published(self) -> "ZoneAssessmentQuerySet":
        """What counts: a second person has published it."""
        return self.filter(published_at__isnull=False)

    def valid_on(self, day: dt.date) -> "ZoneAssessmentQuerySet":
        return self.filter(valid__contains=day)

    def drafts(self) -> "ZoneAssessmentQuerySet":
        """Neither published nor given up."""
        return self.filter(published_at__isnull=True, withdrawn_at__isnull=True)


# A published assessment may end earlier than it said; nothing else of it changes.
STANDS = """
    IF (to_jsonb(NEW) - 'valid') IS DISTINCT FROM (to_jsonb(OLD) - 'valid')
       OR NOT OLD.valid @> NEW.valid OR lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid) THEN
        RAISE EXCEPTION 'zone_assessment_published_stands: assessment %', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'zone_assessment_published_stands';
    END IF;
    RETURN NEW;
"""


class ZoneAssessment(models.Model):
    """One matter assessed once for a whole zone (区域评估; 优化营商环境条例 42). `valid` is [start, end).

    It changes what applicants owe, so it counts only once a second person has published it. Published ones
    of one matter in one zone never overlap, are never removed, and change only by ending earlier.
    """

    zone = models.ForeignKey(Zone, models.PROTECT, verbose_name=_("zone"), related_name="assessments")
    service = models.ForeignKey(
        Service, models.PROTECT, verbose_name=_("service"), related_name="zone_assessments"
    )
    report = models.CharField(_("report"), max_length=200)
    valid = DateRangeField(_("valid"))
    effect = models.CharField(_("effect"), max_length=12, choices=Effect.choices)
    provision = models.ForeignKey(
        Provision, models.PROTECT, verbose_name=_("provision"), related_name="zone_assessments"
    )
    note = models.TextField(_("note"), blank=True)
    note_en = models.TextField(_("note, in English"), blank=True)
    source = models.CharField(_("source"), max_length=300)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ZoneAssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("area assessment of a zone")
        verbose_name_plural = _("area assessments of zones")
        ordering = ["zone", "service", "valid", "pk"]
        constraints = [
            ExclusionConstraint(
                name="zone_assessed_once_at_a_time",
                expressions=[
                    ("zone", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(valid__isempty=False) & Q(valid__lower_inf=False),
                name="zone_assessment_has_a_start",
            ),
            models.CheckConstraint(condition=~Q(report=""), name="zone_assessment_names_its_report"),
            models.CheckConstraint(condition=~Q(source=""), name="zone_assessment_names_its_source"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | (Q(reviewer__isnull=False) & ~Q(reviewer=F("author"))),
                name="zone_assessment_published_by_second_person",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="zone_assessment_published_or_withdrawn",
            ),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="published_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func=STANDS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone} · {self.service}"

    def get_absolute_url(self) -> str:
        return self.zone.get_absolute_url()

    @property
    def urn(self) -> str:
        return f"registry.zoneassessment/{self.pk}"
