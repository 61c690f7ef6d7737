"""What a check reads, in one round trip: functions whose statements are planned once a connection.

Each comes twice: over what the record states now, which the partial indexes are for, and over what it stated
at a moment. The settings keep each look-up an index's: the planner expects thousands of rows where there are
a few, and would hash whole tables against them.
"""

from django.db import migrations

# Everything above some entities, through whatever is held in them and through merges. Level by level: most
# graphs end after two or three; what is larger is walked by one recursive query.
ABOVE = """
CREATE FUNCTION decoupling_above_{name}(start bigint[], day date, moment timestamptz) RETURNS bigint[]
LANGUAGE plpgsql STABLE {settings} AS $$
DECLARE
    found bigint[] := start;
    edge bigint[] := start;
BEGIN
    LOOP
        SELECT array_agg(DISTINCT x.key) INTO edge FROM (
            SELECT i.holder_entity_id AS key FROM parties_interest i
            WHERE i.subject_id = ANY(edge) AND i.holder_entity_id IS NOT NULL AND {i} AND i.held @> day
            UNION ALL
            SELECT s.other_entity_id FROM parties_same s WHERE s.entity_id = ANY(edge) AND {s}
            UNION ALL
            SELECT s.entity_id FROM parties_same s WHERE s.other_entity_id = ANY(edge) AND {s}
        ) x WHERE x.key <> ALL(found);
        IF edge IS NULL THEN
            RETURN found;
        END IF;
        found := found || edge;
        EXIT WHEN cardinality(found) > 200;
    END LOOP;
    RETURN (
        WITH RECURSIVE above (key) AS (
            SELECT unnest(found)
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
        SELECT array_agg(key) FROM above
    );
END $$;
"""

# Records that are one with some, through as many merges as it takes: entities, and the same of people.
ONE = """
CREATE FUNCTION decoupling_one_{sort}_{name}(start bigint[], moment timestamptz) RETURNS bigint[]
LANGUAGE plpgsql STABLE {settings} AS $$
DECLARE
    found bigint[] := start;
    edge bigint[] := start;
BEGIN
    LOOP
        SELECT array_agg(DISTINCT x.key) INTO edge FROM (
            SELECT s.other_{sort}_id AS key FROM parties_same s WHERE s.{sort}_id = ANY(edge) AND {s}
            UNION ALL
            SELECT s.{sort}_id FROM parties_same s WHERE s.other_{sort}_id = ANY(edge) AND {s}
        ) x WHERE x.key <> ALL(found);
        IF edge IS NULL THEN
            RETURN found;
        END IF;
        found := found || edge;
    END LOOP;
END $$;
"""

