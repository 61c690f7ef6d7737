import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now, Round
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region, User
from regulation.registry.models import Approval, Ruling, Service

from .. import life
from ..rates import LEAST_BASE, rate_of
from .ground_guards import ground_guards
from .guards import tender_guards
from .limit import Ground, InviteGround
from .part_guards import part_guard
from .service_guards import service_triggers

if TYPE_CHECKING:
    from .award import Award
    from .service import TenderService


class Method(models.TextChoices):
    """How a bid is chosen; what each means stands in methods/."""

    LOWEST_PRICE = "lowest_price", _("lowest price")
    AVERAGE_PRICE = "average_price", _("average price")
    BEST_VALUE = "best_value", _("best value")
    RANDOM_DRAW = "random_draw", _("random draw")
    PRICE_AUCTION = "price_auction", _("price auction in rounds")
    DIRECT_CHOICE = "direct_choice", _("direct choice")


class PriceBasis(models.TextChoices):
    """What a bid states: yuan, or a rate of a base amount (rates.py)."""

    AMOUNT = "amount", _("an amount")
    RATE = "rate", _("a rate of a base amount")


def states(now: dt.datetime, *, path: str = "") -> Case:
    """The state of each tender at a moment, by the rules of life.py; `path` leads to it from another row."""
    lookups = {
        "set": ("isnull", False),
        "unset": ("isnull", True),
        "past": ("lte", now),
        "future": ("gt", now),
    }
    whens = []
    for state, facts in life.RULES:
        terms = {f"{path}{f.column}__{lookups[f.is_][0]}": lookups[f.is_][1] for f in facts}
        whens.append(When(**terms, then=Value(str(state))))
    return Case(*whens, default=Value(str(life.OTHERWISE)), output_field=models.CharField())


class TenderQuerySet(models.QuerySet["Tender"]):
    def published(self) -> "TenderQuerySet":
        return self.filter(published_at__isnull=False)

    def accepting_at(self, moment: dt.datetime) -> "TenderQuerySet":
        """Open for bids at a moment; the deadline is exclusive."""
        open_ = self.filter(published_at__lte=moment, closes_at__gt=moment)
        return open_.alias(at_state=states(moment)).filter(at_state=life.State.OPEN)

    def due_for_opening(self, moment: dt.datetime) -> "TenderQuerySet":
        """Closed or being opened: neither opened, ended nor suspended."""
        due = self.published().filter(closes_at__lte=moment, opened_at__isnull=True)
        return due.alias(at_state=states(moment)).filter(at_state__in=(life.State.CLOSED, life.State.OPENING))

    def buying(self, code: str) -> "TenderQuerySet":
        """Those that buy a service, by its code, alone or with others."""
        return self.filter(services__service__code=code)  # once: a service stands once on a tender

    def visible_to(self, entity_ids: list[int], *, reviews: bool = False) -> "TenderQuerySet":
        """Published ones for everyone; drafts for the owner's members, and for reviewers once submitted."""
        seen = Q(published_at__isnull=False) | Q(owner__in=entity_ids)
        return self.filter(seen | Q(submitted_at__isnull=False)) if reviews else self.filter(seen)


def _person() -> "models.ForeignKey[User | None, User | None]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )


def _names() -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=200), default=list, blank=True)


