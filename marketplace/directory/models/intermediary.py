from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check
from regulation.ledger.triggers import kept
from regulation.parties.models import Entity, Region
from regulation.registry.models import Service

from . import guards


class Intermediary(models.Model):
    """A registered intermediary (中介机构): the public profile of an entity that sells services.

    `credit_level` and `credit_score` are those of its newest credit record; neither is set where there are
    not enough reviews. `suspended_at` is set while a sanction stands: then it may not bid and is not listed.
    """

    entity = models.OneToOneField(Entity, models.PROTECT, related_name="intermediary")
    ref = models.SlugField(max_length=60, unique=True)
    summary = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    practitioner_count = models.PositiveIntegerField(null=True, blank=True)
    registered_at = models.DateTimeField(db_default=Now(), editable=False)
    suspended_at = models.DateTimeField(null=True, blank=True)
    credit_level = models.PositiveSmallIntegerField(null=True, editable=False)
    credit_score = models.DecimalField(max_digits=3, decimal_places=2, null=True, editable=False)
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        verbose_name = _("intermediary")
        verbose_name_plural = _("intermediaries")
        ordering = ["entity__pinyin", "pk"]
        indexes = [
            GinIndex(fields=["search"], name="intermediary_search"),
            models.Index(
                fields=["-credit_level"],
                condition=Q(credit_level__isnull=False),
                name="intermediary_with_credit",
            ),
        ]
        triggers = [guards.credit_on_record(), guards.suspended_while_sanctioned()]

    def __str__(self) -> str:
        return str(self.entity)

    def get_absolute_url(self) -> str:
        return reverse("directory:intermediary", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"directory.intermediary/{self.ref}"


class Qualification(models.Model):
    """A certificate an intermediary holds, `valid` in [start, end); renewed, it may keep its number."""

    intermediary = models.ForeignKey(Intermediary, models.CASCADE, related_name="qualifications")
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=80)
    issuer = models.CharField(max_length=200, blank=True)
    valid = DateRangeField()

    class Meta:
        verbose_name = _("qualification")
        ordering = ["intermediary", "name"]
        constraints = [
            ExclusionConstraint(
                name="qualification_number_once_at_a_time",
                expressions=[("number", "="), ("valid", RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def urn(self) -> str:
        return f"directory.qualification/{self.pk}"


class PriceBasis(models.TextChoices):
    FIXED = "fixed", _("fixed price for the job")
    PER_UNIT = "per_unit", _("price per unit")
    RATE = "rate", _("per cent of the contract amount")


class OfferQuerySet(models.QuerySet["Offer"]):
    def standing_on(self, day: object) -> "OfferQuerySet":
        """In force on the day and not set aside by the conflict gate: what is shown as a price."""
        return self.in_force_on(day).open()

    def in_force_on(self, day: object) -> "OfferQuerySet":
        """Published for the day by a listed intermediary."""
        return self.filter(valid__contains=day, intermediary__suspended_at__isnull=True)

    def open(self) -> "OfferQuerySet":
        """Those that no check set aside."""
        standing = OfferSuspension.objects.filter(offer=OuterRef("pk"), lifted_at__isnull=True)
        return self.exclude(Exists(standing))


class Offer(models.Model):
    """Service × region × price basis × days at a published price.

    `amount` is yuan without tax (or per cent for a rate); `days` are working days; `valid` is [start, end).
    """

    intermediary = models.ForeignKey(Intermediary, models.CASCADE, related_name="offers")
    service = models.ForeignKey(Service, models.PROTECT, related_name="offers")
    region = models.ForeignKey(Region, models.PROTECT, related_name="offers")
    price_basis = models.CharField(max_length=10, choices=PriceBasis.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default="CNY")
    unit = models.CharField(max_length=40, blank=True)
    unit_en = models.CharField(max_length=40, blank=True)
    days = models.PositiveSmallIntegerField()
    valid = DateRangeField()

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        ordering = ["amount", "pk"]
        indexes = [models.Index(fields=["service", "region", "amount"], name="offer_service_region_price")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="offer_amount_is_positive"),
            models.CheckConstraint(
                condition=~Q(price_basis="rate") | Q(amount__lte=100), name="offer_rate_is_a_per_cent"
            ),
            models.CheckConstraint(
                condition=~Q(price_basis="per_unit") | ~Q(unit=""), name="offer_per_unit_names_its_unit"
            ),
            ExclusionConstraint(
                name="offer_one_price_at_a_time",
                expressions=[
                    ("intermediary", "="),
                    ("service", "="),
                    ("region", "="),
                    ("price_basis", "="),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intermediary} · {self.service}"

    @property
    def urn(self) -> str:
        return f"directory.offer/{self.pk}"


class OfferSuspension(models.Model):
    """An offer set aside: every department that asks for it there is one its firm may not serve.

    While one stands the offer is not shown among the prices; a bid meets the gate with its own department.
    `check_made` says why.
    `lifted_by` is the clear check that ended it; null where no department asks for the service any more.
    """

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="suspensions")
    check_made = models.ForeignKey(Check, models.PROTECT, related_name="+")
    since = models.DateTimeField(db_default=Now(), editable=False)
    lifted_by = models.ForeignKey(Check, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("suspension of an offer")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer"], condition=Q(lifted_at__isnull=True), name="offer_suspended_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=False) | Q(lifted_by__isnull=True),
                name="offer_suspension_lifted_with_its_check",
            ),
        ]
        triggers = kept()

    @property
    def urn(self) -> str:
        return f"directory.suspension/{self.pk}"
