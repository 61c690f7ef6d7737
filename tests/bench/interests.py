"""`./run bench interests [N …]`: BODS 0.4 files of N statements read, checked, written and sent out again.

Each step runs in a process of its own, with its seconds and its peak memory; the database server's is not in
it. Half of the statements are entities, a tenth people, the rest holdings, among them circles.
"""

import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
os.environ.setdefault("SECRET_KEY", "bench")
os.environ.setdefault("IDENTITY_HMAC_KEY", "bench")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["INSECURE_HTTP"] = "1"

SIZES = (50_000, 1_000_000)
FOLDER = Path(os.environ.get("BENCH_FOLDER", ""))


def setup() -> None:
    import django

    django.setup()


def make(size: int) -> str:
    """A file of `size` statements, the same for the same size."""
    from regulation.parties.identifiers import credit_code_check_character
    from tests.factories import bods

    chance = random.Random(size)
    bods.count = itertools.count(10 * size)  # no number of a smaller file again
    entities, people = size // 2, size // 10
    with (FOLDER / f"{size}.jsonl").open("w", encoding="utf-8") as file:
        for n in range(entities):
            body = f"9111{n + size:013d}"
            said = bods.entity(
                f"e-{size}-{n}", name=f"基准单位{n}", code=body + credit_code_check_character(body)
            )
            file.write(json.dumps(said, ensure_ascii=False) + "\n")
        for n in range(people):
            said = bods.person(f"p-{size}-{n}", name=f"某{n}", number=f"P{n + size:09d}")
            file.write(json.dumps(said, ensure_ascii=False) + "\n")
        for n in range(size - entities - people):
            holder = f"p-{size}-{n % people}" if n % 3 else f"e-{size}-{chance.randrange(entities)}"
            subject = f"e-{size}-{chance.randrange(entities)}"
            said = bods.holding(f"r-{size}-{n}", holder, subject, share=chance.randrange(1, 60))
            file.write(json.dumps(said, ensure_ascii=False) + "\n")
    return f"{(FOLDER / f'{size}.jsonl').stat().st_size / 1e6:.0f} MB"


def read(size: int) -> str:
    from regulation.ledger.queries import database_now
    from regulation.parties.exchange.operations import upload_interests

    with (FOLDER / f"{size}.jsonl").open("rb") as stream:
        job = upload_interests(name=f"{size}", stream=stream, by=None, at=database_now(), later=False)
    return job.state


def _last():
    from regulation.parties.models import InterestImport

    return InterestImport.objects.order_by("pk").last()


def check(_size: int) -> str:
    from regulation.ledger.queries import database_now
    from regulation.parties.exchange.operations import run_import

    run_import(pk=_last().pk, at=database_now())
    job = _last()
    found = f"{job.warnings_found:,} warnings, {job.faults_found:,} faults"
    return f"{job.stated:,} to state, {job.unchanged:,} unchanged, {found}"


def write(_size: int) -> str:
    from regulation.ledger.queries import database_now
    from regulation.parties.exchange.operations import confirm_import, run_import

    confirm_import(job=_last(), by=None)
    return run_import(pk=_last().pk, at=database_now())


def send(_size: int) -> str:
    from django.utils.timezone import localdate

    from regulation.parties.exchange.exporting import Exporter, as_lines
    from regulation.parties.models import Interest

    statements = Exporter(Interest.objects.standing(), on=localdate(), full=True).statements()
    return f"{sum(1 for _line in as_lines(statements)):,} statements"


STEPS = {"make": make, "read": read, "check": check, "write": write, "send": send}


def step(name: str, size: int) -> tuple[float, float, str]:
    ran = subprocess.run(
        [sys.executable, __file__, name, str(size)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    if ran.returncode:
        raise SystemExit(ran.stderr)
    seconds, peak, said = ran.stdout.strip().splitlines()[-1].split("\t")
    return float(seconds), float(peak), said


def main() -> None:
    os.environ["BENCH_FOLDER"] = tempfile.mkdtemp()
    owner = os.environ | {"QINQING_DATABASE_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], check=True, env=owner)
    print("| step | statements | seconds | peak MB | |\n|---|---:|---:|---:|---|", flush=True)
    for size in [int(given) for given in sys.argv[1:]] or SIZES:
        for name in ("make", "read", "check", "write", "send", "read", "check"):
            seconds, peak, said = step(name, size)
            print(f"| {name} | {size:,} | {seconds:.1f} | {peak:.0f} | {said} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in STEPS:
        setup()
        start = time.perf_counter()
        said = STEPS[sys.argv[1]](int(sys.argv[2]))
        seconds = time.perf_counter() - start
        print(f"\n{seconds}\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}\t{said or '–'}")
    else:
        main()
