from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region


class Level(models.TextChoices):
    """The rank of an instrument. Only the first three can make an intermediary mandatory (条例 43)."""

    LAW = "law", _("law")
    ADMINISTRATIVE_REGULATION = "administrative_regulation", _("administrative regulation")
    STATE_COUNCIL_DECISION = "state_council_decision", _("State Council decision")
    STATE_COUNCIL_DOCUMENT = "state_council_document", _("State Council document")
    CENTRAL_DOCUMENT = "central_document", _("central document")
    DEPARTMENT_RULE = "department_rule", _("departmental rule")
    LOCAL_REGULATION = "local_regulation", _("local regulation")
    LOCAL_RULE = "local_rule", _("local government rule")
    NORMATIVE_DOCUMENT = "normative_document", _("normative document")
    REPORT = "report", _("official or press summary")


LAWFUL_LEVELS = (Level.LAW, Level.ADMINISTRATIVE_REGULATION, Level.STATE_COUNCIL_DECISION)


class Instrument(models.Model):
    """A law, regulation or document (CPSV-AP LegalResource). `in_force` is [start, end)."""

    ref = models.SlugField(max_length=60, unique=True, allow_unicode=True)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    number = models.CharField(max_length=120, blank=True)
    issuer = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=30, choices=Level.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    in_force = DateRangeField(null=True, blank=True)
    version_date = models.DateField(null=True, blank=True)
    pinyin = models.TextField(blank=True, editable=False)
    initials = models.CharField(max_length=200, blank=True, editable=False)
    repealed_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="repeals")
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("instrument")
        ordering = ["ref"]

    def __str__(self) -> str:
        if get_language() == "en" and self.title_en:
            return self.title_en
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("registry:instrument", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"registry.instrument/{self.ref}"


class Provision(models.Model):
    """An article of an instrument, summarised in our own words. `in_force` is [start, end).

    `level` repeats the instrument's, so that the database can hold a mandatory ruling to it.
    """

    ref = models.CharField(max_length=80, unique=True)
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="provisions")
    article = models.CharField(max_length=60)
    article_order = models.PositiveIntegerField(default=0)
    level = models.CharField(max_length=30, choices=Level.choices)
    in_force = DateRangeField(null=True, blank=True)
    summary = models.TextField()
    summary_en = models.TextField(blank=True)
    completeness = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("provision")
        ordering = ["instrument", "article_order", "article"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "article"], name="provision_once_per_article"),
            models.CheckConstraint(condition=~Q(summary=""), name="provision_has_a_summary"),
        ]

    def __str__(self) -> str:
        return f"《{self.instrument.title}》{self.article}"

    def get_absolute_url(self) -> str:
        return reverse("registry:provision", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"registry.provision/{self.ref}"
