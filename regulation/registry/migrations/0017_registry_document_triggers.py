from django.db import migrations

# A string body makes no dependency: columns read here may still be altered by later migrations.
SOURCE = """
CREATE FUNCTION registry_documents_of(wanted_kind text, wanted bigint[]) RETURNS TABLE (
    kind text, object_id bigint, ref text, title text, title_en text, names text, body text,
    region_id text, department_id bigint, necessity text, level text, in_force daterange
) LANGUAGE sql STABLE AS $$
    SELECT 'approvals', a.id, a.ref, a.name, a.name_en,
        concat_ws(E'\\n', a.name, nullif(a.name_en, ''), nullif(a.pinyin, ''), nullif(a.initials, ''), a.code),
        CASE WHEN a.main_item = a.name THEN '' ELSE a.main_item END,
        a.region_id, a.department_id, '', '', NULL::daterange
    FROM registry_approval a WHERE wanted_kind = 'approvals' AND a.id IN (SELECT unnest(wanted))
    UNION ALL
    SELECT 'services', s.id, s.code, s.name, s.name_en,
        concat_ws(E'\\n', s.name, nullif(s.name_en, ''), nullif(s.pinyin, ''), nullif(s.initials, ''), s.code),
        concat_ws(E'\\n', nullif(s.category, ''), nullif(s.category_en, ''), nullif(s.description, ''),
            nullif(s.description_en, '')),
        NULL, NULL, '', '', NULL
    FROM registry_service s WHERE wanted_kind = 'services' AND s.id IN (SELECT unnest(wanted))
    UNION ALL
    SELECT 'rulings', r.id, r.id::text, concat_ws(' · ', s.name, g.name, a.name),
        concat_ws(' · ', coalesce(nullif(s.name_en, ''), s.name), coalesce(nullif(g.name_en, ''), g.name),
            coalesce(nullif(a.name_en, ''), a.name)),
        concat_ws(E'\\n', concat_ws(' · ', s.name, g.name, a.name),
            concat_ws(' · ', coalesce(nullif(s.name_en, ''), s.name), coalesce(nullif(g.name_en, ''), g.name),
                coalesce(nullif(a.name_en, ''), a.name)),
            nullif(s.pinyin, ''), nullif(s.initials, ''), nullif(a.pinyin, ''), nullif(a.initials, '')),
        concat_ws(E'\\n', nullif(r.reason, ''), nullif(r.reason_en, ''), nullif(r.conditions, ''),
            nullif(r.conditions_en, ''), nullif(r.follow_up, ''), nullif(r.follow_up_en, ''),
            nullif(r.risk, ''), nullif(r.risk_en, ''), nullif(r.note, ''), nullif(r.note_en, '')),
        r.region_id, a.department_id, r.necessity, '', r.in_force
    FROM registry_ruling r JOIN registry_service s ON s.id = r.service_id
        JOIN parties_region g ON g.code = r.region_id LEFT JOIN registry_approval a ON a.id = r.approval_id
    WHERE wanted_kind = 'rulings' AND r.id IN (SELECT unnest(wanted))
        AND r.published_at IS NOT NULL AND upper_inf(r.recorded)
    UNION ALL
    SELECT 'provisions', p.id, p.ref, '《' || i.title || '》' || p.article,
        CASE WHEN i.title_en = '' THEN '' ELSE i.title_en || ', ' || coalesce('art. ' || n.number, p.article) END,
        concat_ws(E'\\n', '《' || i.title || '》' || p.article,
            nullif(i.title_en || coalesce(', art. ' || n.number, ''), ''), nullif(i.pinyin, ''),
            nullif(i.initials, ''), nullif(i.number, ''),
            '第' || n.number || '条 art. ' || n.number || ' art.' || n.number || ' article ' || n.number),
        concat_ws(E'\\n', p.summary, nullif(p.summary_en, '')),
        i.region_id, NULL, '', p.level, coalesce(p.in_force, i.in_force)
    FROM registry_provision p JOIN registry_instrument i ON i.id = p.instrument_id,
        LATERAL (SELECT CASE WHEN p.article_order > 0 AND p.article ~ '^第.+条' THEN p.article_order::text END
                 AS number) n
    WHERE wanted_kind = 'provisions' AND p.id IN (SELECT unnest(wanted))
    UNION ALL
    SELECT 'laws', i.id, i.ref, i.title, i.title_en,
        concat_ws(E'\\n', i.title, nullif(i.title_en, ''), nullif(i.pinyin, ''), nullif(i.initials, ''),
            nullif(i.number, '')),
        i.issuer, i.region_id, NULL, '', i.level, i.in_force
    FROM registry_instrument i WHERE wanted_kind = 'laws' AND i.id IN (SELECT unnest(wanted))
$$;
"""

