"""The statements that write an import by the set, after those that judge it. `%(…)s` are given by writing.py."""
# ruff: noqa: E501

_FRESH_ENTITIES = """
WITH made AS (
    SELECT DISTINCT ON (party.fresh) party.fresh, party.record_id, party.staged_id FROM party
    WHERE party.fresh LIKE 'e:%%' ORDER BY party.fresh, party.staged_id
), numbered AS (
    SELECT made.*, nextval(pg_get_serial_sequence('parties_entity', 'id')) AS id FROM made
), reasons AS (
    SELECT rel.holder_ref, min(s.name) AS reason FROM rel JOIN parties_stagedrow s ON s.id = rel.id
    WHERE rel.holder_ref LIKE 'untold-%%' GROUP BY 1
), written AS (
    INSERT INTO parties_entity (id, kind, name, name_en, credit_code, region_id, address, phone, email,
                                is_state_owned, record_id, pinyin, is_invented, source)
    SELECT n.id, coalesce(nullif(s.party_kind, ''), 'untold'), coalesce(s.name, '未告知的持有人'),
           CASE WHEN s.id IS NULL THEN 'Holder not told' ELSE '' END, nullif(s.credit_code, ''), nullif(s.region, ''),
           coalesce(s.address, ''), coalesce(s.phone, ''), '', false, n.record_id,
           coalesce(s.pinyin, 'weigaozhidechiyouren'), coalesce(s.is_invented, false),
           left(%(source)s, 200) || coalesce(' · reason: ' || r.reason, '')
    FROM numbered n LEFT JOIN parties_stagedrow s ON s.id = n.staged_id
    LEFT JOIN reasons r ON r.holder_ref = n.record_id
)
UPDATE party SET entity_id = numbered.id FROM numbered WHERE numbered.fresh = party.fresh
"""
_FRESH_PEOPLE = """
WITH made AS (
    SELECT DISTINCT ON (party.fresh) party.fresh, party.record_id, party.staged_id FROM party
    WHERE party.fresh LIKE 'p:%%' ORDER BY party.fresh, party.staged_id
), numbered AS (
    SELECT made.*, nextval(pg_get_serial_sequence('parties_person', 'id')) AS id FROM made
), written AS (
    INSERT INTO parties_person (id, name, identity_digest, birth_month, address, record_id, is_invented, source)
    SELECT n.id, left(s.name, 100), s.identity_digest, s.birth_month, s.address, n.record_id, s.is_invented, %(source)s
    FROM numbered n JOIN parties_stagedrow s ON s.id = n.staged_id
)
UPDATE party SET person_id = numbered.id FROM numbered WHERE numbered.fresh = party.fresh
"""
_RECORDS = """
INSERT INTO parties_partyrecord (record_id, entity_id, person_id)
SELECT record_id, entity_id, person_id FROM party
WHERE (staged_id IS NOT NULL OR record_id LIKE 'untold-%%') AND NOT is_own AND NOT is_mapped
"""
_UPDATED = """
UPDATE parties_entity e SET name = s.name, pinyin = s.pinyin,
       address = coalesce(nullif(s.address, ''), e.address), phone = coalesce(nullif(s.phone, ''), e.phone),
       region_id = coalesce(nullif(s.region, ''), e.region_id)
FROM party JOIN parties_stagedrow s ON s.id = party.staged_id
WHERE e.id = party.entity_id AND party.changes
"""
_UPDATED_PEOPLE = """
UPDATE parties_person p SET name = left(s.name, 100), address = coalesce(nullif(s.address, ''), p.address),
       birth_month = coalesce(nullif(s.birth_month, ''), p.birth_month)
FROM party JOIN parties_stagedrow s ON s.id = party.staged_id
WHERE p.id = party.person_id AND party.changes
"""
_CLOSE = """
UPDATE parties_interest SET recorded = tstzrange(lower(recorded), greatest(%(at)s, lower(recorded)))
WHERE upper_inf(recorded)
  AND ((record_id <> '' AND record_id IN (SELECT record_id FROM rel)) OR id IN (SELECT own FROM rel WHERE own IS NOT NULL))
"""
_STATE = """
INSERT INTO parties_interest (holder_entity_id, holder_person_id, subject_id, subject_person_id, kind, share_min,
    share_max, post, rank, held, recorded, tier, source, source_url, declared_by_id, statement_id, record_id, ordinal,
    is_invented)
SELECT h.entity_id, h.person_id, b.entity_id, b.person_id, s.kind, s.share_min, s.share_max, s.post, s.rank,
       daterange(s.start, s."end"), tstzrange(%(at)s, NULL), rel.tier, s.source, s.source_url, d.entity_id,
       s.statement_id, s.record_id, s.ordinal, s.is_invented
FROM rel JOIN parties_stagedrow s ON s.id = rel.id
JOIN party h ON h.record_id = s.holder_ref JOIN party b ON b.record_id = s.subject_ref
LEFT JOIN party d ON d.record_id = s.declared_ref
WHERE rel.states ORDER BY s.line, s.ordinal
"""
_REMEMBER = """
INSERT INTO parties_bodsstatement (statement_id, record_id, record_type, statement_date, digest, of_id)
SELECT statement_id, record_id, record_type, statement_date, digest, %(of)s FROM st
WHERE told IS NULL OR told IN ('older', 'superseded')
"""
WRITE = (
    _FRESH_ENTITIES,
    _FRESH_PEOPLE,
    "ANALYZE party",
    _RECORDS,
    _UPDATED,
    _UPDATED_PEOPLE,
    _CLOSE,
    _STATE,
    _REMEMBER,
)
