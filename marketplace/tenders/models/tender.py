import datetime as dt
from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region
from regulation.registry.models import Approval, Ruling, Service

if TYPE_CHECKING:
    from .award import Award


class Method(models.TextChoices):
    """How a bid is chosen; what each means stands in methods/."""

    LOWEST_PRICE = "lowest_price", _("lowest price")
    AVERAGE_PRICE = "average_price", _("average price")
    BEST_VALUE = "best_value", _("best value")
    RANDOM_DRAW = "random_draw", _("random draw")
    PRICE_AUCTION = "price_auction", _("price auction in rounds")
    DIRECT_CHOICE = "direct_choice", _("direct choice")


class TenderQuerySet(models.QuerySet["Tender"]):
    def published(self) -> "TenderQuerySet":
        return self.filter(published_at__isnull=False)

    def accepting_at(self, moment: dt.datetime) -> "TenderQuerySet":
        """Open for bids: published_at <= moment < closes_at and not cancelled."""
        return self.filter(published_at__lte=moment, closes_at__gt=moment, cancelled_at__isnull=True)

    def due_for_opening(self, moment: dt.datetime) -> "TenderQuerySet":
        """Closed, and neither opened, cancelled nor void."""
        return self.published().filter(
            closes_at__lte=moment, opened_at__isnull=True, cancelled_at__isnull=True, failed_at__isnull=True
        )

    def visible_to(self, entity_ids: list[int]) -> "TenderQuerySet":
        """Published ones for everyone; drafts for the owner's own members."""
        return self.filter(Q(published_at__isnull=False) | Q(owner__in=entity_ids))


class Tender(models.Model):
    """An enterprise's call for one service (OCDS tender).

    Facts are stored (`published_at`, `opened_at` …), states derived. `ruling` is the version relied on;
    without one the tender is voluntary. The deadline is exclusive: published_at <= t < closes_at.
    `ceiling` is yuan without tax. With `seal_on_device` the server seals no bid for anybody.
    """

    ref = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField()
    owner = models.ForeignKey(Entity, models.PROTECT, related_name="tenders")
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="tenders")
    service = models.ForeignKey(Service, models.PROTECT, related_name="tenders")
    department = models.ForeignKey(Entity, models.PROTECT, related_name="tenders_concerning")
    region = models.ForeignKey(Region, models.PROTECT, related_name="tenders")
    ruling = models.ForeignKey(Ruling, models.PROTECT, null=True, blank=True, related_name="tenders")
    method = models.CharField(max_length=20, choices=Method.choices, default=Method.LOWEST_PRICE)
    method_parameters = models.JSONField(default=dict, blank=True)  # as methods.Method.clean() gives them
    ceiling = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    no_ceiling_reason = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    days = models.PositiveSmallIntegerField()
    contact = models.CharField(max_length=200)
    seal_on_device = models.BooleanField(default=False)
    closes_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    awarded_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancel_reason = models.CharField(max_length=300, blank=True)
    failed_at = models.DateTimeField(null=True, editable=False)
    failure = models.CharField(max_length=40, blank=True)
    is_invented = models.BooleanField(default=False)

    objects = TenderQuerySet.as_manager()

    class Meta:
        verbose_name = _("tender")
        ordering = ["-published_at", "-pk"]
        indexes = [
            models.Index(fields=["closes_at"], name="tender_closes_at"),
            models.Index(fields=["-published_at", "-id"], name="tender_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | (Q(closes_at__isnull=False) & Q(closes_at__gt=F("published_at"))),
                name="tender_closes_after_it_is_published",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True)
                | (Q(published_at__isnull=False) & Q(opened_at__gte=F("closes_at"))),
                name="tender_opens_only_after_its_deadline",
            ),
            models.CheckConstraint(
                condition=Q(awarded_at__isnull=True) | Q(opened_at__isnull=False),
                name="tender_awarded_only_once_opened",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancel_reason=""),
                name="tender_cancelled_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(ceiling__isnull=True) | Q(ceiling__gt=0), name="tender_ceiling_is_positive"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_terms_stand",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func="""
                    IF (to_jsonb(NEW) - ARRAY['opened_at', 'awarded_at', 'cancelled_at', 'cancel_reason',
                                              'failed_at', 'failure'])
                       IS DISTINCT FROM
                       (to_jsonb(OLD) - ARRAY['opened_at', 'awarded_at', 'cancelled_at', 'cancel_reason',
                                              'failed_at', 'failure'])
                       OR (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at) THEN
                        RAISE EXCEPTION 'tender_published_terms_stand: tender %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'tender_published_terms_stand';
                    END IF;
                    IF OLD.opened_at IS NULL AND NEW.opened_at IS NOT NULL
                       AND clock_timestamp() < OLD.closes_at THEN
                        RAISE EXCEPTION 'tender_opens_by_the_database_clock: tender %', OLD.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'tender_opens_by_the_database_clock';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def accepts_bids_at(self, moment: dt.datetime) -> bool:
        """published_at <= moment < closes_at, and not cancelled."""
        return (
            self.published_at is not None
            and self.closes_at is not None
            and self.cancelled_at is None
            and self.published_at <= moment < self.closes_at
        )

    @property
    def award(self) -> "Award | None":
        """The award that stands, if any; `queries.with_award` fetches it for a list."""
        fetched: list[Award] | None = getattr(self, "live_awards", None)
        if fetched is not None:
            return fetched[0] if fetched else None
        return self.awards.live().select_related("bid__tenderer", "evaluation").first()

    def get_absolute_url(self) -> str:
        return reverse("tenders:tender", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"tenders.tender/{self.ref}"


class AvoidedUnit(models.Model):
    """A unit the owner must not buy from, declared with its reason before publication."""

    tender = models.ForeignKey(Tender, models.CASCADE, related_name="avoided_units")
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tender", "entity"], name="avoided_unit_once_per_tender"),
            models.CheckConstraint(condition=~Q(reason=""), name="avoided_unit_has_a_reason"),
        ]
