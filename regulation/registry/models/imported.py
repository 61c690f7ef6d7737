from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only

from .ruling import Ruling


class ImportKind(models.TextChoices):
    APPROVALS = "approvals", _("approvals")
    SERVICES = "services", _("intermediary services")
    RULINGS = "rulings", _("rulings")


class ImportState(models.TextChoices):
    """What became of an uploaded file."""

    WAITING = "waiting", _("being checked")
    CHECKED = "checked", _("checked")
    REFUSED = "refused", _("not readable")
    CONFIRMED = "confirmed", _("being written")
    WRITTEN = "written", _("written")
    CANCELLED = "cancelled", _("given up")


class Import(models.Model):
    """A file an editor uploaded, what the check of it found, and what became of it.

    `sha256` is of the file, `changes_sha256` of what the check says would be written; only exactly that is
    written. `content` is the file itself, kept in the database because no web server hands it out, until a
    task forgets it. `refusal` holds code and params of why a file was not read.
    """

    kind = models.CharField(max_length=10, choices=ImportKind.choices)
    name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.WAITING)
    encoding = models.CharField(max_length=12, blank=True)
    rows = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    faults_found = models.PositiveIntegerField(default=0)
    changes_sha256 = models.CharField(max_length=64, blank=True)
    sample = models.JSONField(default=list)
    refusal = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "created_at"], name="import_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "written"])
                | (Q(faults_found=0) & ~Q(changes_sha256="")),
                name="import_with_faults_is_never_written",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False) | ~Q(state__in=["written", "cancelled", "refused"]),
                name="import_settled_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("registry:import", args=[self.pk])

    @property
    def urn(self) -> str:
        return f"registry.import/{self.pk}"


class ImportFault(models.Model):
    """One thing wrong with an uploaded file, told in the reader's language when it is shown."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=30)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=30)
    meant = models.CharField(max_length=400, blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        ordering = ["of", "row", "pk"]


class ImportedRow(models.Model):
    """What an import wrote, row by row: kept for good, and the import's ledger entry holds their digest.

    `changes` maps each column to what it said before and says now. `ruling` is the draft that a row became.
    """

    of = models.ForeignKey(Import, models.PROTECT, related_name="written")
    row = models.PositiveIntegerField()
    subject = models.CharField(max_length=120, db_index=True)
    created = models.BooleanField()
    changes = models.JSONField()
    ruling = models.OneToOneField(Ruling, models.PROTECT, null=True, related_name="imported")

    class Meta:
        ordering = ["of", "row"]
        constraints = [models.UniqueConstraint(fields=["of", "row"], name="imported_once_per_row")]
        triggers = append_only()
