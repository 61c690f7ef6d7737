"""Bodies of the department that have an address, contact or account in common with a seller, and nothing else.

A check reads upward from its parties, so it never met a body that only shares a telephone with them. Where nobody
has one of the seller's, as of most, the second query is not asked.
"""

from importlib import import_module

from django.db import migrations

before = import_module("regulation.decoupling.migrations.0012_read_in_one_step")
CONTACTS = {
    "standing": "upper_inf({of}.recorded) AND {of}.held @> day",
    "known": "{of}.recorded @> moment AND {of}.held @> day",
}

NEIGHBOURS = """
CREATE FUNCTION decoupling_neighbours_{name}(sellers bigint[], authority bigint, day date, moment timestamptz)
RETURNS bigint[] LANGUAGE plpgsql STABLE {settings} AS $$
DECLARE alike bigint[];
BEGIN
    SELECT array_agg(DISTINCT x.key) INTO alike FROM parties_contactrecord c CROSS JOIN LATERAL (
        SELECT o.entity_id AS key FROM parties_contactrecord o
        WHERE c.phone ~ '[0-9]' AND o.phone <> '' AND {o}
          AND regexp_replace(o.phone, '[^0-9]', '', 'g') = regexp_replace(c.phone, '[^0-9]', '', 'g')
        UNION ALL
        SELECT o.entity_id FROM parties_contactrecord o
        WHERE c.address ~ '\\S' AND o.address <> '' AND {o}
          AND regexp_replace(o.address, '\\s', '', 'g') = regexp_replace(c.address, '\\s', '', 'g')
        UNION ALL
        SELECT o.entity_id FROM parties_contactrecord o
        WHERE c.email <> '' AND o.email <> '' AND {o} AND lower(o.email) = lower(c.email)
        UNION ALL
        SELECT o.entity_id FROM parties_contactrecord o
        WHERE o.account_digest IS NOT NULL AND {o} AND o.account_digest = c.account_digest
    ) x
    WHERE c.entity_id = ANY(sellers) AND {c} AND x.key <> ALL(sellers) AND x.key <> authority;
    IF alike IS NULL THEN
        RETURN '{{}}';
    END IF;
    RETURN (
        WITH RECURSIVE bodies (key) AS (
            SELECT authority
            UNION
            SELECT x.key FROM bodies b CROSS JOIN LATERAL (
                SELECT i.subject_id AS key FROM parties_interest i
                WHERE i.holder_entity_id = b.key AND i.subject_id IS NOT NULL AND {i} AND i.held @> day
                  AND i.kind NOT IN ('samePremises', 'sameFinances', 'sameContact', 'sameAgent', 'sameAccount')
                UNION ALL
                SELECT s.other_entity_id FROM parties_same s WHERE s.entity_id = b.key AND {s}
                UNION ALL
                SELECT s.entity_id FROM parties_same s WHERE s.other_entity_id = b.key AND {s}
            ) x
            WHERE x.key IS NOT NULL
        )
        SELECT coalesce(array_agg(key ORDER BY key), '{{}}') FROM bodies WHERE key = ANY(alike)
    );
END $$;
"""
CREATED = [
    NEIGHBOURS.format(
        name=name,
        settings=before.SETTINGS,
        i=reading.format(of="i"),
        s=reading.format(of="s"),
        c=CONTACTS[name].format(of="c"),
        o=CONTACTS[name].format(of="o"),
    )
    for name, reading in before.READINGS.items()
]
DROPPED = [f"DROP FUNCTION decoupling_neighbours_{name}(bigint[], bigint, date, timestamptz)" for name in CONTACTS]


class Migration(migrations.Migration):
    dependencies = [
        ("decoupling", "0020_opened_to_regulators"),
        ("parties", "0022_contacts_by_what_they_are"),
    ]

    operations = [migrations.RunSQL(CREATED, DROPPED)]
