"""The statements that judge an import by the set. `%(…)s` are given by judging.py."""
# ruff: noqa: E501

_STATEMENTS = """
CREATE TEMP TABLE st ON COMMIT DROP AS
WITH lines AS (
    SELECT DISTINCT ON (line) line, record_type, statement_id, record_id, status, statement_date, digest, own,
           holder_ref, subject_ref, declared_ref
    FROM parties_stagedrow WHERE of_id = %(of)s ORDER BY line, ordinal
), compared AS (
    SELECT l.*, b.digest AS known, first_value(l.line) OVER w AS first_line, first_value(l.digest) OVER w AS first_digest
    FROM lines l LEFT JOIN parties_bodsstatement b USING (statement_id)
    WINDOW w AS (PARTITION BY l.statement_id ORDER BY l.line)
), told AS (
    SELECT c.*, CASE
        WHEN line <> first_line AND digest <> first_digest THEN 'repeated_differs'
        WHEN line <> first_line THEN 'repeated'
        WHEN known <> digest THEN 'changed_body'
        WHEN known IS NOT NULL THEN 'unchanged' END AS told
    FROM compared c
), latest AS (
    SELECT record_id, max(statement_date) AS dated FROM parties_bodsstatement
    WHERE record_id IN (SELECT record_id FROM lines) GROUP BY record_id
), ranked AS (
    SELECT t.*, latest.dated, row_number() OVER v AS rank, first_value(t.line) OVER v AS last_line
    FROM told t LEFT JOIN latest USING (record_id)
    WINDOW v AS (PARTITION BY t.record_id, t.record_type = 'relationship', t.told IS NULL
                 ORDER BY coalesce(t.statement_date, '-infinity'::date) DESC, t.line DESC)
)
SELECT line, record_type, statement_id, record_id, status, statement_date, digest, own, holder_ref, subject_ref,
       declared_ref, first_line, CASE
           WHEN told IS NOT NULL THEN told
           WHEN statement_date < dated THEN 'older'
           WHEN rank > 1 AND line > last_line THEN 'older'
           WHEN rank > 1 THEN 'superseded' END AS told
FROM ranked
"""

# What one of our own rows says of itself, sent back to us, changes nothing.
_OWN = """
UPDATE st SET told = CASE WHEN i.id IS NOT NULL THEN 'unchanged' WHEN NOT upper_inf(found.recorded) THEN 'older'
                          WHEN st.status = 'new' THEN 'changed_body' END
FROM st AS same JOIN parties_interest found ON found.id = same.own
LEFT JOIN LATERAL (
    SELECT i.id FROM parties_interest i JOIN parties_stagedrow s ON s.of_id = %(of)s AND s.line = same.line
    WHERE i.id = same.own AND upper_inf(i.recorded) AND s.status <> 'closed'
      AND i.kind = s.kind AND i.share_min IS NOT DISTINCT FROM s.share_min
      AND i.share_max IS NOT DISTINCT FROM s.share_max AND i.post = s.post AND i.rank = s.rank
      AND lower(i.held) IS NOT DISTINCT FROM s.start AND upper(i.held) IS NOT DISTINCT FROM s."end"
      AND i.source = s.source AND i.source_url = s.source_url
      AND (right(same.holder_ref, 12) = lpad(coalesce(i.holder_entity_id, i.holder_person_id)::text, 12, '0')
        OR (same.holder_ref LIKE 'untold-%%' AND EXISTS (
            SELECT FROM parties_entity e WHERE e.id = i.holder_entity_id AND e.record_id LIKE 'untold-%%')))
      AND right(same.subject_ref, 12) = lpad(coalesce(i.subject_id, i.subject_person_id)::text, 12, '0')
) i ON true
WHERE st.line = same.line AND st.record_type = 'relationship' AND st.told IS NULL
"""
_OWN_PARTIES = """
UPDATE st SET told = 'unchanged'
WHERE told IS NULL AND own IS NOT NULL
  AND ((record_type = 'entity' AND EXISTS (SELECT FROM parties_entity e WHERE e.id = st.own))
    OR (record_type = 'person' AND EXISTS (SELECT FROM parties_person p WHERE p.id = st.own)))
"""

