import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity
from regulation.registry.models import Provision

from .guards import decided_once, not_rejected_once_published, published_by_a_second


class RulePack(models.Model):
    """A version of the rules as it was published. Append-only: another text is another version.

    `body` is the pack's JSON (docs/decoupling.md), `digest` SHA-256 over its canonical form.
    """

    version = models.CharField(max_length=30, primary_key=True)
    title = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200)
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("rule pack")
        ordering = ["-proposed_at", "-version"]
        triggers = append_only()

    def __str__(self) -> str:
        return self.version

    @property
    def urn(self) -> str:
        return f"decoupling.pack/{self.version}"


BEGINS = Coalesce("starts_at", "published_at")


class PublicationQuerySet(models.QuerySet["PackPublication"]):
    def by_start(self) -> "PublicationQuerySet":
        """Each with `begins`, the moment from which checks use it; the last to begin comes first."""
        return self.annotate(begins=BEGINS).order_by("-begins", "-pk")

    def used_at(self, moment: dt.datetime | Now) -> "PublicationQuerySet":
        """Those published and begun by a moment: the first is in use then."""
        begun = self.alias(begun=LessThanOrEqual(BEGINS, moment)).filter(begun=True)
        return begun.filter(published_at__lte=moment).by_start()


class PackPublication(models.Model):
    """From when checks use a pack: at once, or from `starts_at`. Who proposed it does not publish it
    (DESIGN §3.3), and what was given up is not published.
    """

    pack = models.OneToOneField(RulePack, models.PROTECT, related_name="publication")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(db_default=Now(), editable=False)
    starts_at = models.DateTimeField(null=True, editable=False)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication of a rule pack")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(starts_at__gt=F("published_at")),
                name="pack_starts_after_its_publication",
            )
        ]
        triggers = [published_by_a_second(), *append_only()]


class PackRejection(models.Model):
    """A proposed pack that was given up: by who proposed it, or by another. It is never published."""

    pack = models.OneToOneField(RulePack, models.PROTECT, related_name="rejection")
    rejected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    rejected_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("rejection of a rule pack")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="pack_rejected_with_its_reason")]
        triggers = [not_rejected_once_published(), *append_only()]


class ExemptionKind(models.TextChoices):
    """Why a pair that the rules bar may still work together."""

    STATUTORY = "statutory", _("a law or administrative regulation says otherwise")
    TRANSITION = "transition", _("a decoupling plan with its end")


class ExemptionQuerySet(models.QuerySet["Exemption"]):
    def in_force_on(self, day: dt.date, *, known_at: dt.datetime | None = None) -> "ExemptionQuerySet":
        """Confirmed and running on a day: an expired one closes by itself, a revoked one on its day.

        What was done under it before the day it was revoked stands. With `known_at`, as the record had it at
        that moment: confirmed by then, and what was revoked later not yet so.
        """
        granted = Q(confirmed_at__isnull=False) if known_at is None else Q(confirmed_at__lte=known_at)
        going = Q(revoked_at__isnull=True) | Q(revoked_at__date__gt=day)
        if known_at is not None:
            going |= Q(revoked_at__gt=known_at)
        return self.filter(granted, going, rejected_at__isnull=True, valid__contains=day)


class Exemption(models.Model):
    """Lets one intermediary serve one department's approvals in spite of rules, during `valid` [start, end).

    Statutory ones cite the provision that says otherwise (优化营商环境条例 43); transitional ones follow a
    published plan and end. Proposed by one regulator, confirmed by another, published. Empty `rules`: all.
    `valid` is when it holds; on record it is [confirmed_at, revoked_at): so "as known then" has its answer.
    """

    intermediary = models.ForeignKey(Entity, models.PROTECT, related_name="exemptions")
    department = models.ForeignKey(Entity, models.PROTECT, related_name="exemptions_granted_for")
    kind = models.CharField(max_length=12, choices=ExemptionKind.choices)
    rules = models.JSONField(default=list)
    provision = models.ForeignKey(Provision, models.PROTECT, null=True, blank=True, related_name="exemptions")
    plan = models.TextField(blank=True)
    reason = models.TextField()
    valid = DateRangeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revoke_reason = models.TextField(blank=True)
    is_invented = models.BooleanField(default=False)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exemption")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True)
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("proposed_by"))),
                name="exemption_confirmed_by_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(kind="statutory") | Q(provision__isnull=False),
                name="exemption_by_statute_cites_it",
            ),
            models.CheckConstraint(
                condition=~Q(kind="transition") | (Q(valid__upper_inf=False) & ~Q(plan="")),
                name="exemption_for_transition_has_plan_and_end",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="exemption_gives_its_reason"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True)
                | (Q(confirmed_at__lte=F("revoked_at"), revoked_by__isnull=False) & ~Q(revoke_reason="")),
                name="exemption_revoked_with_its_reason",
            ),
        ]
        triggers = [decided_once(), *kept()]

    @property
    def urn(self) -> str:
        return f"decoupling.exemption/{self.pk}"
