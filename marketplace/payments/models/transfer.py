import secrets
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now, Replace, Upper
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from .order import Order

PLAIN_NUMBER = Upper(Replace(F("number"), Value(" "), Value("")))
"""A bank's number as statements are compared with it (banking.rows.same_number)."""


def private_storage() -> Any:
    """Outside MEDIA: nothing serves it by itself."""
    return storages["evidence"]


def private_name(_instance: Any, _filename: str) -> str:
    """A random place that says nothing of the file."""
    key = secrets.token_hex(20)
    return f"vouchers/{key[:2]}/{key}"


class BankTransfer(models.Model):
    """A transfer made at a bank and recorded here: a number, a voucher, and two people who saw it arrive.

    Whoever recorded it is neither of the two. It moves nothing before both have confirmed, and whoever
    refuses it says why.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="transfers")
    number = models.CharField(max_length=80)
    paid_on = models.DateField()
    voucher = models.FileField(storage=private_storage, upload_to=private_name, max_length=100, blank=True)
    voucher_name = models.CharField(max_length=100, blank=True)
    voucher_digest = models.CharField(max_length=64, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, editable=False)
    refused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("recorded bank transfer")
        ordering = ["-pk"]
        indexes = [
            models.Index(PLAIN_NUMBER, name="transfer_plain_number"),
            models.Index(fields=["paid_on"], name="transfer_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(refused_at__isnull=True), name="transfer_one_standing_per_order"
            ),
            models.UniqueConstraint(
                fields=["number"], condition=Q(refused_at__isnull=True), name="transfer_number_once"
            ),
            models.CheckConstraint(
                condition=(Q(received_by__isnull=True) | ~Q(received_by=F("recorded_by")))
                & (Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("recorded_by")))
                & (Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("received_by"))),
                name="transfer_by_three_people",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(received_at__isnull=False),
                name="transfer_received_before_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | (Q(confirmed_at__isnull=True) & ~Q(reason="")),
                name="transfer_refused_with_a_reason",
            ),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="recorded_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    DECLARE steps text[] := ARRAY['received_by_id', 'received_at', 'confirmed_by_id',
                        'confirmed_at', 'refused_by_id', 'refused_at', 'reason'];
                    BEGIN
                    IF (to_jsonb(NEW) - steps) IS DISTINCT FROM (to_jsonb(OLD) - steps)
                       OR OLD.confirmed_at IS NOT NULL OR OLD.refused_at IS NOT NULL
                       OR (OLD.received_at IS NOT NULL AND NEW.received_by_id <> OLD.received_by_id) THEN
                        RAISE EXCEPTION 'transfer_stands: transfer %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_stands';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def urn(self) -> str:
        return f"payments.transfer/{self.pk}"