_PARTIES = """
CREATE TEMP TABLE party ON COMMIT DROP AS
WITH named AS (
    SELECT record_id FROM st WHERE record_type <> 'relationship' AND (told IS NULL OR told = 'unchanged')
    UNION SELECT holder_ref FROM st WHERE record_type = 'relationship' AND told IS NULL
    UNION SELECT subject_ref FROM st WHERE record_type = 'relationship' AND told IS NULL
    UNION SELECT declared_ref FROM st WHERE record_type = 'relationship' AND told IS NULL
), said AS (
    SELECT n.record_id, s.id AS staged_id, s.record_type, s.status, s.identity_digest,
           coalesce(nullif(s.credit_code, ''), substring(n.record_id from '^qinqing-uscc-(.*)$')) AS credit_code,
           CASE WHEN n.record_id ~ %(entity)s THEN right(n.record_id, 12)::bigint END AS own_entity,
           CASE WHEN n.record_id ~ %(person)s THEN right(n.record_id, 12)::bigint END AS own_person
    FROM named n
    LEFT JOIN st ON st.record_id = n.record_id AND st.told IS NULL AND st.record_type <> 'relationship'
    LEFT JOIN parties_stagedrow s ON s.of_id = %(of)s AND s.line = st.line
    WHERE n.record_id <> ''
)
SELECT said.record_id, said.staged_id, said.record_type, said.status, said.identity_digest,
       coalesce(eo.id, pr.entity_id, er.id, ec.id) AS entity_id,
       coalesce(po.id, pr.person_id, pp.id, pd.id) AS person_id,
       eo.id IS NOT NULL OR po.id IS NOT NULL AS is_own,
       pr.id IS NOT NULL OR er.id IS NOT NULL OR pp.id IS NOT NULL AS by_record, pr.id IS NOT NULL AS is_mapped,
       NULL::text AS fresh, NULL::bigint AS node, NULL::text AS tier, false AS changes
FROM said
LEFT JOIN parties_entity eo ON eo.id = said.own_entity
LEFT JOIN parties_person po ON po.id = said.own_person
LEFT JOIN parties_partyrecord pr ON pr.record_id = said.record_id
LEFT JOIN parties_entity er ON er.record_id = said.record_id
LEFT JOIN parties_person pp ON pp.record_id = said.record_id
LEFT JOIN parties_entity ec ON ec.credit_code = said.credit_code AND coalesce(said.record_type, 'entity') = 'entity'
LEFT JOIN parties_person pd ON pd.identity_digest = said.identity_digest AND said.record_type = 'person'
"""

