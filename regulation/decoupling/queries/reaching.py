"""Whom a change of interests may touch."""

from collections.abc import Iterable

from django.db import connection

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Entity, Interest, Same

from ..models import Check, Exemption

MOST_REACHED = 20_000
LONGEST_KEY = 19  # digits of a key, and one

# The kinds of entries after which the answer of a gate may be another. A room that keeps something open
# behind a gate subscribes to all of them and asks `reached_by_entry` whom to look at again.
CHANGES = (
    "parties.interest_stated",
    "parties.interest_ended",
    "parties.interest_retracted",
    "parties.interests_declared",
    "parties.import_written",
    "parties.merged",
    "parties.split",
    "parties.contacts_told",
    "parties.account_told",
    "decoupling.exemption_confirmed",
    "decoupling.exemption_revoked",
    "decoupling.determination_confirmed",
    "decoupling.pack_published",
)

_BELOW = """
WITH RECURSIVE below (entity) AS (
    SELECT unnest(%(start)s::bigint[])
    UNION
    SELECT x.entity FROM below b CROSS JOIN LATERAL (
        SELECT i.subject_id AS entity FROM parties_interest i
        WHERE i.holder_entity_id = b.entity AND i.subject_id IS NOT NULL AND i.tier <> 'C'
        UNION ALL
        SELECT i.holder_entity_id FROM parties_interest i
        WHERE i.subject_id = b.entity AND i.holder_entity_id IS NOT NULL AND i.tier <> 'C'
          AND i.kind IN ('samePremises', 'sameFinances', 'sameContact')
        UNION ALL
        SELECT s.other_entity_id FROM parties_same s WHERE s.entity_id = b.entity
        UNION ALL
        SELECT s.entity_id FROM parties_same s WHERE s.other_entity_id = b.entity
    ) x
    WHERE x.entity IS NOT NULL
)
SELECT entity FROM below LIMIT %(cap)s
"""
# Whoever holds something in an entity, at any depth: a check of it, told of the entity as a rival, an owner
# or the holder of a part, asks whether it controls the entity (rules on bidders, owners and parts).
_ABOVE = """
WITH RECURSIVE above (entity) AS (
    SELECT unnest(%(start)s::bigint[])
    UNION
    SELECT x.entity FROM above a CROSS JOIN LATERAL (
        SELECT i.holder_entity_id AS entity FROM parties_interest i
        WHERE i.subject_id = a.entity AND i.holder_entity_id IS NOT NULL AND i.tier <> 'C'
        UNION ALL
        SELECT s.other_entity_id FROM parties_same s WHERE s.entity_id = a.entity
        UNION ALL
        SELECT s.entity_id FROM parties_same s WHERE s.other_entity_id = a.entity
    ) x
    WHERE x.entity IS NOT NULL
)
SELECT entity FROM above LIMIT %(cap)s
"""
# Each condition as its index has it.
_ALIKE = """
SELECT o.id FROM parties_entity e JOIN parties_entity o ON o.account_digest = e.account_digest
WHERE e.id = ANY(%(entities)s) AND o.account_digest IS NOT NULL
UNION
SELECT o.id FROM parties_entity e JOIN parties_entity o ON lower(o.email) = lower(e.email)
WHERE e.id = ANY(%(entities)s) AND e.email <> '' AND o.email <> ''
UNION
SELECT o.id FROM parties_entity e JOIN parties_entity o
    ON regexp_replace(o.phone, '[^0-9]', '', 'g') = regexp_replace(e.phone, '[^0-9]', '', 'g')
WHERE e.id = ANY(%(entities)s) AND e.phone ~ '[0-9]' AND o.phone <> ''
UNION
SELECT o.id FROM parties_entity e JOIN parties_entity o
    ON regexp_replace(o.address, '\\s', '', 'g') = regexp_replace(e.address, '\\s', '', 'g')
WHERE e.id = ANY(%(entities)s) AND e.address <> '' AND o.address <> ''
LIMIT %(cap)s
"""
_PEOPLES = """
WITH RECURSIVE people (person) AS (
    SELECT unnest(%(people)s::bigint[])
    UNION
    SELECT x.person FROM people p CROSS JOIN LATERAL (
        SELECT i.subject_person_id AS person FROM parties_interest i WHERE i.holder_person_id = p.person
        UNION ALL
        SELECT i.holder_person_id FROM parties_interest i WHERE i.subject_person_id = p.person
        UNION ALL
        SELECT s.other_person_id FROM parties_same s WHERE s.person_id = p.person
        UNION ALL
        SELECT s.person_id FROM parties_same s WHERE s.other_person_id = p.person
    ) x
    WHERE x.person IS NOT NULL
)
SELECT DISTINCT x.subject_id FROM people p CROSS JOIN LATERAL (
    SELECT i.subject_id FROM parties_interest i
    WHERE i.holder_person_id = p.person AND i.subject_id IS NOT NULL AND i.kind <> 'official' OFFSET 0
) x
LIMIT %(cap)s
"""


