import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity, Region

from .approval import Approval
from .area import AreaAssessmentMatter
from .edition_guards import NUMBERED_FUNC, OPEN_FUNC, STANDS_FUNC, WHOLE_FUNC
from .provision import Level
from .ruling import Ruling
from .service import Service


class ListKind(models.TextChoices):
    """What a list holds. All but the last hold rulings of one verdict; the last is one department's."""

    MANDATORY = "mandatory", _("mandatory list")
    OPTIONAL = "optional", _("optional list")
    COMMISSIONED = "commissioned", _("commissioned list")
    ABOLISHED = "abolished", _("abolished list")
    AREA_ASSESSED = "area_assessed", _("area-assessment list")
    POWERS = "powers", _("power and responsibility list")


class PublicList(models.Model):
    """One list of one region (清单), of one department for the power and responsibility list.

    It holds nothing itself: its editions do. Its row is what publications of one list take turns on.
    """

    kind = models.CharField(max_length=16, choices=ListKind.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    department = models.ForeignKey(Entity, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("list")
        ordering = ["region", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "region", "department"], nulls_distinct=False, name="list_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=ListKind.POWERS, department__isnull=False)
                | (~Q(kind=ListKind.POWERS) & Q(department__isnull=True)),
                name="list_of_powers_is_a_departments",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_renamed", operation=pgtrigger.Update), *kept()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.department or self.region}"

    @property
    def place(self) -> list[str | int]:
        """What its addresses begin with."""
        of = [self.department_id] if self.department_id else []
        return [self.kind, self.region_id, *of]

    def get_absolute_url(self) -> str:
        return reverse("registry:list_series", args=self.place)

    @property
    def urn(self) -> str:
        return f"registry.list/{self.pk}"


class EditionQuerySet(models.QuerySet["Edition"]):
    def published(self) -> "EditionQuerySet":
        return self.filter(published_at__isnull=False)

    def waiting(self) -> "EditionQuerySet":
        """Compiled, and neither published nor given up."""
        return self.filter(published_at__isnull=True, withdrawn_at__isnull=True)


class Edition(models.Model):
    """A list as it stood on a day, compiled by one person and published by another.

    `number` counts from 1 without a gap within its list; the trigger `numbered` holds it, and that an edition
    says something the one before did not. Rows come in while `digest` is empty, which a deferred trigger
    allows only inside the transaction that compiles. From then on nothing but the publication is written.
    `digest` is the SHA-256 of the rows as RFC 8785 JSON, one a line. `left_out` names demands whose legal
    basis had ended. `added`, `removed` and `changed` count against the edition before.
    """

    of_list = models.ForeignKey(PublicList, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField(null=True, blank=True)
    as_of = models.DateField()
    row_count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    left_out = models.JSONField(default=list)
    added = models.PositiveIntegerField(null=True, blank=True)
    removed = models.PositiveIntegerField(null=True, blank=True)
    changed = models.PositiveIntegerField(null=True, blank=True)
    compiled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    compiled_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition of a list")
        ordering = ["of_list", "-number", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["of_list", "number"], name="edition_number_once"),
            models.CheckConstraint(
                condition=Q(number__isnull=True, published_at__isnull=True, published_by__isnull=True)
                | Q(
                    number__gte=1,
                    published_at__isnull=False,
                    published_by__isnull=False,
                    withdrawn_at__isnull=True,
                ),
                name="edition_numbered_when_published",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("compiled_by")),
                name="edition_published_by_second_person",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^([0-9a-f]{64})?$"), name="edition_digest_is_sha256"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="numbered",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__published_at__isnull=False),
                declare=[("last", "registry_edition%ROWTYPE")],
                func=NUMBERED_FUNC,
            ),
            pgtrigger.Trigger(
                name="stands", operation=pgtrigger.Update, when=pgtrigger.Before, func=STANDS_FUNC
            ),
            pgtrigger.Trigger(
                name="whole",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=WHOLE_FUNC,
            ),
            *kept(),
        ]

    def __str__(self) -> str:
        number = self.number if self.number is not None else "–"
        return _("%(list)s, edition %(number)s") % {"list": self.of_list, "number": number}

    def get_absolute_url(self) -> str:
        if self.number is None:
            return reverse("registry:edition_review", args=[self.pk])
        return reverse("registry:edition", args=[*self.of_list.place, self.number])

    @property
    def urn(self) -> str:
        return f"registry.edition/{self.pk}"


class EditionRow(models.Model):
    """One row of an edition, its words frozen as they stood. The keys to the record only make links.

    `key` is the same thing in every edition of a list; `body` maps field names to text (see `listing`);
    `level` is the highest level of law behind it; `words` is what a reader may search.
    """

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="rows")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=250)
    level = models.CharField(max_length=30, choices=Level.choices, blank=True)
    body = models.JSONField()
    words = models.TextField(blank=True)
    ruling = models.ForeignKey(Ruling, models.PROTECT, null=True, related_name="edition_rows")
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="edition_rows")
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="edition_rows")
    matter = models.ForeignKey(AreaAssessmentMatter, models.PROTECT, null=True, related_name="edition_rows")

    class Meta:
        verbose_name = _("row of an edition")
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "position"], name="edition_row_once_per_position"),
            models.UniqueConstraint(fields=["edition", "key"], name="edition_row_once_per_key"),
            models.CheckConstraint(condition=Q(position__gte=1), name="edition_row_counts_from_one"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="open_edition", operation=pgtrigger.Insert, when=pgtrigger.Before, func=OPEN_FUNC
            ),
            *append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.key}"
