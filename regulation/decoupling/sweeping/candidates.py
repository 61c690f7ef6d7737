"""Which pairs some interest joins at all: one walk down from the departments, before the exact judgement.

The walk takes in more than the rules do and never less, so that a pair it leaves out is clear: no rule of
the packs finds a chain without one of these steps.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from ..graph import BY_SHARE, CONTROL, KIN, MUTUAL, OFFICIAL, STRUCTURAL
from ..grounds.people import years_before
from ..queries.gathering import LOOK_BACK

_HELD = "i.recorded @> %(known_at)s::timestamptz AND i.tier <> 'C' AND i.held @> %(on)s::date"
_LATELY = (
    "i.recorded @> %(known_at)s::timestamptz AND i.tier <> 'C' "
    "AND i.held && daterange(%(since)s::date, %(on)s::date, '[]')"
)
_MERGED = "s.recorded @> %(known_at)s::timestamptz AND s.tier <> 'C'"

_DOWN = """
    SELECT i.subject_id AS entity FROM parties_interest i
    WHERE i.holder_entity_id = {at}.entity AND i.subject_id IS NOT NULL AND i.kind = ANY(%(down)s) AND {held}
    UNION ALL
    SELECT s.other_entity_id FROM parties_same s WHERE s.entity_id = {at}.entity AND {merged}
    UNION ALL
    SELECT s.entity_id FROM parties_same s WHERE s.other_entity_id = {at}.entity AND {merged}
"""

_ARMS = f"""
WITH RECURSIVE
arms (department, entity) AS (
    SELECT id, id FROM parties_entity WHERE id = ANY(%(departments)s)
    UNION
    SELECT a.department, x.entity FROM arms a
    CROSS JOIN LATERAL ({_DOWN.format(at="a", held=_HELD, merged=_MERGED)}) x
)
"""

_CANDIDATES = f"""
{_ARMS},
people (department, person, step) AS (
    SELECT a.department, i.holder_person_id, 0 FROM arms a
    JOIN parties_interest i ON i.subject_id = a.entity
    WHERE i.holder_person_id IS NOT NULL AND {_LATELY}
    UNION
    SELECT p.department, x.person, x.step FROM people p CROSS JOIN LATERAL (
        SELECT i.subject_person_id AS person, p.step + 1 AS step FROM parties_interest i
        WHERE i.holder_person_id = p.person AND i.kind = %(kin)s AND p.step < 1 AND {_HELD}
        UNION ALL
        SELECT i.holder_person_id, p.step + 1 FROM parties_interest i
        WHERE i.subject_person_id = p.person AND i.kind = %(kin)s AND p.step < 1 AND {_HELD}
        UNION ALL
        SELECT s.other_person_id, p.step FROM parties_same s WHERE s.person_id = p.person AND {_MERGED}
        UNION ALL
        SELECT s.person_id, p.step FROM parties_same s WHERE s.other_person_id = p.person AND {_MERGED}
    ) x
),
beside (department, entity) AS (
    SELECT department, entity FROM arms
    UNION
    SELECT a.department, i.subject_id FROM arms a JOIN parties_interest i ON i.holder_entity_id = a.entity
    WHERE i.kind = ANY(%(mutual)s) AND i.subject_id IS NOT NULL AND {_HELD}
    UNION
    SELECT a.department, i.holder_entity_id FROM arms a JOIN parties_interest i ON i.subject_id = a.entity
    WHERE i.kind = ANY(%(mutual)s) AND i.holder_entity_id IS NOT NULL AND {_HELD}
    UNION
    SELECT p.department, i.subject_id FROM people p JOIN parties_interest i ON i.holder_person_id = p.person
    WHERE i.subject_id IS NOT NULL AND i.kind <> %(official)s AND {_LATELY}
),
reach (department, entity) AS (
    SELECT department, entity FROM beside
    UNION
    SELECT r.department, x.entity FROM reach r
    CROSS JOIN LATERAL ({_DOWN.format(at="r", held=_HELD, merged=_MERGED)}) x
)
SELECT department, entity FROM reach WHERE department <> entity AND (
    EXISTS (SELECT FROM parties_entity e WHERE e.id = entity AND e.kind = 'intermediary')
    OR EXISTS (SELECT FROM parties_declaration d WHERE d.entity_id = entity))
