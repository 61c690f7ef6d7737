"""What else a matter holds of a pair, in the same round trip: declared, exempted, and the line of regions.

The same answers as `has_declared`, `exempted` and `region_and_parents`; a test holds them together.
"""

from django.db import migrations

TOLD = """
CREATE FUNCTION decoupling_told(seller bigint, authority bigint, place text, day date, moment timestamptz)
RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
BEGIN
    RETURN json_build_object(
        'declared', EXISTS (
            SELECT 1 FROM parties_declaration d
            WHERE d.entity_id = seller AND d.as_of <= day AND (moment IS NULL OR d.made_at <= moment)),
        'exempted', (
            SELECT json_agg(json_build_array('decoupling.exemption/' || e.id, e.rules) ORDER BY e.id)
            FROM decoupling_exemption e
            WHERE e.intermediary_id = seller AND e.department_id = authority AND e.valid @> day
              AND e.rejected_at IS NULL AND e.confirmed_at IS NOT NULL
              AND (moment IS NULL OR e.confirmed_at <= moment)
              AND (e.revoked_at IS NULL OR e.revoked_at > moment
                   OR (e.revoked_at AT TIME ZONE 'Asia/Shanghai')::date > day)),
        'regions', (
            WITH RECURSIVE line (code, parent, step) AS (
                SELECT r.code, r.parent_id, 1 FROM parties_region r WHERE r.code = place
                UNION ALL
                SELECT r.code, r.parent_id, line.step + 1 FROM line JOIN parties_region r ON r.code = line.parent
                WHERE line.step < 6
            )
            SELECT json_agg(code ORDER BY step) FROM line)
    );
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("decoupling", "0014_checks_by_random_ref"),
        ("parties", "0012_suggestions"),
    ]

    operations = [
        migrations.RunSQL(TOLD, "DROP FUNCTION decoupling_told(bigint, bigint, text, date, timestamptz)")
    ]
