"""Reads of published lists: their editions, what differs between two, and where a record stands in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from regulation.ledger.models import Entry

from ..models import Approval, Edition, EditionRow, Level, ListKind, PublicList, Ruling

EDITION_PUBLISHED = "registry.edition_published"


def published_lists() -> QuerySet[PublicList]:
    """Lists with an edition, each with the key of its `latest` one: the country first, mandatory first."""
    kinds = Case(*(When(kind=kind, then=rank) for rank, kind in enumerate(ListKind.values)))
    latest = Edition.objects.published().filter(of_list=OuterRef("pk")).order_by("-number")
    return (
        PublicList.objects.annotate(latest=Subquery(latest.values("pk")[:1]))
        .filter(latest__isnull=False)
        .select_related("region", "department")
        .order_by("region", kinds, "department__pinyin", "pk")
    )


def latest_editions(lists: Sequence[Any]) -> dict[int, Edition]:
    """The latest edition of each list that `published_lists` found, by the list's key."""
    found = Edition.objects.filter(pk__in=[each.latest for each in lists])
    return {edition.of_list_id: edition for edition in found}


def last_edition(of: PublicList) -> Edition | None:
    return of.editions.published().order_by("-number").first()


def with_neighbours(editions: QuerySet[Edition]) -> QuerySet[Edition]:
    """Each with `latest_number` of its list and `before_number`, None for the first; published ones only."""
    others = Edition.objects.published().filter(of_list=OuterRef("of_list")).order_by("-number")
    before = others.filter(number__lt=OuterRef("number"))
    return editions.annotate(
        latest_number=Subquery(others.values("number")[:1]),
        before_number=Subquery(before.values("number")[:1]),
    )


def edition_before(edition: Edition) -> Edition | None:
    """The published edition that a published one, or a draft, comes after."""
    before = Edition.objects.published().filter(of_list=edition.of_list_id)
    if edition.number is not None:
        before = before.filter(number__lt=edition.number)
    return before.order_by("-number").first()


def waiting_editions() -> QuerySet[Edition]:
    """Compiled editions that wait for a second person, oldest first."""
    return (
        Edition.objects.waiting()
        .select_related("of_list__region", "of_list__department", "compiled_by")
        .order_by("compiled_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class Delta:
    """The rows that set two editions apart. `removed` are rows of the old one, the others of the new one."""

    added: QuerySet[EditionRow]
    removed: QuerySet[EditionRow]
    changed: QuerySet[EditionRow]

    def counts(self) -> dict[str, int]:
        """How many of each, in one query."""
        ways = {kind: getattr(self, kind).order_by() for kind in ("added", "removed", "changed")}
        each = [
            rows.annotate(way=Value(kind)).values("way").annotate(n=Count("pk"))
            for kind, rows in ways.items()
        ]
        found = {row["way"]: row["n"] for row in each[0].union(*each[1:], all=True)}
        return {kind: found.get(kind, 0) for kind in ways}


def delta(old: Edition, new: Edition) -> Delta:
    """What `new` says that `old` does not, row by row; a row is the same by its key."""
    was, now = EditionRow.objects.filter(edition=old), EditionRow.objects.filter(edition=new)
    same = Q(key=OuterRef("key"))
    return Delta(
        added=now.filter(~Exists(was.filter(same))).order_by("position"),
        removed=was.filter(~Exists(now.filter(same))).order_by("position"),
        changed=now.filter(Exists(was.filter(same).exclude(body=OuterRef("body")))).order_by("position"),
    )


def counterparts(rows: Sequence[EditionRow], old: Edition) -> dict[str, EditionRow]:
    """The rows of another edition with the same keys."""
    return {row.key: row for row in old.rows.filter(key__in=[row.key for row in rows])}


def rows_by_level(edition: Edition) -> list[tuple[str, int]]:
    """How many rows rest on each level of law, the highest first."""
    counted = dict(edition.rows.order_by().values_list("level").annotate(n=Count("pk")))
    return [(str(level.label), counted[level.value]) for level in Level if level.value in counted]


def publication_of(edition: Edition) -> Entry | None:
    """The ledger entry by which an edition was published."""
    return Entry.objects.about(edition.urn).filter(kind=EDITION_PUBLISHED).first()


def standing_of(subject: Approval | Ruling) -> QuerySet[EditionRow]:
    """Where a record stands in the published lists: of each list the latest edition that names it."""
    rows = subject.edition_rows.filter(edition__published_at__isnull=False)
    found = rows.order_by("edition__of_list_id", "-edition__number", "position").distinct(
        "edition__of_list_id"
    )
    of = "edition__of_list__"
    names = (f"{of}kind", f"{of}department", f"{of}region__name", f"{of}region__name_en")
    found = found.select_related("edition__of_list__region")
    return found.only("position", "edition__number", "edition__as_of", *names)
