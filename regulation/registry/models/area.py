from django.db import models
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region

from .provision import Provision
from .service import Service


class AreaAssessmentMatter(models.Model):
    """A matter that a region may have assessed once for a whole zone (区域评估)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    matter = models.CharField(max_length=120)
    matter_en = models.CharField(max_length=200, blank=True)
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="area_matters")
    provision = models.ForeignKey(Provision, models.PROTECT, related_name="area_matters")
    payer_note = models.TextField(blank=True)
    payer_note_en = models.TextField(blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("area-assessment matter")
        ordering = ["region", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["provision", "matter"], name="area_matter_once_per_provision")
        ]

    def __str__(self) -> str:
        return self.matter


class JointReviewScheme(models.Model):
    """One region's scheme for preparing and reviewing several assessments together (多评合一)."""

    ref = models.SlugField(unique=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    number = models.CharField(max_length=120, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("joint review scheme")

    def __str__(self) -> str:
        return self.title


class JointReviewStage(models.Model):
    """A stage of a scheme with its limit in working days."""

    scheme = models.ForeignKey(JointReviewScheme, models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    working_days = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    note_en = models.TextField(blank=True)

    class Meta:
        ordering = ["scheme", "position"]


class JointReviewItem(models.Model):
    """One assessment in a scheme: who prepares it and who reviews it."""

    scheme = models.ForeignKey(JointReviewScheme, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="+")
    prepared_by = models.TextField(blank=True)
    prepared_by_en = models.TextField(blank=True)
    reviewed_by = models.TextField(blank=True)
    reviewed_by_en = models.TextField(blank=True)

    class Meta:
        ordering = ["scheme", "position"]
