from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check
from regulation.ledger.triggers import kept
from regulation.parties.models import Entity

from ..sealing import SUITE_ID
from .tender import Tender


class VoidReason(models.TextChoices):
    """Why an opened envelope does not count; published with the tender."""

    UNREADABLE = "unreadable", _("the envelope cannot be opened")
    MALFORMED = "malformed", _("the envelope does not hold a bid")
    OVER_CEILING = "over_ceiling", _("the price is above the ceiling")
    TOO_SLOW = "too_slow", _("the days offered exceed the days allowed")
    NO_RATE = "no_rate", _("the price is not a rate of the base amount with two places")
    OUT_OF_BOUNDS = "out_of_bounds", _("the rate is below the lowest allowed")
    UNQUALIFIED = "unqualified", _("a qualification that an amendment asks for is not held")


class Sealed(models.TextChoices):
    """Where a bid was sealed: the receipt says it."""

    BIDDER = "bidder", _("on the bidder's own device")
    SERVER = "server", _("by the server, as soon as it arrived")


class BidQuerySet(models.QuerySet["Bid"]):
    def standing(self) -> "BidQuerySet":
        """Bids the tenderer has not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def opened(self) -> "BidQuerySet":
        return self.standing().filter(opened_at__isnull=False)

    def valid(self) -> "BidQuerySet":
        """Opened and not void."""
        return self.opened().filter(void_reason="")

    def in_the_running(self) -> "BidQuerySet":
        """Valid, not set aside by a recheck, not excluded since, and no winner that did not sign in time."""
        standing = self.valid().exclude(suspensions__lifted_at__isnull=True, suspensions__isnull=False)
        return standing.exclude(exclusions__confirmed_at__isnull=False).exclude(awards__end_kind="unsigned")

    def visible_to(self, entity_ids: list[int]) -> "BidQuerySet":
        """Opened bids for everyone; sealed ones for the tenderer's own members."""
        return self.filter(Q(opened_at__isnull=False, withdrawn_at__isnull=True) | Q(tenderer__in=entity_ids))

    def cheapest_first(self) -> "BidQuerySet":
        """Price, then time of submission, then key: no tie is left to chance."""
        return self.order_by("price", "submitted_at", "pk")


class Bid(models.Model):
    """One intermediary's offer for one tender (OCDS bids/details).

    Sealed until the opening: `envelope` is ciphertext and `price` is null. `ref` is random, so that no
    address and no receipt tells how many came before. `price` is the total in yuan
    without tax; `days` are working days.
    """

    ref = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    tender = models.ForeignKey(Tender, models.PROTECT, related_name="bids")
    tenderer = models.ForeignKey(Entity, models.PROTECT, related_name="bids")
    suite = models.CharField(max_length=60, default=SUITE_ID)
    sealed_by = models.CharField(max_length=8, choices=Sealed.choices, default=Sealed.SERVER)
    envelope = models.BinaryField()
    envelope_digest = models.CharField(max_length=64)
    gate = models.ForeignKey(Check, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    void_reason = models.CharField(max_length=16, choices=VoidReason.choices, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, editable=False)
    days = models.PositiveIntegerField(null=True, editable=False)
    note = models.TextField(blank=True)

    objects = BidQuerySet.as_manager()

    class Meta:
        verbose_name = _("bid")
        constraints = [
            models.UniqueConstraint(
                fields=["tender", "tenderer"],
                condition=Q(withdrawn_at__isnull=True),
                name="bid_one_standing_per_tenderer",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, price__isnull=True, days__isnull=True, note="")
                | Q(opened_at__isnull=False, price__isnull=False, price__gt=0)
                | Q(opened_at__isnull=False, void_reason__in=["unreadable", "malformed"], price__isnull=True),
                name="bid_price_known_only_once_opened",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="deadline",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    DECLARE t tenders_tender%ROWTYPE;
                    BEGIN
                    SELECT * INTO t FROM tenders_tender WHERE id = NEW.tender_id FOR SHARE;
                    IF public.tenders_state(t, clock_timestamp()) <> 'open'
                       OR NEW.submitted_at < t.published_at
                       OR NEW.submitted_at >= t.closes_at THEN
                        RAISE EXCEPTION 'bid_before_the_deadline: tender %', NEW.tender_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'bid_before_the_deadline';
                    END IF;
                    IF t.invited AND NOT EXISTS (
                        SELECT 1 FROM public.tenders_invitation i
                        WHERE i.tender_id = t.id AND i.entity_id = NEW.tenderer_id) THEN
                        RAISE EXCEPTION 'bid_only_by_the_invited: tender %', NEW.tender_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'bid_only_by_the_invited';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            pgtrigger.Trigger(
                name="not_suspended",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    DECLARE since timestamptz;
                    BEGIN
                    SELECT i.suspended_at INTO since FROM public.directory_intermediary i
                    WHERE i.entity_id = NEW.tenderer_id FOR SHARE;
                    IF since IS NOT NULL THEN
                        RAISE EXCEPTION 'bid_by_no_suspended_intermediary: tender %', NEW.tender_id
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'bid_by_no_suspended_intermediary';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            pgtrigger.Trigger(
                name="sealed",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    DECLARE opened timestamptz;
                    BEGIN
                    IF (to_jsonb(NEW) - ARRAY['withdrawn_at', 'opened_at', 'void_reason', 'price', 'days',
                                              'note'])
                       IS DISTINCT FROM
                       (to_jsonb(OLD) - ARRAY['withdrawn_at', 'opened_at', 'void_reason', 'price', 'days',
                                              'note'])
                       OR OLD.opened_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL THEN
                        RAISE EXCEPTION 'bid_stands_as_submitted: bid %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'bid_stands_as_submitted';
                    END IF;
                    SELECT t.opened_at INTO opened FROM tenders_tender t WHERE t.id = OLD.tender_id;
                    IF NEW.opened_at IS NOT NULL AND opened IS NULL THEN
                        RAISE EXCEPTION 'bid_opens_with_its_tender: bid %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'bid_opens_with_its_tender';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            *kept(),
        ]

    def __str__(self) -> str:
        return f"{self.tender_id}/{self.pk}"

    def get_absolute_url(self) -> str:
        """Its receipt, which its own agents alone see."""
        return reverse("tenders:bid_receipt", args=[self.ref])

    @property
    def rate(self) -> Decimal | None:
        """What the bid asks for of the base amount, in percent; None before the opening and for an amount."""
        return self.tender.rate_of(self.price)

    @property
    def urn(self) -> str:
        return f"tenders.bid/{self.ref}"