class Tender(models.Model):
    """An enterprise's call for one service, or for several at once (OCDS tender).

    Facts are stored (`published_at`, `opened_at` …), states derived (life.py), acts kept beside it with who
    and why. `services` are what it buys (service.py), of which `service` leads; `ruling` is the version
    relied on for that; without one it is voluntary. The deadline is exclusive: published_at <= t < closes_at.
    A bidder holds every qualification named in `all_of`, and one of those in `any_of` if there are any.
    `ceiling` is yuan without tax. By rate, a bid asks for `rate_low` to `rate_high` percent of `base_amount`,
    both included, and the ceiling is what the highest rate amounts to. With `seal_on_device` the server seals
    no bid for anybody.
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
    direct_ground = models.CharField(max_length=12, choices=Ground.choices, blank=True)  # of a direct choice
    invited = models.BooleanField(default=False)  # only firms that were invited may bid
    invite_ground = models.CharField(max_length=12, choices=InviteGround.choices, blank=True)
    price_basis = models.CharField(max_length=8, choices=PriceBasis.choices, default=PriceBasis.AMOUNT)
    base_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    rate_low = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    rate_high = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    ceiling = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    no_ceiling_reason = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    days = models.PositiveSmallIntegerField()
    all_of = _names()
    any_of = _names()
    contact = models.CharField(max_length=200)
    seal_on_device = models.BooleanField(default=False)
    project = models.CharField(max_length=200, blank=True)
    witnesses = models.CharField(max_length=300, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    questions_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    returned_at = models.DateTimeField(null=True, editable=False)
    return_reason = models.CharField(max_length=600, blank=True)
    reviewed_at = models.DateTimeField(null=True, editable=False)
    reviewer = _person()
    published_at = models.DateTimeField(null=True, editable=False)
    publisher = _person()
    amendment_no = models.PositiveSmallIntegerField(default=0, editable=False)
    suspended_at = models.DateTimeField(null=True, editable=False)
    suspend_reason = models.CharField(max_length=600, blank=True)
    postponed_at = models.DateTimeField(null=True, editable=False)
    postpone_reason = models.CharField(max_length=600, blank=True)
    resumes_at = models.DateTimeField(null=True, editable=False)
    opening_at = models.DateTimeField(null=True, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    awarded_at = models.DateTimeField(null=True, editable=False)
    standstill_until = models.DateTimeField(null=True, editable=False)
    contracted_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancel_reason = models.CharField(max_length=300, blank=True)
    failed_at = models.DateTimeField(null=True, editable=False)
    failure = models.CharField(max_length=40, blank=True)
    void_at = models.DateTimeField(null=True, editable=False)
    void_reason = models.CharField(max_length=600, blank=True)
    retendered_at = models.DateTimeField(null=True, editable=False)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
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
                condition=Q(published_at__isnull=True) | Q(days__gt=0), name="tender_published_with_its_days"
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
            models.CheckConstraint(
                condition=Q(direct_ground="") | Q(method=Method.DIRECT_CHOICE),
                name="tender_direct_ground_of_a_direct_choice",
            ),
            models.CheckConstraint(
                condition=Q(invited=True) & ~Q(method=Method.DIRECT_CHOICE)
                | Q(invited=False, invite_ground=""),
                name="tender_invites_or_chooses_directly",
            ),
            models.CheckConstraint(
                condition=Q(
                    price_basis=PriceBasis.AMOUNT,
                    base_amount__isnull=True,
                    rate_low__isnull=True,
                    rate_high__isnull=True,
                )
                | Q(
                    ~Q(method=Method.PRICE_AUCTION),
                    price_basis=PriceBasis.RATE,
                    base_amount__isnull=False,  # what is unknown passes a check
                    rate_low__isnull=False,
                    rate_high__isnull=False,
                    ceiling__isnull=False,
                    base_amount__gte=LEAST_BASE,
                    rate_low__gt=0,
                    rate_high__gte=F("rate_low"),
                    ceiling=Round(F("base_amount") * F("rate_high") / Value(Decimal(100)), precision=2),
                ),
                name="tender_rate_has_its_base_and_bounds",
            ),
        ]
        triggers = [*tender_guards(), *ground_guards(), *service_triggers()]

    def __str__(self) -> str:
        return self.title

    def accepts_bids_at(self, moment: dt.datetime) -> bool:
        """Published by that moment, and open for bids at it."""
        return (
            self.published_at is not None
            and self.published_at <= moment
            and self.state_at(moment) == life.State.OPEN
        )

    @property
    def service_names(self) -> str:
        """All it buys, in the reader's language; `queries.with_services` fetches them for a list."""
        return str(_("; ")).join(str(one) for one in self.bought)

    @property
    def bought(self) -> "list[TenderService]":
        """All it buys in order, the leading service first; as it was fetched, if it was."""
        fetched = "services" in getattr(self, "_prefetched_objects_cache", {})
        return list(self.services.all() if fetched else self.services.select_related("service"))

    @property
    def by_rate(self) -> bool:
        return self.price_basis == PriceBasis.RATE

    def rate_of(self, price: Decimal | None) -> Decimal | None:
        """The rate that a price is, of a tender by rate; None for a price that is none."""
        return rate_of(self.base_amount, price) if self.base_amount and price is not None else None

    @property
    def award(self) -> "Award | None":
        """The award that stands, if any; `queries.with_award` fetches it for a list."""
        fetched: list[Award] | None = getattr(self, "live_awards", None)
        if fetched is not None:
            return fetched[0] if fetched else None
        return self.awards.live().select_related("bid__tenderer", "evaluation").first()

    def state_at(self, moment: dt.datetime) -> life.State:
        return life.state_of(self, moment)

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
        triggers = [part_guard()]
