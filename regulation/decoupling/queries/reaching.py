"""Whom a change of interests may touch."""

from collections.abc import Iterable

from django.db import connection

from regulation.parties.models import Interest, Same

MOST_REACHED = 20_000

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


def reached_by(interest: Interest) -> list[int] | None:
    """Keys of the entities whose checks a statement about an interest may change, itself ended or not.

    The interest's subject (and where the tie is mutual its holder), the bodies of its people and of their
    kin, and everything below all of these. None where that is more than 20,000: then everything may be.
    """
    start = set()
    if interest.kind != "official" and interest.subject_id:
        start.add(interest.subject_id)
    if interest.kind.startswith("same") and interest.holder_entity_id:
        start.add(interest.holder_entity_id)
    people = [key for key in (interest.holder_person_id, interest.subject_person_id) if key]
    return _reached(start, people)


def reached_by_merge(same: Same) -> list[int] | None:
    """The same for a merge or a split of two records."""
    entities = {key for key in (same.entity_id, same.other_entity_id) if key}
    return _reached(entities, [key for key in (same.person_id, same.other_person_id) if key])


def _reached(start: set[int], people: Iterable[int]) -> list[int] | None:
    people, cap = list(people), MOST_REACHED + 1
    with connection.cursor() as cursor:
        if people:
            cursor.execute(_PEOPLES, {"people": people, "cap": cap})
            start = start | {row[0] for row in cursor.fetchall()}
        if not start:
            return []
        cursor.execute(_BELOW, {"start": sorted(start), "cap": cap})
        found = [row[0] for row in cursor.fetchall()]
    return sorted(found) if len(found) < cap else None
