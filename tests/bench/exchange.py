"""`./run bench exchange`: tables of 50,000 rows out and in, each step in a process of its own, with its peak.

Each step is measured at 5,000 and at 50,000 rows, so that what grows with the rows can be told from what does
not. The dry run of an export has to find no change; a test holds that on the real data.
"""

import os
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

SIZES = (5_000, 50_000)
FOLDER = Path(os.environ.get("BENCH_FOLDER", ""))


def setup() -> None:
    import django

    django.setup()


def make(kind: str, size: int) -> None:
    """A CSV of rows that are not on record yet."""
    from regulation.registry.exchange.columns import SHEETS
    from regulation.tables.writing import csv_lines

    columns = [column.name for column in SHEETS[kind].exported]
    rows = ([row.get(name, "") for name in columns] for row in _rows(kind, size))
    with (FOLDER / f"{kind}-new.csv").open("w", encoding="utf-8") as file:
        file.writelines(csv_lines(columns, rows))


def _rows(kind: str, size: int):
    from regulation.parties.models import Region

    for n in range(size if kind == "approvals" else 0):
        yield {
            "ref": f"bench-{n}",
            "name": f"建设项目第{n}号许可",
            "region": "511602",
            "department": "广安区水务局",
            "committed_days": str(n % 60 + 1),
            "source": "基准测试",
        }
    codes = list(Region.objects.order_by("code").values_list("code", flat=True)) if kind == "rulings" else []
    for n in range(size if kind == "rulings" else 0):
        yield {
            "approval": f"bench-{n // 20}",
            "service": "eia-report",
            "region": codes[n % 20],
            "start": "2026-09-01",
            "necessity": "optional",
            "payer": "applicant",
            "provisions": "environmental-code-98; environmental-code-95",
            "reason": f"办理第{n}号许可不需要委托中介；您可以自行编制，也可以自己选择技术单位。",
            "source": "基准测试",
        }


def export(kind: str, fmt: str) -> str:
    from django.test import Client
    from django.urls import reverse

    client = Client(headers={"host": "localhost"})
    response = client.get(reverse("registry:export", args=[kind, fmt]))
    written = 0
    with (FOLDER / f"{kind}-out.{fmt}").open("wb") as file:
        for piece in response.streaming_content:
            written += file.write(piece)
    return f"{written / 1e6:.1f} MB"


def _upload(kind: str, file: str):
    from regulation.parties.models import User
    from regulation.registry.exchange.operations import upload_import

    by = User.objects.filter(email="bench@example.org").first() or User.objects.create_user(
        "bench@example.org"
    )
    return upload_import(kind=kind, name=file, content=(FOLDER / file).read_bytes(), by=by)


def check(kind: str, file: str) -> str:
    job = _run(_upload(kind, file).pk)
    assert job.state == "checked", job.refusal
    assert not job.faults_found, list(job.faults.values()[:3])
    return f"{job.new} new, {job.changed} changed, {job.unchanged} unchanged"


def write(kind: str, file: str) -> str:
    from regulation.registry.exchange.operations import confirm_import
    from regulation.registry.models import Import

    job = Import.objects.filter(kind=kind, name=file).latest("pk")
    confirm_import(job=job, by=job.by)
    job = _run(job.pk)
    assert job.state == "written", job.state
    return f"{job.new} created"


def _run(pk: int):
    from django.utils import timezone

    from regulation.registry.exchange.operations import run_import
    from regulation.registry.models import Import

    run_import(pk=pk, at=timezone.now())
    return Import.objects.get(pk=pk)


STEPS = {"make": make, "export": export, "check": check, "write": write}


def step(name: str, *arguments: str) -> tuple[float, float, str]:
    """Seconds, peak resident megabytes, and what a step says, in a process of its own."""
    told = subprocess.run(
        [sys.executable, __file__, name, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ,
    )
    seconds, peak, said = told.stdout.strip().splitlines()[-1].split("\t")
    return float(seconds), float(peak), said


def prepare() -> None:
    owner = os.environ | {"QINQING_DATABASE_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], check=True, env=owner)
    subprocess.run([sys.executable, "manage.py", "load_seed", "-v0"], check=True)
    setup()
    from regulation.parties.models import Entity

    region = "511602"
    Entity.objects.filter(name="广安区水务局").exists() or Entity.objects.create(
        kind="department", name="广安区水务局", region_id=region, is_invented=True
    )


def measure(size: int) -> None:
    for kind in ("approvals", "rulings"):
        step("make", kind, str(size))
        new = f"{kind}-new.csv"
        for name, arguments in (
            ("check", (kind, new)),
            ("write", (kind, new)),
            ("export", (kind, "csv")),
            ("export", (kind, "xlsx")),
            ("check", (kind, f"{kind}-out.xlsx")),
        ):
            if kind == "rulings" and name == "export":
                continue
            if arguments[1] == "rulings-out.xlsx":
                continue
            seconds, peak, said = step(name, *arguments)
            print(
                f"| {name} {' '.join(arguments)} | {size:,} | {seconds:.1f} | {peak:.0f} | {said} |",
                flush=True,
            )


def main() -> None:
    os.environ["BENCH_FOLDER"] = tempfile.mkdtemp()
    global FOLDER
    FOLDER = Path(os.environ["BENCH_FOLDER"])
    prepare()
    print("| step | rows | seconds | peak MB | |\n|---|---:|---:|---:|---|")
    for size in [int(given) for given in sys.argv[1:]] or SIZES:
        measure(size)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in STEPS:
        setup()
        start = time.perf_counter()
        arguments = [int(a) if a.isdigit() else a for a in sys.argv[2:]]
        said = STEPS[sys.argv[1]](*arguments)
        seconds = time.perf_counter() - start
        print(f"\n{seconds}\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}\t{said or '–'}")
    else:
        main()
