"""The signed paper of a contract as a scan: one side gives it, the others say that it is what was signed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulation.ledger.triggers import append_only
from regulation.parties.models import Entity

from . import copy_guards
from .contract import Side, Version
from .kept_file import KeptFile, private_storage, random_place

PROOFS = [("mfa", _("second factor")), ("password", _("password"))]


def copy_name(_instance: Any, _filename: str) -> str:
    return random_place("copies")


class CopySaid(models.TextChoices):
    """What a side says of a signed copy; whoever gave it may only take it back."""

    CONFIRMED = "confirmed", pgettext_lazy("signed copy", "confirmed")
    DIFFERS = "differs", pgettext_lazy("signed copy", "differs")
    TAKEN_BACK = "taken_back", pgettext_lazy("signed copy", "taken back")


class SignedCopy(models.Model):
    """The paper one side signed with the others, scanned, of the version in force. Append-only.

    `number` counts the copies of a version: the next one follows only where the one before was taken back, or
    a side said that it differs. It stands once every other side has confirmed it.
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="copies")
    number = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=8, choices=Side.choices)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    note = models.CharField(max_length=600, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proof = models.CharField(max_length=10, choices=PROOFS)
    given_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("signed copy")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="signed_copy_once_a_number"),
            models.CheckConstraint(
                condition=Q(proof__in=["mfa", "password"]), name="signed_copy_proved_anew"
            ),
        ]
        triggers = [copy_guards.copy_by_who_may_bind(), *append_only()]

    @property
    def urn(self) -> str:
        return f"contracts.signed_copy/{self.pk}"


class CopyFile(KeptFile):
    """A file of a signed copy. Append-only."""

    copy = models.ForeignKey(SignedCopy, models.PROTECT, related_name="files")
    file = models.FileField(storage=private_storage, upload_to=copy_name, max_length=100)

    class Meta:
        verbose_name = _("file of a signed copy")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["copy", "digest"], name="copy_file_once_a_copy"),
            models.CheckConstraint(condition=Q(size__gt=0), name="copy_file_is_not_empty"),
            models.CheckConstraint(condition=Q(kind__in=["pdf", "png", "jpeg"]), name="copy_file_is_a_scan"),
        ]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"contracts.copy_file/{self.ref}"


class CopyAnswer(models.Model):
    """A side confirms a copy, says what differs, or takes back the one it gave. Append-only."""

    copy = models.ForeignKey(SignedCopy, models.PROTECT, related_name="answers")
    side = models.CharField(max_length=8, choices=Side.choices)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    said = models.CharField(max_length=12, choices=CopySaid.choices)
    reason = models.CharField(max_length=600, blank=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proof = models.CharField(max_length=10, choices=PROOFS)
    said_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("answer to a signed copy")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["copy", "side"], name="copy_answer_once_a_side"),
            models.CheckConstraint(
                condition=Q(proof__in=["mfa", "password"]), name="copy_answer_proved_anew"
            ),
            models.CheckConstraint(
                condition=Q(said="confirmed", reason="")
                | (Q(said__in=["differs", "taken_back"]) & ~Q(reason="")),
                name="copy_answer_says_why",
            ),
        ]
        triggers = [copy_guards.answer_of_another_side(), *append_only()]
