"""`./run bench ledger [--entries 100000]`: the tree against the SHA-256 it cannot do without, and `record`.

The floor of a rate is the hashing alone: a leaf's data, its hash, and on the average one inner node.
`sequence` also reads entries and writes leaves and tiles: mostly the database's time. `record` (which also
hands its effects to the broker) is measured against an INSERT of the same row into a table without triggers.
"""

import argparse
import hashlib
import os
import random
import secrets
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

WRITES, PROOFS, ROUNDS = 1_000, 1_000, 5
BARE = "CREATE TABLE bench_entry (LIKE ledger_entry INCLUDING ALL); GRANT ALL ON bench_entry TO PUBLIC"
INSERT = (
    "INSERT INTO bench_entry (id, kind, subject, actor_id, salt, body, commitment, recorded_at) "
    "VALUES (%s, %s, %s, NULL, %s, %s, %s, now())"
)


class About:
    urn = "bench.subject/1"


def timed(function) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def line(name: str, many: int, ours: list[float], floor: list[float]) -> None:
    """Rates of the median round; the ratio is the median over rounds measured in turn."""
    ratio = statistics.median(a / b for a, b in zip(ours, floor, strict=True))
    rates = [f"{many / statistics.median(each):,.0f}" for each in (ours, floor)]
    print(f"| {name} | {rates[0]} | {rates[1]} | {ratio:.2f}× |", flush=True)


def hashing(many: int) -> None:
    from regulation.ledger.merkle import Frontier
    from regulation.ledger.sequencing import BATCH

    leaves = [secrets.token_bytes(32) for _ in range(many)]
    pair = b"\x01" + bytes(64)

    def floor() -> None:
        sha = hashlib.sha256
        for _ in leaves:
            sha(pair).digest()

    def frontier() -> None:
        tree = Frontier()
        for leaf in leaves:
            tree.append(leaf)

    def batches() -> None:
        tree = Frontier()
        for start in range(0, many, BATCH):
            tree.extend(leaves[start : start + BATCH])

    for name, work in (("append", frontier), ("extend", batches)):
        rounds = [(timed(work), timed(floor)) for _ in range(ROUNDS)]
        told = f"`Frontier.{name}`, against one node hash a leaf"
        line(told, many, *map(list, zip(*rounds, strict=True)))


def fill(many: int) -> None:
    """Entries as the owner writes them in bulk; the trigger makes each wait."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (kind, subject, salt, body, commitment) "
            "SELECT 'bench.filled', 'bench.subject/' || n, salt, '{}', sha256(salt || '{}'::bytea) "
            "FROM (SELECT n, decode(md5(n::text), 'hex') AS salt FROM generate_series(1, %s) n) s",
            [many],
        )


def sequencing(many: int) -> None:
    from regulation.ledger.leaves import header, leaf_data
    from regulation.ledger.merkle import leaf_hash
    from regulation.ledger.models import Entry
    from regulation.ledger.sequencing import sequence

    taken = 0

    def all_of_it() -> None:
        nonlocal taken
        while done := sequence():
            taken += done

    spent = timed(all_of_it)
    assert taken >= many, taken
    one = Entry.objects.order_by("pk")[0]
    made = header(one.kind, one.subject, None, one.recorded_at, one.commitment)
    pair = b"\x01" + bytes(64)

    def floor() -> None:
        for _ in range(taken):
            leaf_hash(leaf_data(pair[:16], made))
            hashlib.sha256(pair).digest()

    line("`sequence()`, against its three hashes an entry", taken, [spent], [timed(floor)])


def proving(size: int) -> None:
    """From hashes at hand (the arithmetic alone), and from stored tiles, a query and its round trip each."""
    from regulation.ledger.merkle import inclusion_proof
    from regulation.ledger.tiles import TileReader

    chance = random.Random(1)
    indices = [chance.randrange(size) for _ in range(PROOFS)]
    pair = b"\x01" + bytes(64)
    steps = (size - 1).bit_length()
    warm = TileReader()

    def at_hand() -> None:
        for index in indices:
            inclusion_proof(index, size, warm, warm.siblings)

    def stored() -> None:
        for index in indices:
            tiles = TileReader()
            tiles.fetch(index, size)
            inclusion_proof(index, size, tiles, tiles.siblings)

    def floor() -> None:
        for _ in range(PROOFS * steps):
            hashlib.sha256(pair).digest()

    at_hand()
    for name, prove in (("tiles at hand", at_hand), ("stored tiles", stored)):
        rounds = [(timed(prove), timed(floor)) for _ in range(ROUNDS)]
        told = f"inclusion proof from {name}, against its path's hashes"
        line(told, PROOFS, *map(list, zip(*rounds, strict=True)))


def writing() -> None:
    """Each write in a transaction of its own, the two in turn."""
    import rfc8785
    from django.db import connection, transaction

    from regulation.ledger.operations import record

    ours, bare = [], []
    with connection.cursor() as cursor:
        for n in range(WRITES):
            body = {"n": n, "amount": "900.00", "note": "基准测试"}

            def write(body=body) -> None:
                with transaction.atomic():
                    record(kind="bench.written", subject=About, actor=None, body=body)

            def insert(n=n, body=body) -> None:
                row = [-1 - n, "bench.written", About.urn, b"0" * 16, rfc8785.dumps(body).decode()]
                with transaction.atomic():
                    cursor.execute(INSERT, [*row, secrets.token_bytes(32)])

            ours.append(timed(write))
            bare.append(timed(insert))
    p50, other = statistics.median(ours) * 1000, statistics.median(bare) * 1000
    print("\n| write | p50 ms | bare insert ms | ratio |\n|---|---:|---:|---:|")
    print(f"| `record()` in its transaction | {p50:.2f} | {other:.2f} | {p50 / other:.2f}× |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.load:
        import django

        django.setup()
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(BARE)
        fill(asked.entries)
        return
    owner = os.environ | {"QINQING_DATABASE_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], check=True, env=owner)
    command = [sys.executable, __file__, "--load", "--entries", str(asked.entries)]
    subprocess.run(command, check=True, env=owner)
    import django

    django.setup()
    from regulation.ledger.sequencing import tree_size

    print(f"{asked.entries:,} entries\n")
    print("| what | a second | floor a second | time against the floor |\n|---|---:|---:|---:|")
    hashing(asked.entries)
    sequencing(asked.entries)
    proving(tree_size())
    writing()


if __name__ == "__main__":
    main()
