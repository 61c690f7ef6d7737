"""Everything above some entities by one recursive query at once: 0.1 ms less than level by level.

Measured in turn over 500 pairs at two million entities: 0.33 ms over `select 1` before, 0.22 ms after, of which
0.12 ms are the call of any function with these settings.
"""

from importlib import import_module

from django.db import migrations

before = import_module("regulation.decoupling.migrations.0012_read_in_one_step")

ABOVE = """
CREATE FUNCTION decoupling_above_{name}(start bigint[], day date, moment timestamptz) RETURNS bigint[]
LANGUAGE plpgsql STABLE {settings} AS $$
BEGIN
    RETURN (
        WITH RECURSIVE above (key) AS (
            SELECT unnest(start)
            UNION
            SELECT x.key FROM above a CROSS JOIN LATERAL (
                SELECT i.holder_entity_id AS key FROM parties_interest i
                WHERE i.subject_id = a.key AND i.holder_entity_id IS NOT NULL AND {i} AND i.held @> day
                UNION ALL
                SELECT s.other_entity_id FROM parties_same s WHERE s.entity_id = a.key AND {s}
                UNION ALL
                SELECT s.entity_id FROM parties_same s WHERE s.other_entity_id = a.key AND {s}
            ) x
        )
        SELECT array_agg(key) FROM above WHERE key IS NOT NULL
    );
END $$;
"""


def replacing(template: str) -> list[str]:
    return [
        template.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").format(
            name=name, settings=before.SETTINGS, i=reading.format(of="i"), s=reading.format(of="s")
        )
        for name, reading in before.READINGS.items()
    ]


class Migration(migrations.Migration):
    dependencies = [("decoupling", "0016_mediation_gate")]

    operations = [migrations.RunSQL(replacing(ABOVE), replacing(before.ABOVE))]