# The graph of a check as JSON: `lines` of interests, `nodes`, `people`, `same`, and whether a limit cut it.
GATHERED = """
CREATE FUNCTION decoupling_gathered_{name}(
    roots bigint[], day date, since date, most integer, moment timestamptz, alone boolean
) RETURNS text LANGUAGE plpgsql STABLE {settings} AS $$
DECLARE
    mutual CONSTANT text[] := '{{samePremises,sameFinances,sameContact,sameAgent,sameAccount}}';
    lately CONSTANT daterange := daterange(since, day, '[]');
    above bigint[] := decoupling_above_{name}(roots, day, moment);
    plain bigint[];
    joined bigint[];
    lines bigint[];
    more bigint[];
    walked bigint[];
    people bigint[];
    kin bigint[];
    relatives bigint[];
    entities bigint[];
    beside bigint[];
    whole boolean := true;
BEGIN
    IF NOT alone THEN
        SELECT array_agg(e.id) FILTER (WHERE e.kind <> 'department'),
               roots || array_agg(e.id) FILTER (WHERE e.kind = 'industry_association')
        INTO plain, joined FROM parties_entity e WHERE e.id = ANY(above);
    END IF;
    SELECT array_agg(f.id), array_agg(DISTINCT f.holder_entity_id), array_agg(DISTINCT f.holder_person_id)
    INTO lines, walked, people FROM (
        SELECT * FROM (
            SELECT i.id, i.holder_entity_id, i.holder_person_id FROM parties_interest i
            WHERE i.subject_id = ANY(above) AND i.holder_entity_id IS NOT NULL AND {i} AND i.held @> day
            UNION
            SELECT i.id, NULL, i.holder_person_id FROM parties_interest i
            WHERE i.subject_id = ANY(plain) AND i.holder_person_id IS NOT NULL AND {i} AND i.held && lately
            UNION
            SELECT i.id, i.holder_entity_id, NULL FROM parties_interest i
            WHERE i.holder_entity_id = ANY(joined) AND i.kind = ANY(mutual) AND {i} AND i.held @> day
            OFFSET 0
        ) every ORDER BY id LIMIT most + 1
    ) f;
    IF cardinality(lines) > most THEN
        whole := false;
        lines := lines[1:most];
    END IF;
    people := array_remove(people, NULL);
    IF cardinality(people) > 0 AND NOT alone THEN
        people := decoupling_one_person_{name}(people, moment);
        SELECT array_agg(k.id), array_agg(k.holder_person_id) || array_agg(k.subject_person_id)
        INTO kin, relatives FROM (
            SELECT i.id, i.holder_person_id, i.subject_person_id FROM parties_interest i
            WHERE i.holder_person_id = ANY(people) AND i.subject_person_id IS NOT NULL AND {i} AND i.held @> day
            UNION
            SELECT i.id, i.holder_person_id, i.subject_person_id FROM parties_interest i
            WHERE i.subject_person_id = ANY(people) AND {i} AND i.held @> day
        ) k;
        IF relatives IS NOT NULL THEN
            people := decoupling_one_person_{name}(
                ARRAY(SELECT DISTINCT unnest(people || relatives)), moment);
        END IF;
        SELECT array_agg(f.id) INTO more FROM (
            SELECT * FROM (
                SELECT unnest(kin) AS id
                UNION
                SELECT i.id FROM parties_interest i
                WHERE i.holder_person_id = ANY(people) AND i.subject_id IS NOT NULL AND {i}
                  AND i.held && lately
                OFFSET 0
            ) every ORDER BY id LIMIT most + 1
        ) f;
        IF cardinality(more) > most THEN
            whole := false;
            more := more[1:most];
        END IF;
        lines := ARRAY(SELECT DISTINCT unnest(lines || more));
    END IF;
    IF NOT alone THEN
        SELECT array_agg(y.key) INTO beside FROM (
            SELECT x.key FROM parties_interest i
            CROSS JOIN LATERAL (VALUES (i.holder_entity_id), (i.subject_id)) x (key)
            WHERE i.id = ANY(lines) AND x.key IS NOT NULL
            EXCEPT
            SELECT unnest(roots || walked)
        ) y;
    END IF;
    IF beside IS NOT NULL THEN
        above := decoupling_above_{name}(beside, day, moment);
        SELECT beside || array_agg(e.id) INTO joined FROM parties_entity e
        WHERE e.id = ANY(above) AND e.kind = 'industry_association';
        SELECT array_agg(f.id) INTO more FROM (
            SELECT * FROM (
                SELECT i.id FROM parties_interest i
                WHERE i.subject_id = ANY(above) AND i.holder_entity_id IS NOT NULL AND {i} AND i.held @> day
                UNION
                SELECT i.id FROM parties_interest i
                WHERE i.holder_entity_id = ANY(joined) AND i.kind = ANY(mutual) AND {i} AND i.held @> day
                OFFSET 0
            ) every ORDER BY id LIMIT most + 1
        ) f;
        IF cardinality(more) > most THEN
            whole := false;
            more := more[1:most];
        END IF;
        lines := ARRAY(SELECT DISTINCT unnest(lines || more));
    END IF;
    SELECT array_agg(DISTINCT x.entity), array_agg(DISTINCT x.person) INTO entities, people
    FROM parties_interest i CROSS JOIN LATERAL (
        VALUES (i.holder_entity_id, i.holder_person_id), (i.subject_id, i.subject_person_id)
    ) x (entity, person) WHERE i.id = ANY(lines);
    entities := array_remove(entities, NULL) || roots;
    people := array_remove(people, NULL);
    RETURN json_build_object(
        'whole', whole,
        'lines', (
            SELECT json_agg(json_build_array(
                i.id, i.kind, lower(i.held), upper(i.held), i.share_min::text, i.share_max::text, i.source,
                i.tier, i.is_invented, i.rank, i.post,
                i.holder_entity_id, i.holder_person_id, i.subject_id, i.subject_person_id))
            FROM parties_interest i WHERE i.id = ANY(lines)),
        'nodes', (
            SELECT json_agg(json_build_array(
                e.id, e.kind, e.name, e.is_state_owned, e.address, e.phone, lower(e.email),
                encode(e.account_digest, 'hex')))
            FROM parties_entity e WHERE e.id = ANY(entities)),
        'people', (
            SELECT json_agg(json_build_array(p.id, p.name)) FROM parties_person p WHERE p.id = ANY(people)),
        'same', (
            SELECT json_agg(json_build_array(x.sort, x.one, x.other)) FROM (
                SELECT 'entity' AS sort, s.entity_id AS one, s.other_entity_id AS other FROM parties_same s
                WHERE s.entity_id = ANY(decoupling_one_entity_{name}(entities, moment)) AND {s}
                UNION ALL
                SELECT 'person', s.person_id, s.other_person_id FROM parties_same s
                WHERE s.person_id = ANY(decoupling_one_person_{name}(people, moment)) AND {s}
            ) x)
    );
END $$;
"""

SETTINGS = """
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan SET jit = off
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
"""
READINGS = {
    "standing": "upper_inf({of}.recorded) AND {of}.tier <> 'C'",
    "known": "{of}.recorded @> moment AND {of}.tier <> 'C'",
}


def _created(template: str, **more: str) -> list[str]:
    return [
        template.format(
            name=name, settings=SETTINGS, i=reading.format(of="i"), s=reading.format(of="s"), **more
        )
        for name, reading in READINGS.items()
    ]


CREATED = [
    *_created(ABOVE),
    *_created(ONE, sort="entity"),
    *_created(ONE, sort="person"),
    *_created(GATHERED),
]
DROPPED = [
    f"DROP FUNCTION IF EXISTS decoupling_{kind}_{name}"
    for name in READINGS
    for kind in ("gathered", "one_person", "one_entity", "above")
]


class Migration(migrations.Migration):
    dependencies = [
        ("decoupling", "0011_exemptions_on_record"),
        ("parties", "0012_suggestions"),
    ]

    operations = [migrations.RunSQL(CREATED, DROPPED)]