# A name and at least two attributes that agree with one record alone (tier B).
_ALIKE_ENTITIES = """
UPDATE party SET entity_id = alike.id FROM (
    SELECT party.record_id, min(e.id) AS id
    FROM party JOIN parties_stagedrow s ON s.id = party.staged_id JOIN parties_entity e ON e.name = s.name
    WHERE party.entity_id IS NULL AND party.person_id IS NULL AND s.record_type = 'entity' AND s.credit_code = ''
      AND (s.address <> '' AND e.address = s.address)::int + (s.phone <> '' AND e.phone = s.phone)::int
        + (s.region <> '' AND e.region_id = s.region)::int >= 2
    GROUP BY party.record_id HAVING count(*) = 1
) alike WHERE alike.record_id = party.record_id
"""
_ALIKE_PEOPLE = """
UPDATE party SET person_id = alike.id FROM (
    SELECT party.record_id, min(p.id) AS id
    FROM party JOIN parties_stagedrow s ON s.id = party.staged_id JOIN parties_person p ON p.name = s.name
    WHERE party.entity_id IS NULL AND party.person_id IS NULL AND s.record_type = 'person'
      AND s.identity_digest IS NULL AND s.birth_month <> '' AND p.birth_month = s.birth_month
      AND s.address <> '' AND p.address = s.address
    GROUP BY party.record_id HAVING count(*) = 1
) alike WHERE alike.record_id = party.record_id
"""
_FRESH = """
UPDATE party SET fresh = CASE WHEN s.record_type = 'entity' OR s.party_kind = 'untold' THEN 'e:' || coalesce(nullif(s.credit_code, ''), party.record_id)
    ELSE 'p:' || coalesce(encode(s.identity_digest, 'hex'), party.record_id) END
FROM parties_stagedrow s
WHERE s.id = party.staged_id AND party.entity_id IS NULL AND party.person_id IS NULL
"""
# Somebody holds it, and the statement does not say who.
_UNTOLD = """
UPDATE party SET fresh = 'e:' || record_id WHERE record_id LIKE 'untold-%%' AND entity_id IS NULL
"""
# A party that a row names by its credit code, where the file itself brings the entity.
_BY_CODE = """
UPDATE party SET fresh = made.fresh FROM party made
WHERE party.record_id LIKE 'qinqing-uscc-%%' AND party.staged_id IS NULL AND party.entity_id IS NULL
  AND made.staged_id IS NOT NULL AND made.fresh = 'e:' || substr(party.record_id, 14)
"""
_NODES = """
UPDATE party SET node = coalesce(party.entity_id, -n.place)
FROM (SELECT record_id, dense_rank() OVER (ORDER BY fresh) AS place FROM party) n
WHERE n.record_id = party.record_id AND (party.entity_id IS NOT NULL OR party.fresh LIKE 'e:%%')
"""
_TIERS = """
UPDATE party SET tier = CASE
    WHEN party.is_own OR party.record_id LIKE 'qinqing-uscc-%%' OR party.record_id LIKE 'untold-%%'
      OR e.kind = 'untold' OR s.party_kind = 'untold' OR e.credit_code IS NOT NULL OR p.identity_digest IS NOT NULL
      OR (party.fresh IS NOT NULL AND (s.credit_code <> '' OR s.identity_digest IS NOT NULL)) THEN 'A'
    WHEN e.id IS NOT NULL AND (e.address <> '')::int + (e.phone <> '')::int + (e.region_id IS NOT NULL)::int >= 2
      THEN 'B'
    WHEN p.id IS NOT NULL AND p.birth_month <> '' AND p.address <> '' THEN 'B'
    WHEN party.fresh IS NOT NULL AND (s.address <> '')::int + (s.phone <> '')::int + (s.region <> '')::int
       + (s.birth_month <> '')::int >= 2 THEN 'B'
    ELSE 'C' END
FROM party same
LEFT JOIN parties_entity e ON e.id = same.entity_id
LEFT JOIN parties_person p ON p.id = same.person_id
LEFT JOIN parties_stagedrow s ON s.id = same.staged_id
WHERE same.record_id = party.record_id
"""
# What a publisher says anew of a record that is its own. Whom others put on record is never altered.
_CHANGES = """
UPDATE party SET changes = true FROM parties_stagedrow s
LEFT JOIN parties_entity e ON e.record_id = s.record_id AND s.record_type = 'entity'
LEFT JOIN parties_person p ON p.record_id = s.record_id AND s.record_type = 'person'
WHERE s.id = party.staged_id AND party.by_record AND party.status = 'updated' AND (
    (e.id = party.entity_id AND (s.name <> e.name OR (s.address <> '' AND s.address <> e.address)
        OR (s.phone <> '' AND s.phone <> e.phone) OR (s.region <> '' AND s.region IS DISTINCT FROM e.region_id)))
    OR (p.id = party.person_id AND (left(s.name, 100) <> p.name OR (s.address <> '' AND s.address <> p.address)
        OR (s.birth_month <> '' AND s.birth_month <> p.birth_month))))
"""
_RELATIONS = """
CREATE TEMP TABLE rel ON COMMIT DROP AS
SELECT s.id, s.line, s.ordinal, s.statement_id, s.record_id, s.status, s.own, s.kind, s.holder_name, s.subject_name, s.share_min, s.share_max,
       s.start, s."end", s.holder_ref, s.subject_ref, st.digest, old.record_id IS NOT NULL AS stands,
       h.record_id IS NOT NULL AND (h.entity_id IS NOT NULL OR h.person_id IS NOT NULL OR h.fresh IS NOT NULL) AS has_holder,
       b.record_id IS NOT NULL AND (b.entity_id IS NOT NULL OR b.person_id IS NOT NULL OR b.fresh IS NOT NULL) AS has_subject,
       h.person_id IS NOT NULL OR h.fresh LIKE 'p:%%' AS holder_is_person,
       b.person_id IS NOT NULL OR b.fresh LIKE 'p:%%' AS subject_is_person,
       h.node AS holder_node, b.node AS subject_node, greatest(h.tier, b.tier) AS tier,
       s.kind <> '' AND (s.status <> 'closed' OR s."end" IS NOT NULL) AS states
FROM st JOIN parties_stagedrow s ON s.of_id = %(of)s AND s.line = st.line
LEFT JOIN party h ON h.record_id = s.holder_ref
LEFT JOIN party b ON b.record_id = s.subject_ref
LEFT JOIN LATERAL (
    SELECT i.record_id FROM parties_interest i
    WHERE upper_inf(i.recorded) AND ((i.record_id <> '' AND i.record_id = s.record_id) OR i.id = s.own) LIMIT 1
) old ON true
WHERE st.record_type = 'relationship' AND st.told IS NULL
"""