REFRESH = """
CREATE FUNCTION registry_refresh_documents(wanted_kind text, wanted bigint[]) RETURNS bigint
LANGUAGE plpgsql AS $$
    DECLARE changed bigint;
    BEGIN
        WITH fresh AS MATERIALIZED (
            SELECT * FROM registry_documents_of(wanted_kind, wanted)
        ), gone AS (
            DELETE FROM registry_document d WHERE d.kind = wanted_kind
                AND d.object_id IN (SELECT unnest(wanted))
                AND NOT EXISTS (SELECT 1 FROM fresh f WHERE f.object_id = d.object_id)
            RETURNING 1
        ), put AS (
            INSERT INTO registry_document AS d (kind, object_id, ref, title, title_en, names, body, region_id,
                department_id, necessity, level, in_force)
            SELECT * FROM fresh ORDER BY fresh.object_id
            ON CONFLICT (kind, object_id) DO UPDATE SET ref = excluded.ref, title = excluded.title,
                title_en = excluded.title_en, names = excluded.names, body = excluded.body,
                region_id = excluded.region_id, department_id = excluded.department_id,
                necessity = excluded.necessity, level = excluded.level, in_force = excluded.in_force
            WHERE (d.ref, d.title, d.title_en, d.names, d.body, d.region_id, d.department_id, d.necessity,
                   d.level, d.in_force)
                IS DISTINCT FROM (excluded.ref, excluded.title, excluded.title_en, excluded.names, excluded.body,
                   excluded.region_id, excluded.department_id, excluded.necessity, excluded.level,
                   excluded.in_force)
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put) INTO changed;
        RETURN changed;
    END;
$$;
"""

# Rulings and provisions repeat names of other rows. Who writes one holds the lock of its kind shared; who
# renames takes it alone, after the row itself: so neither overlooks what the other has not yet committed.
WRITTEN = """
CREATE FUNCTION registry_document_written() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE ids bigint[];
    BEGIN
        IF TG_OP = 'INSERT' THEN
            SELECT array_agg(id) INTO ids FROM new_rows;
        ELSIF TG_OP = 'DELETE' THEN
            SELECT array_agg(id) INTO ids FROM old_rows;
        ELSE
            SELECT array_agg(id) INTO ids FROM (SELECT id FROM new_rows UNION SELECT id FROM old_rows) both_rows;
        END IF;
        IF ids IS NULL THEN
            RETURN NULL;
        END IF;
        IF TG_ARGV[0] IN ('rulings', 'provisions') THEN
            PERFORM pg_advisory_xact_lock_shared(hashtext('registry_document'), hashtext(TG_ARGV[0]));
        END IF;
        PERFORM registry_refresh_documents(TG_ARGV[0], ids);
        RETURN NULL;
    END;
$$;

CREATE FUNCTION registry_document_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        dependent text := CASE TG_TABLE_NAME WHEN 'registry_instrument' THEN 'provisions' ELSE 'rulings' END;
        ids bigint[];
        codes text[];
    BEGIN
        IF TG_TABLE_NAME = 'registry_service' THEN
            SELECT array_agg(n.id) INTO ids FROM new_rows n JOIN old_rows o ON o.id = n.id
            WHERE (n.name, n.name_en, n.pinyin, n.initials) IS DISTINCT FROM (o.name, o.name_en, o.pinyin, o.initials);
        ELSIF TG_TABLE_NAME = 'registry_approval' THEN
            SELECT array_agg(n.id) INTO ids FROM new_rows n JOIN old_rows o ON o.id = n.id
            WHERE (n.name, n.name_en, n.pinyin, n.initials, n.department_id)
                IS DISTINCT FROM (o.name, o.name_en, o.pinyin, o.initials, o.department_id);
        ELSIF TG_TABLE_NAME = 'registry_instrument' THEN
            SELECT array_agg(n.id) INTO ids FROM new_rows n JOIN old_rows o ON o.id = n.id
            WHERE (n.title, n.title_en, n.pinyin, n.initials, n.number, n.region_id, n.in_force)
                IS DISTINCT FROM (o.title, o.title_en, o.pinyin, o.initials, o.number, o.region_id, o.in_force);
        ELSE
            SELECT array_agg(n.code) INTO codes FROM new_rows n JOIN old_rows o ON o.code = n.code
            WHERE (n.name, n.name_en) IS DISTINCT FROM (o.name, o.name_en);
        END IF;
        IF ids IS NULL AND codes IS NULL THEN
            RETURN NULL;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtext('registry_document'), hashtext(dependent));
        IF TG_TABLE_NAME = 'registry_service' THEN
            SELECT array_agg(id) INTO ids FROM registry_ruling WHERE service_id IN (SELECT unnest(ids));
        ELSIF TG_TABLE_NAME = 'registry_approval' THEN
            SELECT array_agg(id) INTO ids FROM registry_ruling WHERE approval_id IN (SELECT unnest(ids));
        ELSIF TG_TABLE_NAME = 'registry_instrument' THEN
            SELECT array_agg(id) INTO ids FROM registry_provision WHERE instrument_id IN (SELECT unnest(ids));
        ELSE
            SELECT array_agg(id) INTO ids FROM registry_ruling WHERE region_id IN (SELECT unnest(codes));
        END IF;
        PERFORM registry_refresh_documents(dependent, ids);
        RETURN NULL;
    END;
$$;

CREATE FUNCTION registry_document_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM registry_document WHERE kind = TG_ARGV[0];
        RETURN NULL;
    END;
$$;
"""