"""

# Contacts of the day, as a check compares them: digits of telephones, addresses without spaces, mail in
# small letters.
_CONTACTS = """
    SELECT c.entity_id AS id, nullif(regexp_replace(c.phone, '[^0-9]', '', 'g'), '') AS phone,
           nullif(regexp_replace(c.address, '\\s', '', 'g'), '') AS address,
           nullif(lower(c.email), '') AS email, c.account_digest AS account
    FROM parties_contactrecord c
    WHERE c.recorded @> %(known_at)s::timestamptz AND c.held @> %(on)s::date AND {whose}
"""
_SELLERS = """
    SELECT id FROM parties_entity WHERE kind = 'intermediary' UNION SELECT entity_id FROM parties_declaration
"""
# The departments themselves and all below them: whoever shares a telephone with one shares it with them.
_TOLD = f"""
{_ARMS}
SELECT department, entity FROM arms
WHERE EXISTS (SELECT FROM parties_contactrecord c WHERE c.entity_id = entity)
"""
_EQUAL = """
    SELECT a.department, s.id FROM bodies b JOIN sellers s ON s.{one} = b.{one} JOIN arms a ON a.entity = b.id
    WHERE s.id NOT IN (a.entity, a.department)
"""
_ALIKE = f"""
WITH arms AS MATERIALIZED (
    SELECT * FROM unnest(%(of)s::bigint[], %(arms)s::bigint[]) AS t (department, entity)
),
bodies AS MATERIALIZED ({_CONTACTS.format(whose="c.entity_id = ANY(%(arms)s)")}),
sellers AS MATERIALIZED ({_CONTACTS.format(whose=f"c.entity_id IN ({_SELLERS})")})
{" UNION ".join(_EQUAL.format(one=one) for one in ("phone", "address", "email", "account"))}
"""

# The planner takes recursive steps for millions of rows where there are a few hundred, and would hash every
# interest on record against them: each look-up on its index instead.
_BY_INDEX = ("enable_hashjoin", "enable_mergejoin", "enable_seqscan")


def candidates(departments: Sequence[int], *, on: dt.date, known_at: dt.datetime) -> list[tuple[int, int]]:
    """Keys (department, intermediary) of the pairs that an interest held on a day may join, as known at a
    moment; ordered, each once. Also those whose contact, address or account on that day is that of the
    department or of a body below it.
    """
    values: dict[str, Any] = {
        "departments": list(departments),
        "on": on,
        "since": years_before(on, LOOK_BACK),
        "known_at": known_at,
        "down": sorted(STRUCTURAL | CONTROL | BY_SHARE),
        "mutual": sorted(MUTUAL),
        "kin": KIN,
        "official": OFFICIAL,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        _set(cursor, "off")
        cursor.execute(_CANDIDATES, values)
        found = set(cursor.fetchall())
        cursor.execute(_TOLD, values)
        values["of"], values["arms"] = zip(*cursor.fetchall(), strict=True) if cursor.rowcount else ((), ())
        values |= {name: list(values[name]) for name in ("of", "arms")}
        _set(cursor, "on")
        cursor.execute(_ALIKE, values)
        found |= set(cursor.fetchall())
    return sorted((int(department), int(seller)) for department, seller in found)


def _set(cursor: Any, value: str) -> None:
    """For the rest of the transaction. Compiling (jit) costs more than it saves in either statement."""
    named = ", ".join(f"set_config('{name}', %s, true)" for name in _BY_INDEX)
    cursor.execute(f"SELECT {named}, set_config('jit', 'off', true)", [value] * len(_BY_INDEX))
