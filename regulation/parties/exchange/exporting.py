"""Interests as BODS 0.4 statements, one after the other: memory does not grow with their number.

Parties come before the relationships that name them. Every id is this site's own and follows from the row and
what it says, so that the same again is the same statement, and an import of an export changes nothing.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from ..models import Entity, Interest, Person
from ..models.interest import InterestQuerySet
from . import vocabulary as words

BATCH = 2_000
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
Statement = dict[str, Any]


class Exporter:
    """Statements of a set of interests as of a day. `full` adds what regulators alone may read: people, their
    birth month and the keyed digest of their number, and phones. Numbers are not on record."""

    def __init__(self, interests: InterestQuerySet, *, on: dt.date, full: bool) -> None:
        self.interests, self.full = interests, full
        self.site = words.site_code(settings.SITE_URL)
        self.publication = {
            "publicationDate": on.isoformat(),
            "bodsVersion": "0.4",
            "license": LICENCE,
            "publisher": {"name": _("Qinqing"), "url": settings.SITE_URL.rstrip("/") + "/"},
        }

    def statements(self) -> Iterator[Statement]:
        for entity in self.entities().order_by("pk").iterator(chunk_size=BATCH):
            yield self.entity(entity)
        if self.full:
            for person in self.people().order_by("pk").iterator(chunk_size=BATCH):
                yield self.person(person)
        for interest in (
            self.interests.select_related("holder_entity").order_by("pk").iterator(chunk_size=BATCH)
        ):
            yield self.interest(interest)

    def entities(self) -> QuerySet[Entity]:
        mine = self.interests.filter(
            Q(holder_entity=OuterRef("pk")) | Q(subject=OuterRef("pk")) | Q(declared_by=OuterRef("pk"))
        )
        told = Entity.objects.exclude(record_id__startswith="untold-")
        return told.filter(Exists(mine.order_by()))

    def people(self) -> QuerySet[Person]:
        mine = self.interests.filter(Q(holder_person=OuterRef("pk")) | Q(subject_person=OuterRef("pk")))
        return Person.objects.filter(Exists(mine.order_by()))

    def _statement(
        self, noun: str, key: int, day: dt.datetime, record_type: str, details: Statement, **more: Any
    ) -> Statement:
        """One statement, dated by the moment since when the record says so."""
        record_id = words.own_id(self.site, noun, key)
        body = {"recordId": record_id, "recordType": record_type, "recordStatus": "new"}
        body |= (
            {"declarationSubject": record_id, "statementDate": day.date().isoformat()}
            | more
            | {"recordDetails": {"isComponent": False} | details}
        )
        said = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        return {"statementId": f"{record_id}-{said[:12]}"} | body | {"publicationDetails": self.publication}

    def entity(self, entity: Entity) -> Statement:
        extension = {"kind": str(entity.kind), "region": entity.region_id or ""}
        if self.full:
            extension["phone"] = entity.phone
        details: Statement = {"entityType": words.ENTITY_TYPES[str(entity.kind)], "name": entity.name}
        if entity.name_en:
            details["alternateNames"] = [entity.name_en]
        details["jurisdiction"] = {"name": "China", "code": "CN"}
        if entity.credit_code:
            details["identifiers"] = [{"id": entity.credit_code, "schemeName": words.CREDIT_CODE_SCHEME}]
        if entity.address:
            details["addresses"] = [_address(entity.address, "registered")]
        details[words.EXTENSION] = _stated(extension, entity.is_invented)
        return self._statement("entity", entity.pk, entity.created_at, "entity", details)

    def person(self, person: Person) -> Statement:
        details: Statement = {"personType": "knownPerson"}
        details["names"] = [{"type": "legal", "fullName": person.name}]
        if person.birth_month:
            details["birthDate"] = person.birth_month
        if person.address:
            details["addresses"] = [_address(person.address, "residence")]
        if person.identity_digest:
            digest = bytes(person.identity_digest).hex()
            details["identifiers"] = [{"id": digest, "schemeName": words.DIGEST_SCHEME}]
        details[words.EXTENSION] = _stated({}, person.is_invented)
        return self._statement("person", person.pk, person.created_at, "person", details)

    def interest(self, interest: Interest) -> Statement:
        holder = untold(interest) or self._party(interest.holder_entity_id, interest.holder_person_id)
        subject = self._party(interest.subject_id, interest.subject_person_id)
        details = {
            "subject": subject,
            "interestedParty": holder,
            "interests": [self._interest(interest)],
            words.EXTENSION: _stated({"tier": str(interest.tier)}, interest.is_invented),
        }
        declared = self._party(interest.declared_by_id, None)
        return self._statement(
            "interest",
            interest.pk,
            interest.recorded.lower,
            "relationship",
            details,
            declarationSubject=declared or subject,
            source=_source(interest, declared=bool(declared)),
        )

    def _party(self, entity: int | None, person: int | None) -> str:
        if entity is not None:
            return words.own_id(self.site, "entity", entity)
        return words.own_id(self.site, "person", person) if person is not None else ""

    def _interest(self, interest: Interest) -> Statement:
        kind = str(interest.kind)
        one: Statement = {
            "type": words.SAID_AS.get(kind, kind),
            "directOrIndirect": "direct",
            "beneficialOwnershipOrControl": False,
        }
        if kind in words.SAID_AS:
            one["details"] = f"qinqing:{kind}"
        if interest.share_min is not None and interest.share_max is not None:
            one["share"] = _share(interest.share_min, interest.share_max)
        if interest.held.lower:
            one["startDate"] = interest.held.lower.isoformat()
        if interest.held.upper:
            one["endDate"] = interest.held.upper.isoformat()
        finer = {"kind": kind, "post": interest.post, "rank": str(interest.rank)}
        if kind in words.SAID_AS or interest.post:
            one[words.EXTENSION] = _stated(finer, False)
        return one


def untold(interest: Interest) -> Statement | None:
    """What stands in the place of a holder that its source does not tell; None where it does."""
    holder = interest.holder_entity
    if holder is None or not (holder.record_id or "").startswith("untold-"):
        return None
    said = re.search(r"reason: ([a-zA-Z]+)\Z", holder.source)
    return {"reason": said[1] if said else words.REASON}


def _stated(values: dict[str, str], invented: bool) -> Statement:
    said: Statement = {key: value for key, value in values.items() if value}
    return said | ({"invented": True} if invented else {})


def _address(address: str, type_: str) -> Statement:
    return {"type": type_, "address": address, "country": {"name": "China", "code": "CN"}}


def _share(least: Decimal, most: Decimal) -> dict[str, float]:
    share = {"minimum": float(least), "maximum": float(most)}
    return {"exact": float(least)} | share if least == most else share


def _source(interest: Interest, *, declared: bool) -> Statement:
    source: Statement = {
        "type": ["selfDeclaration" if declared else "thirdParty"],
        "description": interest.source,
    }
    return source | ({"url": interest.source_url} if interest.source_url else {})


def as_lines(statements: Iterator[Statement]) -> Iterator[str]:
    """A statement a line."""
    for statement in statements:
        yield json.dumps(statement, ensure_ascii=False) + "\n"


def as_array(statements: Iterator[Statement]) -> Iterator[str]:
    """One JSON array, a statement a line."""
    before = "[\n"
    for statement in statements:
        yield before + json.dumps(statement, ensure_ascii=False)
        before = ",\n"
    yield ("[" if before == "[\n" else "\n") + "]\n"
