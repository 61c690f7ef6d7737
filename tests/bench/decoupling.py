"""`./run bench decoupling [--entities 1000000]`: the gate and the sweep over an invented market.

`generate_graph` writes the market as the owner, its indexes and foreign keys set aside meanwhile; everything
is measured as the site's role. The gate is measured against `select 1`, in turn within one run; the downward
walk against a CSR walk compiled by numba and against DuckDB, which must find the same pairs. Both are fetched
into var/bench-lib.
"""

import argparse
import datetime as dt
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
os.environ.setdefault("SECRET_KEY", "bench")
os.environ.setdefault("IDENTITY_HMAC_KEY", "bench")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["INSECURE_HTTP"] = "1"

DAY = dt.date(2026, 11, 24)
LIBRARY = Path("var/bench-lib")
LABELS = Path("var/bench-labels.csv")
TABLES = ("parties_entity", "parties_person", "parties_interest", "parties_declaration")
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
FOREIGN = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype = 'f'
"""
DOWN = """
WITH RECURSIVE below (top, entity) AS (
    SELECT id, id FROM parties_entity WHERE kind = 'department'
    UNION
    SELECT below.top, edge.subject_id FROM below CROSS JOIN LATERAL (
        SELECT subject_id FROM parties_interest
        WHERE holder_entity_id = below.entity AND upper_inf(recorded) AND tier <> 'C'
          AND subject_id IS NOT NULL AND held @> %(on)s::date OFFSET 0
    ) edge
)
SELECT top, entity FROM below JOIN parties_entity e ON e.id = below.entity WHERE e.kind = 'intermediary'
"""


# --- loading, as the owner ---------------------------------------------------------------------------------


def load(size: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [list(TABLES)])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(FOREIGN, [list(TABLES)])
        foreign = cursor.fetchall()
        for table, name, _ in foreign:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        call_command("generate_graph", entities=size, seed=1, on=DAY, labels=LABELS)
        loaded = time.perf_counter()
        chains(cursor)
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in foreign:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        cursor.execute("VACUUM ANALYZE")
    print(
        f"written in {loaded - start:.0f} s, indexed in {time.perf_counter() - loaded:.0f} s; "
        f"peak memory of the generator {peak():.0f} MB\n"
    )


def chains(cursor) -> None:
    """From a department down to an intermediary, 2,000 and 10,000 majorities deep."""
    for depth in (2_000, 10_000):
        cursor.execute(
            "INSERT INTO parties_entity (kind, name, is_state_owned, name_en, address, phone, email, pinyin,"
            " is_invented, source) SELECT CASE n WHEN 0 THEN 'department' WHEN %s THEN 'intermediary'"
            " ELSE 'enterprise' END, %s || n, false, '', '', '', '', '', true, 'bench'"
            " FROM generate_series(0, %s) n RETURNING id",
            [depth, f"chain {depth} ", depth],
        )
        keys = [key for (key,) in cursor.fetchall()]
        cursor.execute(
            "INSERT INTO parties_interest (holder_entity_id, subject_id, kind, share_min, share_max, rank,"
            " held, tier, source, source_url, post, statement_id, record_id, ordinal, is_invented)"
            " SELECT a, b, 'shareholding', 60, 60, '', '[2020-01-01,)', 'A', 'bench', '', '', '', '', 0, true"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS pair (a, b)",
            [keys[:-1], keys[1:]],
        )
        cursor.execute(
            "INSERT INTO parties_declaration (entity_id, as_of, contents, digest) VALUES (%s, %s, '[]', '')",
            [keys[-1], DAY],
        )


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- the gate, as the site ---------------------------------------------------------------------------------


def timed(function) -> tuple[float, object]:
    start = time.perf_counter()
    answer = function()
    return time.perf_counter() - start, answer


def pairs(n: int) -> list:
    """A third of them planted cases."""
    import csv

    from regulation.parties.models import Entity

    chance = random.Random(1)
    with LABELS.open(encoding="utf-8") as file:
        labels = list(csv.DictReader(file))
    planted = [
        (int(p["intermediary"]), int(p["department"]))
        for p in chance.sample(labels, min(n // 3, len(labels)))
    ]
    first, last = planted[0][0], max(int(p["intermediary"]) for p in labels)
    first = min(int(p["intermediary"]) for p in labels)
    departments = sorted({int(p["department"]) for p in labels})
    others = [(chance.randint(first, last), chance.choice(departments)) for _ in range(n - len(planted))]
    keys = {key for pair in planted + others for key in pair}
    every = Entity.objects.select_related("region").in_bulk(keys)
    found = [(every[i], every[d]) for i, d in planted + others if i in every]
    chance.shuffle(found)
    return found


def gate(n: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from regulation.decoupling.operations import check
    from regulation.decoupling.queries import gather
    from regulation.decoupling.queries.gathering import ownership

    spent: dict[str, list[float]] = {}
    sizes = []

    def select_1():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone()

    def walk(intermediary, department):
        with connection.cursor() as cursor:
            asked = [[intermediary.pk, department.pk], DAY]
            cursor.execute("SELECT decoupling_above_standing(%s::bigint[], %s, NULL)", asked)
            return cursor.fetchone()

    steps = {
        "`select 1`": lambda i, d: select_1(),
        "ownership upward, the walk alone": walk,
        "the same, with its lines and names": lambda i, d: ownership([i, d], on=DAY),
        "gather": lambda i, d: gather([i, d], on=DAY, compared=[i]),
        "gather and judge": judged,
        "the same with its matter": facing,
        "the same as known at a moment": then,
        "check, stored": lambda i, d: check(
            intermediary=i, department=d, on=DAY, gate="inquiry", by=None, at=timezone.now()
        ),
    }
    given = pairs(n)
    for number, (intermediary, department) in enumerate(given):
        for name, step in steps.items():
            seconds, answer = timed(lambda s=step, i=intermediary, d=department: s(i, d))
            if number >= 20:
                spent.setdefault(name, []).append(seconds * 1000)
            if name == "gather":
                sizes.append(len(answer[0].interests))
    print(
        f"{len(given) - 20} pairs; interests read: median {statistics.median(sizes):.0f}, most {max(sizes)}\n"
    )
    print("| step | p50 ms | p99 ms | over `select 1`, p50 ms |\n|---|---:|---:|---:|")
    floor = statistics.median(spent["`select 1`"])
    for name, times in spent.items():
        p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
        print(f"| {name} | {p50:.2f} | {p99:.2f} | {p50 - floor:.2f} |", flush=True)


def judged(intermediary, department):
    from regulation.decoupling.matter import Matter
    from regulation.decoupling.queries import gather
    from regulation.decoupling.rules import PACK, judge, shipped_pack

    graph, whole = gather([intermediary, department], on=DAY, compared=[intermediary])
    matter = Matter(intermediary.urn, department.urn, DAY, "inquiry", declared=True, whole=whole)
    return judge(graph, matter, shipped_pack(PACK))


def facing(intermediary, department, known_at=None):
    """With declaration, exemptions and regions, as a gate does."""
    from regulation.decoupling.queries import asked
    from regulation.decoupling.rules import PACK, judge, shipped_pack

    pair = {"intermediary": intermediary, "department": department, "on": DAY, "gate": "inquiry"}
    return judge(*asked(**pair, known_at=known_at), shipped_pack(PACK))


def then(intermediary, department):
    """As a re-audit and `recheck` do: over what was on record at a moment."""
    from django.utils import timezone

    return facing(intermediary, department, known_at=timezone.now())


def deep() -> None:
    from regulation.decoupling.queries.gathering import ownership
    from regulation.parties.models import Entity

    print("\n| chain | ownership ms | gather and judge ms | outcome |\n|---|---:|---:|---|")
    for depth in (2_000, 10_000):
        top = Entity.objects.get(name=f"chain {depth} 0", source="bench")
        bottom = Entity.objects.get(name=f"chain {depth} {depth}", source="bench")
        up = min(timed(lambda b=bottom: ownership([b], on=DAY))[0] for _ in range(5))
        seconds, found = min(timed(lambda b=bottom, t=top: judged(b, t)) for _ in range(3))
        print(f"| {depth:,} deep | {up * 1000:.1f} | {seconds * 1000:.0f} | {found.outcome} |", flush=True)


# --- the sweep ---------------------------------------------------------------------------------------------


def fetch() -> None:
    """numba and DuckDB, beside the project's own environment."""
    if not LIBRARY.exists():
        uv = shutil.which("uv") or (".boot/bin/uv" if Path(".boot/bin/uv").exists() else "")
        base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
        pip = [uv, "pip"] if uv else [str(base), "-m", "pip"]
        more = ["--python", sys.executable] if uv else ["--disable-pip-version-check"]
        command = [*pip, "install", "-q", "--target", str(LIBRARY), *more, "numba", "duckdb"]
        subprocess.run(command, check=True)
    sys.path.append(str(LIBRARY))


