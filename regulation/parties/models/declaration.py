from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept

from .entity import Entity
from .interest import Interest


class Declaration(models.Model):
    """An entity's statement that the interests on file are all it has, as of a day.

    Without one an intermediary's ties are unknown, and unknown opens no gate (DESIGN §3.4). `contents` is
    what it said, frozen: a list of interests as `interest_body` writes them, people by their key alone.
    `digest` is SHA-256 in hex over their canonical JSON (RFC 8785), and empty where nothing was kept of
    the contents.
    """

    entity = models.ForeignKey(Entity, models.CASCADE, related_name="declarations")
    as_of = models.DateField()
    made_by = models.ForeignKey("parties.User", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    contents = models.JSONField(default=list, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("declaration of interests")
        ordering = ["-as_of", "-pk"]
        triggers = append_only()

    def get_absolute_url(self) -> str:
        return reverse("parties:declaration", args=[self.pk])

    @property
    def urn(self) -> str:
        return f"parties.declaration/{self.pk}"


class DeclarationDraft(models.Model):
    """What an entity's agent has entered so far; one an entity, removed when it is filed.

    `rows` are the new interests (see rows.py), with an identity number only as the hex of its HMAC.
    `ends` maps the key of a standing interest to the day, exclusive, on which it ended.
    """

    entity = models.OneToOneField(Entity, models.CASCADE, related_name="declaration_draft")
    rows = models.JSONField(default=list)
    ends = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("draft of a declaration")

    def row(self, key: str) -> dict[str, Any] | None:
        return next((row for row in self.rows if row["key"] == key), None)


class DiscrepancyKind(models.TextChoices):
    """What is wrong with an entity's declarations."""

    LATE = "late", _("declared late, or not at all")
    CONTRADICTED = "contradicted", _("another source says otherwise")


class DiscrepancyQuerySet(models.QuerySet["Discrepancy"]):
    def open(self) -> "DiscrepancyQuerySet":
        return self.filter(cleared_at__isnull=True)


class Discrepancy(models.Model):
    """A declaration that is late, or that another source contradicts. A lead to look at, no verdict.

    `due_on` is the day a late one was due. `interest` is what the other source states, `declared` what
    the entity stated of the same; `what` names the points on which they differ, `absent` where nothing
    was declared.
    """

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="discrepancies")
    kind = models.CharField(max_length=12, choices=DiscrepancyKind.choices)
    declaration = models.ForeignKey(Declaration, models.PROTECT, null=True, related_name="discrepancies")
    due_on = models.DateField(null=True)
    interest = models.ForeignKey(Interest, models.PROTECT, null=True, related_name="+")
    declared = models.ForeignKey(Interest, models.PROTECT, null=True, related_name="+")
    what = models.JSONField(default=list)
    raised_at = models.DateTimeField(db_default=Now(), editable=False)
    cleared_at = models.DateTimeField(null=True)

    objects = DiscrepancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("discrepancy")
        verbose_name_plural = _("discrepancies")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="late", due_on__isnull=False, interest__isnull=True)
                | Q(
                    kind="contradicted",
                    declaration__isnull=False,
                    interest__isnull=False,
                    due_on__isnull=True,
                ),
                name="discrepancy_says_what_it_is",
            ),
            models.UniqueConstraint(
                fields=["entity", "due_on"], condition=Q(kind="late"), name="discrepancy_late_once"
            ),
            models.UniqueConstraint(
                fields=["declaration", "interest"],
                condition=Q(kind="contradicted"),
                name="discrepancy_contradicted_once",
            ),
        ]
        triggers = kept()

    @property
    def urn(self) -> str:
        return f"parties.discrepancy/{self.pk}"
