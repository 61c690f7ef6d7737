"""Files sealed beside a bid: kept as they were sent, in chunks of one length, and opened with the bid."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity

from ..sealing.attachments import CLASSES, SEALED_CHUNK
from .bid import Bid
from .tender import Tender


class SealedFile(models.Model):
    """One sealed file of a bidder; `bid` names the bid it was sent with, and then it stands as it is.

    Name, size and whether it opens are known only once its bid is opened. One without a bid is forgotten.
    """

    ref = models.CharField(max_length=32, unique=True)
    tender = models.ForeignKey(Tender, models.PROTECT, related_name="sealed_files")
    tenderer = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    bid = models.ForeignKey(Bid, models.PROTECT, null=True, related_name="sealed_files")
    chunks = models.PositiveSmallIntegerField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    name = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    opens = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("sealed file")
        indexes = [
            models.Index(fields=["started_at"], condition=Q(bid__isnull=True), name="sealed_file_without_bid")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(chunks__in=CLASSES), name="sealed_file_of_a_size_class"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, name="", size__isnull=True)
                | Q(opens=False)
                | Q(opens=True, size__isnull=False),
                name="sealed_file_named_only_once_opened",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stands_with_its_bid",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__bid_id__isnull=False),
                func="""
                    IF TG_OP = 'DELETE' OR OLD.opens IS NOT NULL
                       OR (to_jsonb(NEW) - ARRAY['name', 'size', 'opens'])
                          IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['name', 'size', 'opens']) THEN
                        RAISE EXCEPTION 'sealed_file_stands_with_its_bid: file %', OLD.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'sealed_file_stands_with_its_bid';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]


class SealedPart(models.Model):
    """One sealed chunk. `digest` is its SHA-256, 32 bytes."""

    file = models.ForeignKey(SealedFile, models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    digest = models.BinaryField()

    class Meta:
        verbose_name = _("part of a sealed file")
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="sealed_part_once")]
        triggers = [
            pgtrigger.Trigger(
                name="before_its_bid",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                    DECLARE f public.tenders_sealedfile%ROWTYPE;
                    BEGIN
                    SELECT * INTO f FROM public.tenders_sealedfile
                        WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.file_id ELSE OLD.file_id END FOR SHARE;
                    IF f.bid_id IS NOT NULL OR TG_OP = 'UPDATE' OR (TG_OP = 'INSERT' AND (
                        NEW.number >= f.chunks OR octet_length(NEW.content) <> {SEALED_CHUNK}
                        OR NEW.digest IS DISTINCT FROM sha256(NEW.content))) THEN
                        RAISE EXCEPTION 'sealed_part_before_its_bid: file %', f.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_part_before_its_bid';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                    END;
                """,
            )
        ]
