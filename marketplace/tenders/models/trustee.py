"""Who holds the keys that open bids: any two of a tender's three trustees, each with a key of its own."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity

from .tender import Tender

TRUSTEES = 3  # of a tender
NEEDED = 2  # of them, to open its bids


class TrusteePart(models.TextChoices):
    """On whose side a trustee stands: two of them together open bids, so they are different sides."""

    PLATFORM = "platform", _("the platform")
    REGULATOR = "regulator", _("the regulator")
    NOTARY = "notary", _("a notary")


class Trustee(models.Model):
    """Somebody who keeps a share of each sealed bid until the deadline.

    `identity` is the Ed25519 public key of the trustee's own program, if it has one: it signs what the
    program sends. The private halves of all keys stay in the trustee's own store.
    """

    ref = models.SlugField(max_length=40, unique=True)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="trusteeships")
    part = models.CharField(max_length=12, choices=TrusteePart.choices)
    identity = models.BinaryField(null=True)
    since = models.DateTimeField(db_default=Now(), editable=False)
    retired_at = models.DateTimeField(null=True, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("trustee")
        constraints = [
            models.UniqueConstraint(
                fields=["part"], condition=Q(retired_at__isnull=True), name="trustee_one_standing_a_part"
            ),
            models.UniqueConstraint(
                fields=["entity"], condition=Q(retired_at__isnull=True), name="trustee_one_standing_an_entity"
            ),
        ]
        triggers = kept()

    def __str__(self) -> str:
        return str(self.entity)

    @property
    def urn(self) -> str:
        return f"tenders.trustee/{self.ref}"


class TrusteeKey(models.Model):
    """The public half of a key a trustee made, to be used for one tender. `kid` names it in envelopes."""

    kid = models.CharField(max_length=32, primary_key=True)
    trustee = models.ForeignKey(Trustee, models.PROTECT, related_name="keys")
    public = models.BinaryField(unique=True)
    signature = models.BinaryField(null=True)  # of the trustee's identity over ref and key
    registered_at = models.DateTimeField(db_default=Now(), editable=False)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("trustee's key")
        triggers = append_only()


class Appointment(models.Model):
    """A trustee of a tender, with the key for it. `position` is the x of its shares.

    The database appoints nobody once there is a bid, and gives no key to two tenders.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="appointments")
    trustee = models.ForeignKey(Trustee, models.PROTECT, related_name="appointments")
    key = models.OneToOneField(TrusteeKey, models.PROTECT, related_name="appointment")
    position = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("appointment of a trustee")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["tender", "trustee"], name="appointment_once_per_tender"),
            models.UniqueConstraint(fields=["tender", "position"], name="appointment_position_once"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=TRUSTEES), name="appointment_position_in_range"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="before_the_first_bid",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    PERFORM 1 FROM public.tenders_tender WHERE id = NEW.tender_id FOR UPDATE;
                    IF EXISTS (SELECT 1 FROM public.tenders_bid WHERE tender_id = NEW.tender_id)
                       OR NOT EXISTS (SELECT 1 FROM public.tenders_trusteekey
                                      WHERE kid = NEW.key_id AND trustee_id = NEW.trustee_id) THEN
                        RAISE EXCEPTION 'appointment_before_the_first_bid: tender %', NEW.tender_id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'appointment_before_the_first_bid';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *append_only(),
        ]
