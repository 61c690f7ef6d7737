from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region

from .approval import Approval


class Activity(models.Model):
    """Something an applicant wants to do that takes several approvals in order (CPSV-AP Event)."""

    ref = models.SlugField(max_length=60, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"), related_name="+")
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name, in English"), max_length=300, blank=True)
    pinyin = models.TextField(blank=True)
    initials = models.CharField(max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=400)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["pinyin", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="activity_names_its_source")]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def urn(self) -> str:
        return f"registry.activity/{self.ref}"


class ActivityStep(models.Model):
    """An approval of an activity, in the stage and order it is applied for."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    stage = models.CharField(_("stage"), max_length=60)
    stage_en = models.CharField(_("stage, in English"), max_length=80, blank=True)
    approval = models.ForeignKey(Approval, models.PROTECT, verbose_name=_("approval"), related_name="+")

    class Meta:
        ordering = ["activity", "position"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "position"], name="activity_step_once_per_position"),
            models.UniqueConstraint(fields=["activity", "approval"], name="activity_step_once_per_approval"),
        ]
