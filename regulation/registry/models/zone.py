from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

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
    region = models.ForeignKey(Region, models.PROTECT, related_name="zones")
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name, in English"), max_length=300, blank=True)
    is_invented = models.BooleanField(default=False)
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


class ZoneAssessment(models.Model):
    """One matter assessed once for a whole zone (区域评估; 优化营商环境条例 42). `valid` is [start, end)."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="assessments")
    service = models.ForeignKey(Service, models.PROTECT, related_name="zone_assessments")
    report = models.CharField(_("report"), max_length=200)
    valid = DateRangeField(_("valid"))
    effect = models.CharField(_("effect"), max_length=12, choices=Effect.choices)
    provision = models.ForeignKey(Provision, models.PROTECT, related_name="zone_assessments")
    note = models.TextField(_("note"), blank=True)
    note_en = models.TextField(_("note, in English"), blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("area assessment of a zone")
        verbose_name_plural = _("area assessments of zones")
        ordering = ["zone", "service", "valid"]
        constraints = [
            ExclusionConstraint(
                name="zone_assessed_once_at_a_time",
                expressions=[
                    ("zone", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid__isempty=False) & Q(valid__lower_inf=False),
                name="zone_assessment_has_a_start",
            ),
            models.CheckConstraint(condition=~Q(report=""), name="zone_assessment_names_its_report"),
            models.CheckConstraint(condition=~Q(source=""), name="zone_assessment_names_its_source"),
        ]

    def __str__(self) -> str:
        return f"{self.zone} · {self.service}"

    @property
    def urn(self) -> str:
        return f"registry.zoneassessment/{self.pk}"
