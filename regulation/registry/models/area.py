from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region

from .provision import Provision
from .service import Service


class AreaAssessmentMatter(models.Model):
    """A matter that a region may have assessed once for a whole zone (区域评估)."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"), related_name="+")
    matter = models.CharField(_("matter"), max_length=120)
    matter_en = models.CharField(_("matter, in English"), max_length=200, blank=True)
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        verbose_name=_("service"),
        null=True,
        blank=True,
        related_name="area_matters",
    )
    provision = models.ForeignKey(
        Provision, models.PROTECT, verbose_name=_("provision"), related_name="area_matters"
    )
    payer_note = models.TextField(_("who pays"), blank=True)
    payer_note_en = models.TextField(_("who pays, in English"), blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("area-assessment matter")
        verbose_name_plural = _("area-assessment matters")
        ordering = ["region", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["provision", "matter"], name="area_matter_once_per_provision")
        ]

    def __str__(self) -> str:
        return self.matter

    @property
    def urn(self) -> str:
        return f"registry.areaassessmentmatter/{self.pk}"


class JointReviewScheme(models.Model):
    """One region's scheme for preparing and reviewing several assessments together (多评合一)."""

    ref = models.SlugField(unique=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"), related_name="+")
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("title, in English"), max_length=300, blank=True)
    number = models.CharField(_("number of the document"), max_length=120, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("joint review scheme")
        verbose_name_plural = _("joint review schemes")

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title

    def get_absolute_url(self) -> str:
        return reverse("registry:joint_review", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"registry.jointreviewscheme/{self.ref}"


class StageKind(models.TextChoices):
    """What is done in a stage. In the middle three the assessments run side by side."""

    ACCEPTANCE = "acceptance", _("joint acceptance")
    PREPARATION = "preparation", _("preparation side by side")
    REVIEW = "review", _("review side by side")
    APPROVAL = "approval", _("approval side by side")
    DELIVERY = "delivery", _("joint delivery")


class _Named:
    name: str
    name_en: str

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


class JointReviewStage(_Named, models.Model):
    """A stage of a scheme with its limit in working days."""

    scheme = models.ForeignKey(JointReviewScheme, models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("what is done"), max_length=12, choices=StageKind.choices, blank=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name, in English"), max_length=200, blank=True)
    working_days = models.PositiveSmallIntegerField(_("working days"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    note_en = models.TextField(_("note, in English"), blank=True)

    class Meta:
        ordering = ["scheme", "position"]


class JointReviewItem(_Named, models.Model):
    """One assessment in a scheme: who prepares it and who reviews it."""

    scheme = models.ForeignKey(JointReviewScheme, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name, in English"), max_length=200, blank=True)
    service = models.ForeignKey(
        Service, models.PROTECT, verbose_name=_("service"), null=True, blank=True, related_name="+"
    )
    prepared_by = models.TextField(_("prepared by"), blank=True)
    prepared_by_en = models.TextField(_("prepared by, in English"), blank=True)
    reviewed_by = models.TextField(_("reviewed by"), blank=True)
    reviewed_by_en = models.TextField(_("reviewed by, in English"), blank=True)

    class Meta:
        ordering = ["scheme", "position"]