def edges() -> tuple:
    """Holders and subjects of the day as arrays, the departments, and which entities are intermediaries."""
    import numpy as np
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(holder_entity_id), array_agg(subject_id) FROM parties_interest"
            " WHERE upper_inf(recorded) AND tier <> 'C' AND holder_entity_id IS NOT NULL"
            " AND subject_id IS NOT NULL AND held @> %s::date",
            [DAY],
        )
        holders, subjects = (np.array(column, dtype=np.int64) for column in cursor.fetchone())
        cursor.execute(
            "SELECT array_agg(id ORDER BY id), max(id) FROM parties_entity WHERE kind = 'department'"
        )
        departments = np.array(cursor.fetchone()[0], dtype=np.int64)
        cursor.execute("SELECT array_agg(id), (SELECT max(id) FROM parties_entity) FROM parties_entity"
                       " WHERE kind = 'intermediary'")  # fmt: skip
        found, last = cursor.fetchone()
    wanted = np.zeros(last + 1, dtype=np.bool_)
    wanted[np.array(found, dtype=np.int64)] = True
    return holders, subjects, departments, wanted


def walker():
    import numba
    import numpy as np

    @numba.njit
    def walk(starts, subjects, departments, wanted):
        seen = np.full(len(wanted), -1, dtype=np.int64)
        stack = np.empty(len(wanted), dtype=np.int64)
        tops, found = [], []
        for top in departments:
            depth, stack[0], seen[top] = 1, top, top
            while depth:
                depth -= 1
                at = stack[depth]
                if wanted[at]:
                    tops.append(top)
                    found.append(at)
                for n in range(starts[at], starts[at + 1]):
                    below = subjects[n]
                    if seen[below] != top:
                        seen[below] = top
                        stack[depth] = below
                        depth += 1
        return tops, found

    return walk


