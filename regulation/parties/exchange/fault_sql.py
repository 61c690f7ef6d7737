"""What is found by the set, after judging_sql: code, severity, and the query (line, statement, where, value, other)."""
# ruff: noqa: E501

_AT = "line, statement_id"
FAULTS = (
    ("repeated", "warning", f"SELECT {_AT}, 'statementId', statement_id, first_line FROM st WHERE told = 'repeated' ORDER BY line"),
    ("repeated_differs", "error", f"SELECT {_AT}, 'statementId', statement_id, first_line FROM st WHERE told = 'repeated_differs' ORDER BY line"),
    ("changed_body", "error", f"SELECT {_AT}, 'statementId', statement_id, NULL FROM st WHERE told = 'changed_body' ORDER BY line"),
    ("older", "left_out", f"SELECT {_AT}, 'statementDate', statement_date::text, NULL FROM st WHERE told = 'older' ORDER BY line"),
    (
        "party_type_differs", "error",
        """SELECT st.line, st.statement_id, 'recordType', st.record_type, NULL FROM st JOIN party USING (record_id)
           LEFT JOIN parties_entity e ON e.id = party.entity_id
           WHERE st.told IS NULL AND e.kind IS DISTINCT FROM 'untold' AND ((st.record_type = 'entity' AND party.person_id IS NOT NULL)
                                   OR (st.record_type = 'person' AND party.entity_id IS NOT NULL)) ORDER BY 1""",
    ),
    (
        "told_now", "left_out",
        """SELECT st.line, st.statement_id, 'recordType', st.record_type, NULL FROM st JOIN party USING (record_id)
           JOIN parties_entity e ON e.id = party.entity_id JOIN parties_stagedrow s ON s.id = party.staged_id
           WHERE st.told IS NULL AND e.kind = 'untold' AND s.party_kind <> 'untold' ORDER BY 1""",
    ),
    (
        "unknown_region", "error",
        """SELECT s.line, s.statement_id, 'recordDetails.qinqing.region', s.region, NULL FROM st
           JOIN parties_stagedrow s ON s.of_id = %(of)s AND s.line = st.line
           LEFT JOIN parties_region r ON r.code = s.region
           WHERE s.region <> '' AND r.code IS NULL AND st.told IS NULL ORDER BY 1""",
    ),
    ("dangling", "error", f"SELECT {_AT}, 'recordDetails.interestedParty', holder_ref, NULL FROM rel WHERE NOT has_holder AND ordinal = 0 AND states ORDER BY line"),
    ("dangling", "error", f"SELECT {_AT}, 'recordDetails.subject', subject_ref, NULL FROM rel WHERE NOT has_subject AND ordinal = 0 AND states ORDER BY line"),
    ("wrong_party", "error", f"SELECT {_AT}, 'recordDetails.subject', subject_ref, NULL FROM rel WHERE subject_is_person AND kind <> 'closeKin' AND states ORDER BY line"),
    ("kin_of_two_people", "error", f"SELECT {_AT}, 'recordDetails.subject', subject_ref, NULL FROM rel WHERE kind = 'closeKin' AND has_holder AND has_subject AND NOT (coalesce(subject_is_person, false) AND coalesce(holder_is_person, false)) ORDER BY line"),
    ("nothing_to_close", "left_out", f"SELECT {_AT}, 'recordStatus', status, NULL FROM rel WHERE status = 'closed' AND NOT stands AND NOT states ORDER BY line"),
    ("not_on_record", "warning", f"SELECT {_AT}, 'recordStatus', status, NULL FROM rel WHERE status <> 'new' AND NOT stands AND states AND ordinal = 0 ORDER BY line"),
    ("stands_already", "warning", f"SELECT {_AT}, 'recordStatus', status, NULL FROM rel WHERE status = 'new' AND stands AND ordinal = 0 ORDER BY line"),
    (
        "name_differs", "error",
        """SELECT r.line, r.statement_id, 'recordDetails.qinqing.holderName', r.holder_name, coalesce(e.name, p.name, s.name)
           FROM rel r JOIN party h ON h.record_id = r.holder_ref
           LEFT JOIN parties_entity e ON e.id = h.entity_id LEFT JOIN parties_person p ON p.id = h.person_id
           LEFT JOIN parties_stagedrow s ON s.id = h.staged_id
           WHERE r.holder_name <> '' AND r.holder_name <> ALL (array_remove(ARRAY[e.name, p.name, s.name], NULL)) ORDER BY 1""",
    ),
    (
        "name_differs", "error",
        """SELECT r.line, r.statement_id, 'recordDetails.qinqing.subjectName', r.subject_name, coalesce(e.name, p.name, s.name)
           FROM rel r JOIN party h ON h.record_id = r.subject_ref
           LEFT JOIN parties_entity e ON e.id = h.entity_id LEFT JOIN parties_person p ON p.id = h.person_id
           LEFT JOIN parties_stagedrow s ON s.id = h.staged_id
           WHERE r.subject_name <> '' AND r.subject_name <> ALL (array_remove(ARRAY[e.name, p.name, s.name], NULL)) ORDER BY 1""",
    ),
    (
        "said_before", "warning",
        """SELECT st.line, st.statement_id, 'recordId', st.record_id, NULL FROM st
           WHERE st.told = 'unchanged' AND st.statement_id LIKE 'table-%%' AND EXISTS (
               SELECT FROM parties_bodsstatement b JOIN parties_bodsstatement later
                 ON later.record_id = b.record_id AND later.record_type = b.record_type AND later.id > b.id
               WHERE b.statement_id = st.statement_id) ORDER BY 1""",
    ),
    (
        "kept_as_on_record", "warning",
        """SELECT st.line, st.statement_id, 'recordDetails.name', s.name, NULL FROM st
           JOIN parties_stagedrow s ON s.of_id = %(of)s AND s.line = st.line
           LEFT JOIN parties_entity e ON e.id = st.own AND st.record_type = 'entity'
           LEFT JOIN parties_person p ON p.id = st.own AND st.record_type = 'person'
           WHERE st.told = 'unchanged' AND st.own IS NOT NULL AND st.record_type <> 'relationship'
             AND s.name <> coalesce(e.name, p.name) ORDER BY 1""",
    ),
    ("self_holding", "warning", f"SELECT {_AT}, 'recordDetails.interestedParty', holder_ref, NULL FROM rel WHERE holder_node = subject_node AND states ORDER BY line"),
    ("name_alone", "warning", f"SELECT {_AT}, 'recordDetails', NULL, NULL FROM rel WHERE tier = 'C' AND states AND ordinal = 0 AND has_holder AND has_subject ORDER BY line"),
    (
        "over_hundred", "warning",
        """WITH sums AS (
               SELECT subject_node, sum(share_min) AS total FROM (
                   SELECT subject_node, share_min FROM rel
                   WHERE kind = 'shareholding' AND states AND ("end" IS NULL OR "end" > %(today)s)
                     AND (start IS NULL OR start <= %(today)s)
                   UNION ALL
                   SELECT i.subject_id, i.share_min FROM parties_interest i
                   WHERE i.kind = 'shareholding' AND upper_inf(i.recorded) AND i.held @> %(today)s::date
                     AND i.subject_id IN (SELECT subject_node FROM rel WHERE subject_node > 0)
                     AND (i.record_id = '' OR i.record_id NOT IN (SELECT record_id FROM rel))
                     AND i.id NOT IN (SELECT own FROM rel WHERE own IS NOT NULL)
               ) held GROUP BY subject_node HAVING sum(share_min) > 100)
           SELECT min(rel.line), (array_agg(rel.statement_id ORDER BY rel.line))[1],
                  'recordDetails.interests[0].share', NULL, sums.total
           FROM rel JOIN sums USING (subject_node) WHERE rel.kind = 'shareholding'
           GROUP BY subject_node, sums.total ORDER BY 1""",
    ),
)  # fmt: skip
