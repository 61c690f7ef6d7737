"""What the database holds rulings to, as SQL that triggers and queries share."""

from .level import LAWFUL_LEVELS

BURDEN = {"mandatory": 3, "optional": 2, "commissioned": 1, "area_assessed": 1, "abolished": 0}
"""What a verdict asks of an applicant, as a rank: a region may lower it, and raise it only by law."""

_LAWFUL = ", ".join(f"'{level}'" for level in LAWFUL_LEVELS)

BASIS_FUNC = f"""
    DECLARE
        wanted bigint;
        broken bigint;
    BEGIN
        wanted := {{ruling_id}};
        SELECT r.id INTO broken FROM registry_ruling r
        WHERE r.id = wanted AND r.published_at IS NOT NULL AND r.necessity = 'mandatory'
          AND NOT EXISTS (
            SELECT 1 FROM registry_rulingbasis b JOIN registry_provision p ON p.id = b.provision_id
              JOIN registry_instrument i ON i.id = p.instrument_id
            WHERE b.ruling_id = r.id AND p.level IN ({_LAWFUL}) AND p.in_force @> lower(r.in_force)
              AND (i.in_force IS NULL OR i.in_force @> lower(r.in_force))
          );
        IF broken IS NOT NULL THEN
            RAISE EXCEPTION 'ruling_mandatory_has_lawful_basis: ruling %', broken
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ruling_mandatory_has_lawful_basis';
        END IF;
        RETURN NULL;
    END;
"""


def _burden(alias: str) -> str:
    cases = " ".join(f"WHEN '{verdict}' THEN {rank}" for verdict, rank in BURDEN.items())
    return f"(CASE {alias}.necessity {cases} END)"


def _kept(alias: str) -> str:
    return f"{alias}.published_at IS NOT NULL AND upper_inf({alias}.recorded)"


def _special(alias: str, *, region: str, approval: str) -> str:
    """Whether a ruling on the approval itself takes the general one's place while both periods touch."""
    return f"""EXISTS (
        SELECT 1 FROM registry_ruling {alias}
        WHERE {alias}.service_id = low.service_id AND {alias}.region_id = {region}
          AND {alias}.approval_id = {approval} AND {_kept(alias)}
          AND {alias}.in_force @> (low.in_force * up.in_force)
    )"""


def harder_than_above(*, service: str, region: str) -> str:
    """SQL for (low, up): rulings on record of which `low` asks more than `up`, of a region above it.

    One of the two is of the region named. A region may lift or soften what holds above it. It may ask for
    more only on a provision of law, administrative regulation or State Council decision, in force when the
    ruling starts, of an instrument made for that region or one above it, on which `up` does not itself rest.
    `service` and `region` are SQL expressions.
    """
    return f"""
    WITH RECURSIVE above(code) AS (
        SELECT parent_id FROM parties_region WHERE code = {region} AND parent_id IS NOT NULL
        UNION SELECT r.parent_id FROM parties_region r JOIN above a ON r.code = a.code
        WHERE r.parent_id IS NOT NULL
    )
    SELECT low.id AS low, up.id AS up {_pairs(service)}
      AND low.region_id = {region} AND up.region_id IN (SELECT code FROM above)
    UNION
    SELECT low.id, up.id {_pairs(service)}
      AND up.region_id = {region} AND low.region_id <> {region}
      AND EXISTS ({_line("low.region_id")} SELECT 1 FROM line WHERE code = {region})
    ORDER BY low, up"""


def _line(region: str) -> str:
    """The regions above one, each by its key: never the whole tree below a region."""
    return f"""
        WITH RECURSIVE line(code) AS (
            SELECT parent_id FROM parties_region WHERE code = {region} AND parent_id IS NOT NULL
            UNION SELECT r.parent_id FROM parties_region r JOIN line l ON r.code = l.code
            WHERE r.parent_id IS NOT NULL
        )"""


def _pairs(service: str) -> str:
    """Rulings on record on one service of which the first asks more without a law of its own; any regions."""
    return f"""
    FROM registry_ruling low
    JOIN registry_ruling up ON up.service_id = low.service_id AND up.in_force && low.in_force
      AND (up.approval_id = low.approval_id OR up.approval_id IS NULL OR low.approval_id IS NULL)
    WHERE low.service_id = {service} AND {_kept("low")} AND {_kept("up")}
      AND {_burden("low")} > {_burden("up")}
      AND NOT (up.approval_id IS NULL AND low.approval_id IS NOT NULL
        AND {_special("s", region="up.region_id", approval="low.approval_id")})
      AND NOT (low.approval_id IS NULL AND up.approval_id IS NOT NULL
        AND {_special("s", region="low.region_id", approval="up.approval_id")})
      AND NOT EXISTS (
        SELECT 1 FROM registry_rulingbasis b
        JOIN registry_provision p ON p.id = b.provision_id
        JOIN registry_instrument i ON i.id = p.instrument_id
        WHERE b.ruling_id = low.id AND p.level IN ({_LAWFUL}) AND p.in_force @> lower(low.in_force)
          AND (i.in_force IS NULL OR i.in_force @> lower(low.in_force))
          AND (i.region_id = low.region_id OR EXISTS (
            {_line("low.region_id")} SELECT 1 FROM line WHERE code = i.region_id
          ))
          AND NOT EXISTS (
            SELECT 1 FROM registry_rulingbasis o WHERE o.ruling_id = up.id AND o.provision_id = b.provision_id
          )
      )"""