PREPARE = (
    "DROP TABLE IF EXISTS st, party, rel",
    _STATEMENTS,
    "CREATE INDEX ON st (line)",
    "ANALYZE st",
    _OWN,
    _OWN_PARTIES,
    _PARTIES,
    "CREATE UNIQUE INDEX ON party (record_id)",
    "ANALYZE party",
    _ALIKE_ENTITIES,
    _ALIKE_PEOPLE,
    _FRESH,
    _BY_CODE,
    _UNTOLD,
    _NODES,
    _TIERS,
    _CHANGES,
    "ANALYZE party",
    _RELATIONS,
    "ANALYZE rel",
)

# The edges of the file, and of the record between parties that the file names.
EDGES = """
SELECT holder_node, subject_node FROM rel WHERE states AND holder_node IS NOT NULL AND subject_node IS NOT NULL
  AND kind IN ('shareholding', 'votingRights', 'otherInfluenceOrControl', 'setUp', 'affiliation')
UNION ALL
SELECT i.holder_entity_id, i.subject_id FROM parties_interest i
JOIN party h ON h.node = i.holder_entity_id JOIN party s ON s.node = i.subject_id
WHERE upper_inf(i.recorded) AND (i.record_id = '' OR i.record_id NOT IN (SELECT record_id FROM rel))
  AND i.kind IN ('shareholding', 'votingRights', 'otherInfluenceOrControl', 'setUp', 'affiliation')
"""
ON_CYCLE = """
SELECT line, statement_id, holder_node, subject_node FROM rel
WHERE states AND holder_node = ANY(%(nodes)s) AND subject_node = ANY(%(nodes)s) ORDER BY line
"""
COUNTS = """
SELECT (SELECT count(DISTINCT fresh) FROM party), (SELECT count(*) FROM party WHERE changes), (SELECT count(*) FROM rel WHERE states),
       (SELECT count(*) FROM parties_interest i WHERE upper_inf(recorded) AND
            ((record_id <> '' AND record_id IN (SELECT record_id FROM rel)) OR id IN (SELECT own FROM rel))),
       (SELECT count(*) FROM st WHERE told = 'unchanged')
"""
DIGESTS = (
    """SELECT sha256(convert_to(string_agg(concat_ws('|', line, told, statement_id, encode(digest, 'hex')), E'\n'
       ORDER BY line), 'UTF8')) FROM st GROUP BY line / 1000 ORDER BY line / 1000""",
    """SELECT sha256(convert_to(string_agg(concat_ws('|', line, ordinal, holder_node, subject_node, tier, stands, states),
       E'\n' ORDER BY line, ordinal), 'UTF8')) FROM rel GROUP BY line / 1000 ORDER BY line / 1000""",
    """SELECT sha256(convert_to(string_agg(concat_ws('|', record_id, entity_id, person_id, fresh, tier, changes), E'\n'
       ORDER BY record_id), 'UTF8')) FROM party GROUP BY hashtext(record_id) %% 1000
       ORDER BY hashtext(record_id) %% 1000""".replace("%%", "%"),
)