def reached_by_entry(entry: Entry) -> list[int] | None:
    """Keys of the entities whose checks what this entry tells of may change; None where that is everyone.

    A new pack and a whole file of interests may reach everyone. Any kind that is none of CHANGES: nobody.
    """
    kind, body = entry.kind, body_of(entry)
    if kind in ("decoupling.pack_published", "parties.import_written"):
        return None
    if kind.startswith("parties.interest_"):
        interest = Interest.objects.filter(pk=_key(entry.subject, "parties.interest")).first()
        return reached_by(interest) if interest else []
    if kind in ("parties.merged", "parties.split"):
        same = Same.objects.filter(pk=_key(entry.subject, "parties.same")).first()
        return reached_by_merge(same) if same else []
    if kind == "parties.interests_declared":
        return [_key(body.get("entity"), "parties.entity")]
    if kind in ("parties.contacts_told", "parties.account_told"):
        told = Entity.objects.filter(pk=_key(entry.subject, "parties.entity")).first()
        return reached_by_contacts(told) if told else []
    if kind.startswith("decoupling.exemption_"):
        pairs = Exemption.objects.filter(pk=_key(entry.subject, "decoupling.exemption"))
        return list(pairs.values_list("intermediary", flat=True))
    if kind == "decoupling.determination_confirmed":
        checks = Check.objects.filter(pk=_key(body.get("check"), "decoupling.check"))
        return list(checks.values_list("intermediary", flat=True))
    return []


def _key(urn: object, prefix: str) -> int:
    """The key in a URN of this kind; 0, which no row has, in any other."""
    name, _, key = str(urn or "").partition("/")
    return int(key) if name == prefix and key.isascii() and key.isdigit() and len(key) < LONGEST_KEY else 0


def reached_by(interest: Interest) -> list[int] | None:
    """Keys of the entities whose checks a statement about an interest may change, itself ended or not.

    The interest's subject (and where the tie is mutual its holder), the bodies of its people and of their
    kin, everything below all of these, and whoever has an address, contact or account of one of them; and its
    holder with everything above it, which may now control a rival or the owner of a tender. None where that
    is more than 20,000: then everything may be.
    """
    start = set()
    if interest.kind != "official" and interest.subject_id:
        start.add(interest.subject_id)
    if interest.kind.startswith("same") and interest.holder_entity_id:
        start.add(interest.holder_entity_id)
    people = [key for key in (interest.holder_person_id, interest.subject_person_id) if key]
    return _reached(start, people, above={interest.holder_entity_id} - {None})


def reached_by_merge(same: Same) -> list[int] | None:
    """The same for a merge or a split of two records."""
    entities = {key for key in (same.entity_id, same.other_entity_id) if key}
    people = [key for key in (same.person_id, same.other_person_id) if key]
    return _reached(entities, people, above=entities)


def reached_by_contacts(entity: Entity) -> list[int] | None:
    """The same where an entity tells another address, telephone, mail or account: itself, and whoever has one
    of them too. Whoever had the one before is asked again at its next gate, and at night.
    """
    return _reached({entity.pk, *_alike({entity.pk})}, [])


def _alike(entities: set[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, {"entities": sorted(entities), "cap": MOST_REACHED + 1})
        return {row[0] for row in cursor.fetchall()}


def _reached(start: set[int], people: Iterable[int], *, above: Iterable[int | None] = ()) -> list[int] | None:
    people, above, cap = list(people), list(above), MOST_REACHED + 1
    found: set[int] = set()
    with connection.cursor() as cursor:
        if people:
            cursor.execute(_PEOPLES, {"people": people, "cap": cap})
            start = start | {row[0] for row in cursor.fetchall()}
        for sql, ends in ((_BELOW, sorted(start)), (_ABOVE, above)):
            if ends:
                cursor.execute(sql, {"start": ends, "cap": cap})
                found |= {row[0] for row in cursor.fetchall()}
    if found and len(found) < cap:
        found |= _alike(found)
    return sorted(found) if len(found) < cap else None
