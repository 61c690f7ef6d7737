"""Documents of a tender: what bidders are given besides its terms, and what stands once it is public."""

import secrets
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.parties.uploads import MB, SCANS

from .part_guards import document_guard
from .tender import Tender

DOCUMENT_LIMIT = 50 * MB


def private_storage() -> Any:
    """Outside MEDIA: nothing serves it by itself."""
    return storages["evidence"]


def private_name(_instance: Any, _filename: str) -> str:
    """A random place that says nothing of the file."""
    key = secrets.token_hex(20)
    return f"tender-documents/{key[:2]}/{key}"


def new_document_ref() -> str:
    return secrets.token_hex(16)


def document_line(title: str, name: str, digest: str) -> str:
    return f"{title} | {name} | SHA-256 {digest}"


class DocumentQuerySet(models.QuerySet["TenderDocument"]):
    def standing(self) -> "DocumentQuerySet":
        """Those that hold, in the order the owner gave them."""
        return self.filter(removed_in__isnull=True)


class TenderDocument(models.Model):
    """One file of a tender: name, kind by its content, size in bytes, SHA-256, what a scanner said of it.

    It changes with the draft. Once the tender is public it stands: an amendment adds one (`added_in`, its
    number; 0 is what there was at publication) or says that one holds no more (`removed_in`); the file
    itself can be read for good.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="documents")
    ref = models.SlugField(max_length=32, unique=True, default=new_document_ref)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    file = models.FileField(storage=private_storage, upload_to=private_name, max_length=100)
    scan = models.CharField(max_length=12, choices=SCANS)
    added_in = models.PositiveSmallIntegerField(default=0)
    removed_in = models.PositiveSmallIntegerField(null=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("tender document")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tender", "digest"],
                condition=Q(removed_in__isnull=True),
                name="tender_document_once",
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=DOCUMENT_LIMIT) & ~Q(title=""),
                name="tender_document_has_a_size_and_a_title",
            ),
            models.CheckConstraint(
                condition=Q(removed_in__isnull=True) | Q(removed_in__gt=F("added_in")),
                name="tender_document_removed_after_it_came",
            ),
        ]
        triggers = [document_guard()]

    def __str__(self) -> str:
        return self.title

    @property
    def line(self) -> str:
        """As an amendment and a notice name it."""
        return document_line(self.title, self.name, self.digest)

    @property
    def urn(self) -> str:
        return f"tenders.document/{self.ref}"