COUNTED = """
CREATE FUNCTION registry_document_counted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            DELETE FROM registry_documentcell;
        ELSIF TG_OP = 'INSERT' THEN
            INSERT INTO registry_documentcell (kind, region_id, department_id, necessity, level, n)
            SELECT kind, region_id, department_id, necessity, level, count(*) FROM new_rows GROUP BY 1, 2, 3, 4, 5;
        ELSIF TG_OP = 'DELETE' THEN
            INSERT INTO registry_documentcell (kind, region_id, department_id, necessity, level, n)
            SELECT kind, region_id, department_id, necessity, level, -count(*) FROM old_rows GROUP BY 1, 2, 3, 4, 5;
        ELSE
            INSERT INTO registry_documentcell (kind, region_id, department_id, necessity, level, n)
            SELECT kind, region_id, department_id, necessity, level, sum(one) FROM (
                SELECT kind, region_id, department_id, necessity, level, 1 AS one FROM new_rows
                UNION ALL SELECT kind, region_id, department_id, necessity, level, -1 FROM old_rows
            ) changed GROUP BY 1, 2, 3, 4, 5 HAVING sum(one) <> 0;
        END IF;
        RETURN NULL;
    END;
$$;
"""

TABLES = {
    "registry_approval": "approvals",
    "registry_service": "services",
    "registry_ruling": "rulings",
    "registry_provision": "provisions",
    "registry_instrument": "laws",
}
ROWS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}


def trigger(name, table, event, function):
    rows = ROWS.get(event, "")
    return (
        f"CREATE TRIGGER {name}_{event.lower()} AFTER {event} ON {table} {rows} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}"
    )


TRIGGERS = [
    *(trigger("document_written", t, e, f"registry_document_written('{k}')") for t, k in TABLES.items() for e in ROWS),
    *(trigger("document_emptied", t, "TRUNCATE", f"registry_document_emptied('{k}')") for t, k in TABLES.items()),
    *(
        trigger("document_renamed", t, "UPDATE", "registry_document_renamed()")
        for t in ("registry_service", "registry_approval", "registry_instrument", "parties_region")
    ),
    *(
        trigger("document_counted", "registry_document", e, "registry_document_counted()")
        for e in (*ROWS, "TRUNCATE")
    ),
]
FILL = [
    f"SELECT registry_refresh_documents('{kind}', (SELECT array_agg(id) FROM {table}))"
    for table, kind in TABLES.items()
]
GONE = """
DROP FUNCTION registry_document_written() CASCADE;
DROP FUNCTION registry_document_renamed() CASCADE;
DROP FUNCTION registry_document_emptied() CASCADE;
DROP FUNCTION registry_document_counted() CASCADE;
DROP FUNCTION registry_refresh_documents(text, bigint[]);
DROP FUNCTION registry_documents_of(text, bigint[]);
"""


class Migration(migrations.Migration):
    """Statement triggers keep the documents equal to what they are drawn from, and the cells to the documents."""

    dependencies = [("registry", "0016_documents"), ("parties", "0002_share_stated_at_both_ends")]
    operations = [migrations.RunSQL([SOURCE, REFRESH, WRITTEN, COUNTED, *TRIGGERS, *FILL], GONE)]
