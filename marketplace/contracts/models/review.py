import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity, Region
from regulation.registry.models import Provision

from ..indicators import By, indicators_for, may_leave_out
from . import review_guards as guards
from .contract import Contract


class Reviewer(models.TextChoices):
    """Who reviews. The intermediary reviews the buyer, the others the intermediary."""

    BUYER = By.BUYER.value, _("buyer")
    SELLER = By.SELLER.value, _("intermediary")
    DEPARTMENT = By.DEPARTMENT.value, _("department that decides")
    CENTRE = By.CENTRE.value, _("operating centre")


class ReviewRule(models.Model):
    """How reviews are given and weighed in a region from a day on; the nearest region wins.

    `open_for` is how long reviews are taken after the work, `object_within` how long after their disclosure
    an objection may be raised, `reply_within` the other side's time to reply to one, `answer_within` the
    centre's to decide it; `mend_within` how long the intermediary may mend, and the buyer then raise its
    review. Weights are parts. `ages`, `stars`, `least_*`: see credit.py; kept as they are in data/.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    in_force = DateRangeField()
    open_for = models.DurationField()
    object_within = models.DurationField()
    reply_within = models.DurationField()
    answer_within = models.DurationField()
    mend_within = models.DurationField()
    weight_buyer = models.PositiveSmallIntegerField()
    weight_department = models.PositiveSmallIntegerField()
    weight_centre = models.PositiveSmallIntegerField()
    ages = models.JSONField()
    least_contracts = models.PositiveSmallIntegerField()
    least_buyers = models.PositiveSmallIntegerField()
    stars = models.JSONField()
    provision = models.ForeignKey(Provision, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=300, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("rule on reviews")
        constraints = [
            ExclusionConstraint(
                name="review_rule_one_at_a_time",
                expressions=[("region", "="), ("in_force", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(weight_buyer__gt=0, least_contracts__gt=0, least_buyers__gt=0),
                name="review_rule_weighs_the_buyer",
            ),
        ]
        triggers = kept()

    @property
    def urn(self) -> str:
        return f"contracts.review_rule/{self.pk}"


class ReviewRound(models.Model):
    """The time in which the work of one contract is reviewed: [opened_at, until), by the database's clock.

    `disclosed_at`: from then on what was said is read; before, nobody but the database's owner can read it.
    """

    contract = models.OneToOneField(Contract, models.PROTECT, related_name="review_round")
    rule = models.ForeignKey(ReviewRule, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    disclosed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("round of reviews")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["until"], condition=Q(disclosed_at__isnull=True), name="review_round_to_disclose"
            )
        ]
        triggers = [guards.round_opens(), guards.round_stands(), *kept()]

    @property
    def urn(self) -> str:
        return f"contracts.review_round/{self.pk}"


class ReviewContent(models.Model):
    """What a review says: scores from 1 to 5 by indicator, and words. Append-only.

    A row policy of the database (migration 0004) keeps it from the site's own role until its round is
    disclosed. The key is made here, for a row that cannot be read cannot give its key back either.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    side = models.CharField(max_length=10, choices=Reviewer.choices)
    scores = models.JSONField()
    words = models.TextField(max_length=2000, blank=True)
    salt = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("content of a review")
        triggers = [
            guards.content_guard(
                {by: ([one.code for one in indicators_for(by)], may_leave_out(by)) for by in By}
            ),
            *append_only(),
        ]


class Review(models.Model):
    """That a side has reviewed the other: who and when, with the commitment to what it says. Append-only.

    `commitment` is SHA-256 over salt and canonical content. `number` 2 is the buyer's review raised after a
    repair; both stay. `entity` is null for the centre.
    """

    ref = models.SlugField(max_length=24, unique=True)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="reviews")
    side = models.CharField(max_length=10, choices=Reviewer.choices)
    number = models.PositiveSmallIntegerField(default=1)
    content = models.OneToOneField(ReviewContent, models.PROTECT, related_name="review")
    commitment = models.CharField(max_length=64)
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("review")
        ordering = ["contract", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "side", "number"], name="review_once_a_side"),
            models.CheckConstraint(
                condition=Q(number=1) | Q(number=2, side=Reviewer.BUYER), name="review_raised_by_the_buyer"
            ),
            models.CheckConstraint(
                condition=Q(side=Reviewer.CENTRE, entity__isnull=True)
                | (~Q(side=Reviewer.CENTRE) & Q(entity__isnull=False)),
                name="review_of_a_side",
            ),
        ]
        triggers = [guards.review_guard(), guards.raised_at_the_commit(), *append_only()]

    def __str__(self) -> str:
        return f"{self.contract_id} · {self.side} · {self.number}"

    def get_absolute_url(self) -> str:
        return f"{reverse('contracts:reviews', args=[self.contract.ref])}#{self.ref}"

    @property
    def urn(self) -> str:
        return f"contracts.review/{self.ref}"


class ReviewReply(models.Model):
    """What whoever was reviewed says to it, once. Append-only."""

    review = models.OneToOneField(Review, models.PROTECT, related_name="reply")
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("reply to a review")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="review_reply_says_something")]
        triggers = [guards.reply_guard(), *append_only()]


class Repair(models.Model):
    """What the intermediary mended after a review; until `raise_until` the buyer may raise its review, once.

    Append-only.
    """

    contract = models.OneToOneField(Contract, models.PROTECT, related_name="repair")
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    raise_until = models.DateTimeField()

    class Meta:
        verbose_name = _("repair")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="repair_says_something")]
        triggers = [guards.repair_guard(), *append_only()]
