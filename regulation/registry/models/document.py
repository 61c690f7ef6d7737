from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region

from .provision import Level
from .ruling import Necessity


class Kind(models.TextChoices):
    """What a reader looks for, in the order in which it is shown."""

    APPROVALS = "approvals", _("Approvals")
    SERVICES = "services", _("Services")
    RULINGS = "rulings", _("Rulings")
    PROVISIONS = "provisions", _("Provisions")
    LAWS = "laws", _("Laws and documents")


ADDRESSES = {
    Kind.APPROVALS: "registry:approval",
    Kind.SERVICES: "registry:service",
    Kind.RULINGS: "registry:ruling",
    Kind.PROVISIONS: "registry:provision",
    Kind.LAWS: "registry:instrument",
}


class Document(models.Model):
    """What search looks through: an approval, service, provision, law, or ruling on record.

    Written by the database alone: statement triggers on the tables it is drawn from (migration
    `registry_document_triggers`) keep it equal to `registry_documents_of`, whoever writes and however.
    `names` holds title, English title, pinyin, initials and code, one a line; `body` what else is searched.
    `bigrams` are the pairs of neighbouring characters of both. Versions of a ruling that were corrected have
    no document; `in_force` says for which days what is on record holds.
    """

    kind = models.CharField(max_length=12, choices=Kind.choices)
    object_id = models.BigIntegerField()
    ref = models.CharField(max_length=90)
    title = models.TextField()
    title_en = models.TextField(blank=True)
    names = models.TextField()
    body = models.TextField(blank=True)
    region = models.ForeignKey(
        Region, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    department = models.ForeignKey(
        Entity, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    necessity = models.CharField(max_length=16, choices=Necessity.choices, blank=True)
    level = models.CharField(max_length=30, choices=Level.choices, blank=True)
    in_force = DateRangeField(null=True)
    bigrams = models.GeneratedField(
        expression=Func(F("names"), F("body"), function="registry_bigrams"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("search document")
        ordering = ["kind", "object_id"]
        indexes = [
            GinIndex(fields=["bigrams"], name="document_bigrams", fastupdate=False),
            GinIndex(
                OpClass(F("names"), "gin_trgm_ops"),
                name="document_names_alike",
                condition=Q(kind__in=["approvals", "services", "laws"]),
            ),
            models.Index(fields=["region", "kind", "object_id"], name="document_of_region"),
            models.Index(fields=["department", "kind", "object_id"], name="document_of_department"),
            models.Index(
                fields=["necessity", "kind", "object_id"],
                name="document_of_necessity",
                condition=~Q(necessity=""),
            ),
            models.Index(
                fields=["level", "kind", "object_id"], name="document_of_level", condition=~Q(level="")
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="document_once_per_object")]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title

    def get_absolute_url(self) -> str:
        return reverse(ADDRESSES[Kind(self.kind)], args=[self.ref])


class DocumentCell(models.Model):
    """How many documents share a kind, region, department, necessity and level: the sum of `n`.

    A trigger on `Document` adds a row for what each statement changed, so that writers never wait for a
    counter; `compact_cells` folds the rows of a cell into one. Unfiltered facets are read from here.
    """

    kind = models.CharField(max_length=12)
    region = models.ForeignKey(
        Region, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    department = models.ForeignKey(
        Entity, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    necessity = models.CharField(max_length=16, blank=True)
    level = models.CharField(max_length=30, blank=True)
    n = models.IntegerField()

    class Meta:
        verbose_name = _("count of search documents")
        ordering = ["pk"]
