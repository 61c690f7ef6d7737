import secrets

import pgtrigger
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ..sniff import KINDS
from .report import Report


def private_storage():
    """Outside MEDIA: nothing serves it by itself."""
    return storages["evidence"]


def private_name(instance, filename):
    """A random place that says nothing of the file, and that no file name can lead out of."""
    key = secrets.token_hex(20)
    return f"{key[:2]}/{key}"


class Evidence(models.Model):
    """A file a reporter gave. `digest` is SHA-256 in hex; `size` bytes; `name` is only shown.

    Until it is filed it belongs to a `draft`, the random token of a session, and is removed after a day.
    """

    report = models.ForeignKey(Report, models.PROTECT, null=True, related_name="evidence")
    draft = models.CharField(max_length=64, blank=True, db_index=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=5, choices=[(kind, kind.upper()) for kind in KINDS])
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    file = models.FileField(storage=private_storage, upload_to=private_name, max_length=100)
    uploaded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("piece of evidence")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(report__isnull=False, draft="") | (Q(report__isnull=True) & ~Q(draft="")),
                name="evidence_of_a_report_or_a_draft",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="filed_evidence_stands",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__report__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name