def sweep() -> None:
    fetch()
    import duckdb
    import numpy as np
    from django.db import connection

    read, (holders, subjects, departments, wanted) = timed(edges)
    walk = walker()

    def compiled():
        order = np.argsort(holders, kind="stable")
        starts = np.searchsorted(holders[order], np.arange(len(wanted) + 1))
        return order, starts

    built, (order, starts) = timed(compiled)
    walk(starts[:1].repeat(3), subjects[:0], departments[:0], wanted[:2])  # compile
    runs = [timed(lambda: walk(starts, subjects[order], departments, wanted)) for _ in range(3)]
    walked, pairs_csr = min(runs, key=lambda pair: pair[0])
    table = duckdb.connect()
    table.execute("SET threads = 2")
    table.register("e", {"holder": holders, "subject": subjects})
    table.execute("CREATE TABLE edge AS SELECT * FROM e")
    table.register("d", {"id": departments})
    table.register("w", {"id": np.flatnonzero(wanted)})
    ducked, pairs_duck = timed(
        lambda: table.execute(
            "WITH RECURSIVE below AS (SELECT id AS top, id AS entity FROM d UNION"
            " SELECT top, subject FROM below JOIN edge ON holder = entity)"
            " SELECT top, entity FROM below JOIN w ON w.id = entity"
        ).fetchall()
    )

    def in_database():
        with connection.cursor() as cursor:
            cursor.execute(DOWN, {"on": DAY})
            return cursor.fetchall()

    swept, pairs_pg = min((timed(in_database) for _ in range(3)), key=lambda pair: pair[0])
    same = set(pairs_pg) == set(pairs_duck) == set(zip(*pairs_csr, strict=True))
    print(f"\n{len(holders):,} holdings of the day; reading them into arrays took {read:.1f} s\n")
    print("| downward from every department | seconds | pairs | against the walk |\n|---|---:|---:|---:|")
    for name, seconds, n in (
        ("PostgreSQL, one recursive query", swept, len(pairs_pg)),
        ("DuckDB, the same query", ducked, len(pairs_duck)),
        ("CSR walk, numba, once in memory", walked, len(pairs_csr[0])),
        ("the same, with reading and sorting", read + built + walked, len(pairs_csr[0])),
    ):
        print(f"| {name} | {seconds:.4f} | {n:,} | {seconds / walked:.1f}× |", flush=True)
    print(f"\nThe three found {'the same pairs' if same else 'DIFFERENT pairs'}.")


def own_sweep() -> None:
    """The walk of the nightly sweep itself: people, kin, neighbours and equal contacts too, as known now."""
    from django.utils import timezone

    from regulation.decoupling.sweeping.candidates import candidates
    from regulation.decoupling.sweeping.operations import BATCH
    from regulation.parties.models import Entity

    keys = list(Entity.objects.departments().order_by("pk").values_list("pk", flat=True))
    batches = [keys[at : at + BATCH] for at in range(0, len(keys), BATCH)]
    spent, found = [], 0
    for batch in batches:
        seconds, pairs = timed(lambda b=batch: candidates(b, on=DAY, known_at=timezone.now()))
        spent.append(seconds)
        found += len(pairs)
    print(
        f"\nThe nightly sweep's own walk: {len(keys):,} departments in {len(batches)} batches,"
        f" {found:,} pairs to judge, {sum(spent):.1f} s;"
        f" a batch {statistics.median(spent):.2f} s at the median, {max(spent):.2f} s at most",
        flush=True,
    )


def measure(pairs: int) -> None:
    import django

    django.setup()
    gate(pairs)
    deep()
    print(f"\nPeak memory of the site's process at the gate: {peak():.0f} MB")
    sweep()
    own_sweep()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=520)
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--loaded", action="store_true", help="measure over what this database holds")
    asked = parser.parse_args()
    if asked.load:
        load(asked.entities)
        return
    if asked.loaded:
        fetch()
        measure(asked.pairs)
        return
    fetch()  # before the long work, which it would otherwise fail after
    owner = os.environ | {"QINQING_DATABASE_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], check=True, env=owner)
    command = [sys.executable, __file__, "--load", "--entities", str(asked.entities)]
    subprocess.run(command, check=True, env=owner)
    measure(asked.pairs)


if __name__ == "__main__":
    main()
