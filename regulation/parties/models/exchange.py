from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only

from .entity import Entity, Person


class ImportForm(models.TextChoices):
    """What an uploaded file is, as its bytes tell."""

    JSON = "json", _("BODS 0.4, JSON array")
    JSONL = "jsonl", _("BODS 0.4, a statement a line")
    TABLE = "table", _("table of interests")


class InterestImportState(models.TextChoices):
    """What became of an uploaded file."""

    WAITING = "waiting", _("being checked")
    CHECKED = "checked", _("checked")
    REFUSED = "refused", _("not readable")
    CONFIRMED = "confirmed", _("being written")
    WRITTEN = "written", _("written")
    CANCELLED = "cancelled", _("given up")


class InterestImport(models.Model):
    """A file of interests, what its check found, and what became of it.

    The file itself is not kept: identity numbers stand in it. `file_digest` is a keyed HMAC of its bytes, for
    a plain digest of a short file would let a number be guessed. `changes_digest` is of what the check says
    would be written; only exactly that is written.
    """

    name = models.CharField(max_length=200)
    form = models.CharField(max_length=5, choices=ImportForm.choices, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    file_digest = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=InterestImportState.choices, default=InterestImportState.WAITING
    )
    statements = models.PositiveIntegerField(default=0)
    parties_new = models.PositiveIntegerField(default=0)
    parties_changed = models.PositiveIntegerField(default=0)
    stated = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    faults_found = models.PositiveIntegerField(default=0)
    warnings_found = models.PositiveIntegerField(default=0)
    read_counts = models.JSONField(default=dict)  # faults found while reading, by severity
    changes_digest = models.CharField(max_length=64, blank=True)
    refusal = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import of interests")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "created_at"], name="interest_import_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "written"])
                | (Q(faults_found=0) & ~Q(changes_digest="")),
                name="interest_import_with_faults_unwritten",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False) | ~Q(state__in=["written", "cancelled", "refused"]),
                name="interest_import_settled_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("interests:import", args=[self.pk])

    @property
    def writes_something(self) -> bool:
        """Whether it holds anything that is not on record already."""
        return bool(self.parties_new + self.parties_changed + self.stated + self.closed)

    @property
    def urn(self) -> str:
        return f"parties.interest_import/{self.pk}"


class Severity(models.TextChoices):
    """What follows from a fault: nothing is written, the statement is left out, or it is only told."""

    ERROR = "error", _("must be put right")
    LEFT_OUT = "left_out", _("left out")
    WARNING = "warning", _("kept, worth a look")


class InterestFault(models.Model):
    """One thing found in an uploaded file. `path` is where in the statement, `value` what stands there."""

    of = models.ForeignKey(InterestImport, models.CASCADE, related_name="faults")
    line = models.PositiveIntegerField()
    statement_id = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=200, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    code = models.CharField(max_length=30)
    meant = models.CharField(max_length=200, blank=True)
    params = models.JSONField(default=dict)
    judged = models.BooleanField(default=False)  # found by the check, not while reading: made anew each time

    class Meta:
        ordering = ["of", "line", "pk"]


class StagedRow(models.Model):
    """One party or one interest of an uploaded file until it is written: identity numbers already hashed.

    `own` is the key of this site's own record that the statement names. A relationship with several interests
    has a row for each, with its `ordinal`; one with none has a row without `kind`.
    """

    of = models.ForeignKey(InterestImport, models.CASCADE, related_name="staged")
    line = models.PositiveIntegerField()
    ordinal = models.PositiveSmallIntegerField(default=0)
    record_type = models.CharField(max_length=12)
    statement_id = models.CharField(max_length=64)
    record_id = models.CharField(max_length=64)
    status = models.CharField(max_length=8)
    statement_date = models.DateField(null=True)
    digest = models.BinaryField()
    own = models.BigIntegerField(null=True)
    name = models.CharField(max_length=200, blank=True)
    pinyin = models.CharField(max_length=400, blank=True)
    party_kind = models.CharField(max_length=24, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)
    identity_digest = models.BinaryField(null=True)
    birth_month = models.CharField(max_length=7, blank=True)
    region = models.CharField(max_length=12, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    holder_ref = models.CharField(max_length=64, blank=True)
    holder_name = models.CharField(max_length=200, blank=True)  # as the file says it, to be compared
    subject_ref = models.CharField(max_length=64, blank=True)
    subject_name = models.CharField(max_length=200, blank=True)
    declared_ref = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    share_min = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    share_max = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    post = models.CharField(max_length=100, blank=True)
    rank = models.CharField(max_length=10, blank=True)
    start = models.DateField(null=True)
    end = models.DateField(null=True)
    source = models.CharField(max_length=300, blank=True)
    source_url = models.CharField(max_length=500, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["of", "line"], name="staged_of_import")]


class BodsStatement(models.Model):
    """A statement that was imported: the same again changes nothing, another body under its id is refused."""

    statement_id = models.CharField(max_length=64, unique=True)
    record_id = models.CharField(max_length=64, db_index=True)
    record_type = models.CharField(max_length=12)
    statement_date = models.DateField(null=True)
    digest = models.BinaryField()
    of = models.ForeignKey(InterestImport, models.PROTECT, related_name="imported")

    class Meta:
        verbose_name = _("imported statement")
        triggers = append_only()


class PartyRecord(models.Model):
    """What a publisher calls one of our entities or people. Several publishers may each have a name."""

    record_id = models.CharField(max_length=64, unique=True)
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="records")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="records")

    class Meta:
        verbose_name = _("record of a party")
        constraints = [
            models.CheckConstraint(
                condition=Q(entity__isnull=True) ^ Q(person__isnull=True), name="party_record_names_one"
            )
        ]
        triggers = append_only()