def _refuse_harder(*, service: str, region: str) -> str:
    """Statements that refuse a pair of rulings of which the lower asks for more; the function has `pair`.

    The lock makes publications on one service take turns: two that do not see each other cannot both pass.
    """
    return f"""PERFORM 1 FROM registry_service WHERE id = {service} FOR NO KEY UPDATE;
        SELECT * INTO pair FROM (
            {harder_than_above(service=service, region=region)}
        ) found LIMIT 1;
        IF pair.low IS NOT NULL THEN
            RAISE EXCEPTION 'ruling_not_harder_than_above: ruling % above %', pair.low, pair.up
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ruling_not_harder_than_above';
        END IF;"""


BURDEN_FUNC = f"""
    DECLARE
        mine registry_ruling%ROWTYPE;
        pair record;
    BEGIN
        SELECT * INTO mine FROM registry_ruling WHERE id = {{ruling_id}};
        IF mine.id IS NULL OR mine.published_at IS NULL THEN
            RETURN NULL;
        END IF;
        {_refuse_harder(service="mine.service_id", region="mine.region_id")}
        RETURN NULL;
    END;
"""


def carries_still(provisions: str) -> str:
    """A function for a law that was corrected: what rests on it has to be lawful all the same.

    `provisions` is the SQL of the keys of its articles. That a law ends is no correction: what rested on it
    has lapsed from that day, and is shown so.
    """
    return f"""
    DECLARE
        one record;
        pair record;
    BEGIN
        FOR one IN
            SELECT DISTINCT r.service_id, r.region_id FROM registry_ruling r
            JOIN registry_rulingbasis b ON b.ruling_id = r.id
            WHERE b.provision_id IN ({provisions}) AND {_kept("r")}
            ORDER BY r.service_id, r.region_id
        LOOP
            {_refuse_harder(service="one.service_id", region="one.region_id")}
        END LOOP;
        FOR one IN
            SELECT r.id FROM registry_ruling r
            JOIN registry_rulingbasis b ON b.ruling_id = r.id
            WHERE b.provision_id IN ({provisions}) AND {_kept("r")} AND r.necessity = 'mandatory'
              AND NOT EXISTS (
                SELECT 1 FROM registry_rulingbasis o JOIN registry_provision p ON p.id = o.provision_id
                WHERE o.ruling_id = r.id AND p.level IN ({_LAWFUL})
              )
            ORDER BY r.id LIMIT 1
        LOOP
            RAISE EXCEPTION 'ruling_mandatory_has_lawful_basis: ruling %', one.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ruling_mandatory_has_lawful_basis';
        END LOOP;
        RETURN NULL;
    END;
"""


PLACE_FUNC = f"""
    DECLARE
        decided varchar;
    BEGIN
        SELECT region_id INTO decided FROM registry_approval WHERE id = NEW.approval_id FOR SHARE;
        IF NEW.region_id <> decided
           AND NOT EXISTS ({_line("decided")} SELECT 1 FROM line WHERE code = NEW.region_id)
           AND NOT EXISTS ({_line("NEW.region_id")} SELECT 1 FROM line WHERE code = decided) THEN
            RAISE EXCEPTION 'ruling_approval_of_its_place: ruling %', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ruling_approval_of_its_place';
        END IF;
        RETURN NULL;
    END;
"""
"""A ruling, draft or published, speaks of an approval of its own region, or of one above or below it."""

MOVED_FUNC = f"""
    DECLARE
        apart bigint;
    BEGIN
        SELECT r.id INTO apart FROM registry_ruling r
        WHERE r.approval_id = NEW.id AND upper_inf(r.recorded) AND r.region_id <> NEW.region_id
          AND NOT EXISTS ({_line("NEW.region_id")} SELECT 1 FROM line WHERE code = r.region_id)
          AND NOT EXISTS ({_line("r.region_id")} SELECT 1 FROM line WHERE code = NEW.region_id)
        ORDER BY r.id LIMIT 1;
        IF apart IS NOT NULL THEN
            RAISE EXCEPTION 'ruling_approval_of_its_place: ruling %', apart
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ruling_approval_of_its_place';
        END IF;
        RETURN NULL;
    END;
"""
"""An approval does not move away from what is said of it; the share lock of PLACE_FUNC holds it still."""


WITHIN_FUNC = """
    DECLARE
        held daterange;
    BEGIN
        SELECT in_force INTO held FROM registry_instrument WHERE id = NEW.instrument_id FOR SHARE;
        IF NOT NEW.in_force <@ held THEN
            RAISE EXCEPTION 'provision_within_its_instrument: provision %', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'provision_within_its_instrument';
        END IF;
        RETURN NULL;
    END;
"""
"""An article's period lies within its instrument's, where both are known; the lock holds the latter still."""

ENDS_FUNC = """
    DECLARE
        outside bigint;
    BEGIN
        SELECT id INTO outside FROM registry_provision
        WHERE instrument_id = NEW.id
          AND (lower(in_force) < lower(NEW.in_force) OR lower(in_force) >= upper(NEW.in_force)) LIMIT 1;
        IF outside IS NOT NULL THEN
            RAISE EXCEPTION 'provision_within_its_instrument: provision %', outside
                USING ERRCODE = 'check_violation', CONSTRAINT = 'provision_within_its_instrument';
        END IF;
        UPDATE registry_provision SET in_force = in_force * NEW.in_force
        WHERE instrument_id = NEW.id AND NOT in_force <@ NEW.in_force;
        RETURN NULL;
    END;
"""
"""An instrument that ends takes its articles along; one that would start after its articles is refused."""
