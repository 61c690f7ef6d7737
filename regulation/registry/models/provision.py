import datetime as dt

import pgtrigger
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region

from .guards import ENDS_FUNC, WITHIN_FUNC, carries_still
from .level import Level


class Instrument(models.Model):
    """A law, regulation or document (CPSV-AP LegalResource). `in_force` is [start, end).

    When it ends, the articles that would outlast it end with it (trigger `ends_its_articles`).
    """

    ref = models.SlugField(max_length=60, unique=True, allow_unicode=True, verbose_name=_("address part"))
    title = models.CharField(max_length=200, verbose_name=_("title"))
    title_en = models.CharField(max_length=300, blank=True, verbose_name=_("title, in English"))
    number = models.CharField(max_length=120, blank=True, verbose_name=_("document number"))
    issuer = models.CharField(max_length=120, blank=True, verbose_name=_("issued by"))
    level = models.CharField(max_length=30, choices=Level.choices, verbose_name=_("level"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("made for"))
    in_force = DateRangeField(null=True, blank=True, verbose_name=_("in force"))
    version_date = models.DateField(null=True, blank=True, verbose_name=_("date of the text"))
    pinyin = models.TextField(blank=True, editable=False)
    initials = models.CharField(max_length=200, blank=True, editable=False)
    repealed_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="repeals", verbose_name=_("repealed by")
    )
    source = models.CharField(max_length=300, verbose_name=_("source"))

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("laws and documents")
        ordering = ["ref"]
        constraints = [
            models.CheckConstraint(
                condition=Q(in_force__isnull=True)
                | Q(in_force__isempty=False, in_force__startswith__isnull=False),
                name="instrument_period_has_days",
                violation_error_message=_("A period names the day it starts, and ends after it."),
            ),
            models.CheckConstraint(
                condition=Q(repealed_by__isnull=True) | ~Q(repealed_by=F("id")),
                name="instrument_not_repealed_by_itself",
                violation_error_message=_("A law is repealed by another, not by itself."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="ends_its_articles",
                operation=pgtrigger.Update,
                when=pgtrigger.After,
                condition=pgtrigger.Q(old__in_force__df=pgtrigger.F("new__in_force")),
                func=ENDS_FUNC,
            ),
            pgtrigger.Trigger(
                name="carries_still",
                operation=pgtrigger.UpdateOf("region_id"),
                when=pgtrigger.After,
                func=carries_still("SELECT id FROM registry_provision WHERE instrument_id = NEW.id"),
            ),
        ]

    def __str__(self) -> str:
        if get_language() == "en" and self.title_en:
            return self.title_en
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("registry:instrument", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"registry.instrument/{self.ref}"

    def ended_by(self, day: dt.date) -> bool:
        """Whether it no longer holds on a day."""
        return bool(self.in_force and self.in_force.upper and self.in_force.upper <= day)


class Provision(models.Model):
    """An article of an instrument, summarised in our own words. `in_force` is [start, end).

    `level` repeats the instrument's, so that the database can hold a mandatory ruling to it. An article's
    period lies within its instrument's, where both are known. `full_text` is the text itself, which the
    operator may load (`import_provisions`) and this site does not bring along; then its source and the day
    it was loaded are known.
    """

    ref = models.CharField(max_length=80, unique=True, verbose_name=_("address part"))
    instrument = models.ForeignKey(
        Instrument, models.PROTECT, related_name="provisions", verbose_name=_("law or document")
    )
    article = models.CharField(max_length=60, verbose_name=_("article of the law"))
    article_order = models.PositiveIntegerField(default=0, verbose_name=_("place in order"))
    level = models.CharField(max_length=30, choices=Level.choices, verbose_name=_("level"))
    in_force = DateRangeField(null=True, blank=True, verbose_name=_("in force"))
    summary = models.TextField(verbose_name=_("summary"))
    summary_en = models.TextField(blank=True, verbose_name=_("summary, in English"))
    completeness = models.CharField(max_length=60, blank=True)
    full_text = models.TextField(blank=True)
    full_text_source = models.CharField(max_length=300, blank=True)
    full_text_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, verbose_name=_("source"))

    class Meta:
        verbose_name = _("provision")
        verbose_name_plural = _("provisions")
        ordering = ["instrument", "article_order", "article"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "article"], name="provision_once_per_article"),
            models.CheckConstraint(condition=~Q(summary=""), name="provision_has_a_summary"),
            models.CheckConstraint(
                condition=Q(full_text="", full_text_source="", full_text_on__isnull=True)
                | (~Q(full_text="") & ~Q(full_text_source="") & Q(full_text_on__isnull=False)),
                name="provision_text_names_source_and_day",
            ),
            models.CheckConstraint(
                condition=Q(in_force__isnull=True)
                | Q(in_force__isempty=False, in_force__startswith__isnull=False),
                name="provision_period_has_days",
                violation_error_message=_("A period names the day it starts, and ends after it."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="within_its_instrument",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                func=WITHIN_FUNC,
            ),
            pgtrigger.Trigger(
                name="carries_still",
                operation=pgtrigger.Update,
                when=pgtrigger.After,
                condition=pgtrigger.AnyChange("level", "instrument"),
                func=carries_still("NEW.id"),
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.instrument.title}》{self.article}"

    def get_absolute_url(self) -> str:
        return reverse("registry:provision", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"registry.provision/{self.ref}"

    @property
    def ends(self) -> dt.date | None:
        """The first day it no longer holds: its own end or its instrument's, whichever comes first."""
        periods = (self.in_force, self.instrument.in_force)
        known = [period.upper for period in periods if period and period.upper]
        return min(known, default=None)
