"""A large file on its way in parts, until it is handed in or forgotten."""

import secrets
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from . import guards
from .contract import Contract
from .kept_file import private_storage


def upload_ref() -> str:
    return secrets.token_hex(16)


def part_name(instance: Any, _filename: str) -> str:
    """One folder an upload, so that what nobody hands in is found and removed."""
    return f"parts/{instance.upload.ref}/{instance.number}"


class PartialUpload(models.Model):
    """One person's file for a contract, of which parts have come; the same file again goes on where it was.

    `plan` is the SHA-256 of each part, in order, told before the first is sent; `fingerprint` is the SHA-256
    of those digests together. Forgotten a day after the last part; it is nothing on record before it is
    handed in.
    """

    ref = models.SlugField(max_length=32, unique=True, default=upload_ref)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    part_size = models.PositiveIntegerField()
    plan = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    begun_at = models.DateTimeField(db_default=Now(), editable=False)
    touched_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        verbose_name = _("upload in parts")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "user", "fingerprint"], name="partial_upload_once_a_file"
            ),
            models.CheckConstraint(condition=Q(size__gt=0, part_size__gt=0), name="partial_upload_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    def size_of(self, number: int) -> int:
        """Bytes of a part: all but the last are whole."""
        return min(self.part_size, self.size - number * self.part_size)


class UploadPart(models.Model):
    """One part that came, as planned: its number, size and SHA-256."""

    upload = models.ForeignKey(PartialUpload, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    file = models.FileField(storage=private_storage, upload_to=part_name, max_length=100)

    class Meta:
        verbose_name = _("part of an upload")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="upload_part_once")]
        triggers = [
            guards.trigger(
                "as_planned",
                pgtrigger.Insert | pgtrigger.Update,
                f"""
                    IF NOT EXISTS (
                        SELECT 1 FROM public.contracts_partialupload u
                        WHERE u.id = NEW.upload_id AND u.plan ->> NEW.number = NEW.digest
                          AND NEW.size = least(u.part_size::bigint,
                                               u.size - NEW.number::bigint * u.part_size)) THEN
                        {guards.refuse("upload_part_as_planned", "NEW.upload_id")}
                    END IF;
                    RETURN NEW;
                """,
            )
        ]
