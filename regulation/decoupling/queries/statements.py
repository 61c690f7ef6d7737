"""What the gate asks the database, in PostgreSQL's own words.

Each statement has two readings: `{stands}` and `{same}` are what the record states now, which the partial
indexes are for, or what it stated at %(known_at)s. The planner takes a recursive query for thousands of rows
and would hash whole tables against the few it finds: OFFSET 0 keeps each look-up an index's.
"""

STANDS = ("upper_inf(i.recorded) AND i.tier <> 'C'", "upper_inf(s.recorded) AND s.tier <> 'C'")
KNOWN = tuple(f"{of}.recorded @> %(known_at)s::timestamptz AND {of}.tier <> 'C'" for of in "is")

_LINE = """
SELECT i.id, i.kind, lower(i.held), upper(i.held), i.share_min, i.share_max, i.source, i.tier, i.is_invented,
       i.rank, i.post,
       h.id, h.name, h.kind, h.is_state_owned, p.id, p.name,
       e.id, e.name, e.kind, e.is_state_owned, q.id, q.name
FROM ({found}) i
LEFT JOIN LATERAL (SELECT * FROM parties_entity x WHERE x.id = i.holder_entity_id OFFSET 0) h ON true
LEFT JOIN LATERAL (SELECT * FROM parties_person x WHERE x.id = i.holder_person_id OFFSET 0) p ON true
LEFT JOIN LATERAL (SELECT * FROM parties_entity x WHERE x.id = i.subject_id OFFSET 0) e ON true
LEFT JOIN LATERAL (SELECT * FROM parties_person x WHERE x.id = i.subject_person_id OFFSET 0) q ON true
LIMIT %(cap)s
"""
_ONE = """
    SELECT x.key FROM {of} o CROSS JOIN LATERAL (
        SELECT s.other_{sort}_id AS key FROM parties_same s WHERE s.{sort}_id = o.key AND {{same}}
        UNION ALL
        SELECT s.{sort}_id FROM parties_same s WHERE s.other_{sort}_id = o.key AND {{same}}
    ) x
"""

# Every entity above the roots; with `people`, who has or lately had something in one that is no department;
# and what the roots and the associations among them share, told from their side.
UPWARD = """
WITH RECURSIVE above (key) AS (
    SELECT unnest(%(roots)s::bigint[])
    UNION
    SELECT x.key FROM above a CROSS JOIN LATERAL (
        SELECT i.holder_entity_id AS key FROM parties_interest i
        WHERE i.subject_id = a.key AND i.holder_entity_id IS NOT NULL AND {stands}
          AND i.held @> %(on)s::date
        UNION ALL
        SELECT s.other_entity_id FROM parties_same s WHERE s.entity_id = a.key AND {same}
        UNION ALL
        SELECT s.entity_id FROM parties_same s WHERE s.other_entity_id = a.key AND {same}
    ) x
)
""" + _LINE.replace(
    "{found}",
    """
    SELECT i.* FROM above a CROSS JOIN LATERAL (
        SELECT i.* FROM parties_interest i WHERE i.subject_id = a.key AND {stands}
          AND (i.holder_entity_id IS NOT NULL AND i.held @> %(on)s::date
               OR %(people)s AND i.holder_person_id IS NOT NULL
                  AND i.held && daterange(%(since)s::date, %(on)s::date, '[]')
                  AND (SELECT kind FROM parties_entity WHERE id = a.key) <> 'department') OFFSET 0
    ) i
    UNION ALL
    SELECT i.* FROM above a CROSS JOIN LATERAL (
        SELECT i.* FROM parties_interest i WHERE i.holder_entity_id = a.key AND i.kind = ANY(%(mutual)s)
          AND {stands} AND i.held @> %(on)s::date
          AND (a.key = ANY(%(roots)s)
               OR (SELECT kind FROM parties_entity WHERE id = a.key) = 'industry_association') OFFSET 0
    ) i
""",
)

# The people given and whoever is one with them; their close kin; where all of these have or had something.
PEOPLE = (
    "WITH RECURSIVE one (key) AS (SELECT unnest(%(people)s::bigint[]) UNION"
    + _ONE.format(of="one", sort="person")
    + """), kin AS MATERIALIZED (
    SELECT i.id, i.holder_person_id, i.subject_person_id FROM one JOIN parties_interest i
        ON i.holder_person_id = one.key WHERE i.kind = 'closeKin' AND {stands} AND i.held @> %(on)s::date
    UNION ALL
    SELECT i.id, i.holder_person_id, i.subject_person_id FROM one JOIN parties_interest i
        ON i.subject_person_id = one.key WHERE {stands} AND i.held @> %(on)s::date
), every (key) AS (
    SELECT key FROM (SELECT key FROM one UNION SELECT holder_person_id FROM kin
                     UNION SELECT subject_person_id FROM kin) begun
    UNION"""
    + _ONE.format(of="every", sort="person")
    + ")"
    + _LINE.replace(
        "{found}",
        """
    SELECT i.* FROM kin JOIN parties_interest i ON i.id = kin.id
    UNION ALL
    SELECT i.* FROM every CROSS JOIN LATERAL (
        SELECT i.* FROM parties_interest i WHERE i.holder_person_id = every.key AND i.subject_id IS NOT NULL
          AND {stands} AND i.held && daterange(%(since)s::date, %(on)s::date, '[]') OFFSET 0
    ) i
""",
    )
)

# Who is one with whom among those read, and those between them.
SAME = (
    "WITH RECURSIVE bodies (key) AS (SELECT unnest(%(entities)s::bigint[]) UNION"
    + _ONE.format(of="bodies", sort="entity")
    + "), people (key) AS (SELECT unnest(%(people)s::bigint[]) UNION"
    + _ONE.format(of="people", sort="person")
    + """)
SELECT 'entity', s.entity_id, s.other_entity_id FROM bodies JOIN parties_same s ON s.entity_id = bodies.key
WHERE {same}
UNION ALL
SELECT 'person', s.person_id, s.other_person_id FROM people JOIN parties_same s ON s.person_id = people.key
WHERE {same}
"""
)
ATTRIBUTES = """
SELECT id, address, phone, lower(email), encode(account_digest, 'hex') FROM parties_entity
WHERE id = ANY(%(entities)s)
"""
