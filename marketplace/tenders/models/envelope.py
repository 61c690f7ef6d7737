"""What opens a sealed bid: the shares its trustees hand over, and not before the deadline."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only

from .bid import Bid
from .trustee import Appointment


class Share(models.Model):
    """One trustee's answer for one bid. `value` is empty where its box does not open.

    The database takes none before the deadline by its own clock, for no bid that was withdrawn, and from no
    one but the tender's trustees.
    """

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="shares")
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="shares")
    value = models.BinaryField(null=True)
    handed_at = models.DateTimeField(db_default=Now(), editable=False)
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("share of a bid")
        constraints = [
            models.UniqueConstraint(fields=["bid", "appointment"], name="share_once_per_trustee"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="after_the_deadline",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF octet_length(NEW.value) <> 32 OR NOT EXISTS (
                        SELECT 1 FROM public.tenders_bid b
                        JOIN public.tenders_tender t ON t.id = b.tender_id
                        JOIN public.tenders_appointment a ON a.tender_id = t.id AND a.id = NEW.appointment_id
                        WHERE b.id = NEW.bid_id AND b.withdrawn_at IS NULL AND t.cancelled_at IS NULL
                          AND t.published_at IS NOT NULL AND t.closes_at <= clock_timestamp()
                    ) THEN
                        RAISE EXCEPTION 'share_only_after_the_deadline: bid %', NEW.bid_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'share_only_after_the_deadline';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *append_only(),
        ]
