import datetime as dt

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept

from ..rounds import Round
from .bid import Bid
from .tender import Tender


class Auction(models.Model):
    """The live rounds of a tender. Started once; closed when its last round is over."""

    tender = models.OneToOneField(Tender, models.PROTECT, related_name="auction")
    rules = models.JSONField()  # the parameters of the method, as published
    starts_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("auction")
        triggers = kept()

    def get_absolute_url(self) -> str:
        return reverse("tenders:auction", args=[self.tender.ref])

    @property
    def urn(self) -> str:
        return f"tenders.auction/{self.pk}"


class AuctionRound(models.Model):
    """[starts_at, ends_at) of a round; an extension moves the end, and what comes after."""

    auction = models.ForeignKey(Auction, models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    extended = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("round of an auction")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["auction", "number"], name="auction_round_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="auction_round_has_length"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="never_shortened",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__ends_at__lt=pgtrigger.F("old__ends_at")),
            ),
            *kept(),
        ]

    def as_round(self) -> Round:
        """The row as the pure clock sees it."""
        return Round(self.number, self.starts_at, self.ends_at, self.extended)

    @property
    def length(self) -> dt.timedelta:
        return self.ends_at - self.starts_at


class Seat(models.Model):
    """A bidder in an auction under its letter, given at random; `price` is where it stands now."""

    auction = models.ForeignKey(Auction, models.PROTECT, related_name="seats")
    bid = models.OneToOneField(Bid, models.PROTECT, related_name="seat")
    letter = models.CharField(max_length=2)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    reached_at = models.DateTimeField()

    class Meta:
        verbose_name = _("seat in an auction")
        constraints = [models.UniqueConstraint(fields=["auction", "letter"], name="seat_letter_once")]
        triggers = [
            pgtrigger.Protect(
                name="never_dearer",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__price__gt=pgtrigger.F("old__price")),
            ),
            *kept(),
        ]


class AuctionPrice(models.Model):
    """One price given in a round, at the moment by the database clock. `nonce` lets a sent-again price count
    once. Append-only."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="prices")
    round = models.ForeignKey(AuctionRound, models.PROTECT, related_name="prices")
    price = models.DecimalField(max_digits=12, decimal_places=2)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now(), editable=False)
    nonce = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("price in an auction")
        constraints = [
            models.UniqueConstraint(fields=["seat", "nonce"], name="auction_price_counts_once"),
            models.CheckConstraint(condition=Q(price__gt=0), name="auction_price_is_positive"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="within_its_round",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    DECLARE r public.tenders_auctionround%ROWTYPE; s public.tenders_seat%ROWTYPE;
                    BEGIN
                    SELECT * INTO r FROM public.tenders_auctionround WHERE id = NEW.round_id;
                    SELECT * INTO s FROM public.tenders_seat WHERE id = NEW.seat_id;
                    IF r.auction_id <> s.auction_id OR NEW.given_at < r.starts_at OR NEW.given_at >= r.ends_at
                       OR clock_timestamp() < r.starts_at OR clock_timestamp() >= r.ends_at
                       OR NEW.price >= s.price THEN
                        RAISE EXCEPTION 'auction_price_within_its_round: round %', r.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'auction_price_within_its_round';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            *append_only(),
        ]
