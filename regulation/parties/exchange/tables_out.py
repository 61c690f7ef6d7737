"""Interests as the rows of a table, which an import reads back unchanged. Memory does not grow with them."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from regulation.tables.columns import Column, Holds, Sheet
from regulation.tables.template import template_workbook
from regulation.tables.writing import workbook_of

from ..models import Entity, Interest, Person, Region
from ..models.interest import InterestQuerySet
from . import vocabulary as words
from .exporting import BATCH, Exporter
from .sheets import ENTITIES, INTERESTS, PEOPLE, SHEETS

Values = dict[str, Any]


class TableExporter:
    """The sheets of a set of interests, people with them: what regulators alone may read. Numbers are not on
    record; the keyed digest stands in their place."""

    def __init__(self, interests: InterestQuerySet) -> None:
        self.interests = interests
        self.exporter = Exporter(interests, on=localdate(), full=True)
        self.site = words.site_code(settings.SITE_URL)

    def rows(self, sheet: Sheet) -> Iterator[list[str]]:
        """The cells of every row of a sheet, in the order of its exported columns."""
        made: dict[str, Callable[[], Iterator[Values]]] = {
            ENTITIES.kind: self._entities,
            PEOPLE.kind: self._people,
            INTERESTS.kind: self._interests,
        }
        said = {c.name: {code: str(label) for code, label in c.choices.items()} for c in sheet.exported}
        for values in made[sheet.kind]():
            values["publisher"] = _("Qinqing")
            yield [_cell(column, values.get(column.name), said[column.name]) for column in sheet.exported]

    def workbook(self) -> IO[bytes]:
        return workbook_of((str(sheet.title), sheet.exported, self.rows(sheet)) for sheet in SHEETS)

    def _entities(self) -> Iterator[Values]:
        for entity in self.exporter.entities().order_by("pk").iterator(chunk_size=BATCH):
            yield {
                "entity_id": self._id("entity", entity.pk),
                "name": entity.name,
                "kind": entity.kind,
                "credit_code": entity.credit_code,
                "region": entity.region_id,
                "address": entity.address,
                "phone": entity.phone,
                "invented": "yes" if entity.is_invented else "",
            }

    def _people(self) -> Iterator[Values]:
        for person in self.exporter.people().order_by("pk").iterator(chunk_size=BATCH):
            digest = bytes(person.identity_digest).hex() if person.identity_digest else ""
            yield {
                "person_id": self._id("person", person.pk),
                "name": person.name,
                "identity_number": digest,
                "number_kind": "digest" if digest else "",
                "birth_month": person.birth_month,
                "address": person.address,
                "invented": "yes" if person.is_invented else "",
            }

    def _interests(self) -> Iterator[Values]:
        parties = ("holder_entity", "holder_person", "subject", "subject_person")
        rows = self.interests.select_related(*parties).order_by("pk")
        for interest in rows.iterator(chunk_size=BATCH):
            yield self._interest(interest)

    def _interest(self, interest: Interest) -> Values:
        least, most = interest.share_min, interest.share_max
        exact = least is not None and least == most
        declared = interest.declared_by_id
        return {
            "interest_id": self._id("interest", interest.pk),
            "holder": self._party(interest.holder),
            "holder_name": _name(interest.holder),
            "kind": interest.kind,
            "subject": self._party(interest.about),
            "subject_name": _name(interest.about),
            "share": least if exact else None,
            "share_min": None if exact else least,
            "share_max": None if exact else most,
            "start": interest.held.lower,
            "end": interest.held.upper,
            "post": interest.post,
            "rank": interest.rank,
            "source": interest.source,
            "source_url": interest.source_url,
            "declared_by": self._id("entity", declared) if declared else "",
            "statement_date": interest.recorded.lower.date(),
            "invented": "yes" if interest.is_invented else "",
        }

    def _id(self, noun: str, key: int) -> str:
        return words.own_id(self.site, noun, key)

    def _party(self, party: Entity | Person | None) -> str:
        if party is None:
            return ""
        return self._id("entity" if isinstance(party, Entity) else "person", party.pk)


def _name(party: Entity | Person | None) -> str:
    return party.name if party is not None else ""


def _cell(column: Column, value: Any, labels: dict[str, str]) -> str:
    if value is None:
        return ""
    if column.holds == Holds.CHOICE:
        return labels.get(str(value), "")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def template() -> IO[bytes]:
    """The workbook to begin with, in the reader's language."""
    offered = {str(Holds.REGION): list(Region.objects.order_by("code").values_list("code", flat=True))}
    return template_workbook(SHEETS, offered=offered, advice=_advice())


def _advice() -> tuple[str, ...]:
    return (
        _("Write entities, people and interests in the first three sheets, below the headers."),
        _("Rows marked “example” are skipped. A sheet you do not need may stay empty or be removed."),
        _("An id belongs to its publisher. The same id in a later table is the same party or interest."),
        _("The same row again changes nothing. Another under the same id takes the place of what it said."),
        _("To end an interest, write its last day and “ended”; without a day it is retracted."),
        _("A share that is not stated is unknown; it is never taken as zero."),
        _("Write identity numbers in the column for them alone. They are hashed while the file is read."),
        _("The file is checked first, and nothing is written while a row is wrong."),
    )
