"""Requests per second of public pages against an empty Wagtail page, side by side in one run.

Each round asks every page in turn, so that a slow minute of the machine falls on all of them. A request goes
through the whole WSGI application in this process, as production settings build it, without the network.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS, REQUESTS = 12, 10
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
os.environ.setdefault("SECRET_KEY", "bench")
os.environ.setdefault("IDENTITY_HMAC_KEY", "bench")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["INSECURE_HTTP"] = "1"
os.environ["PAGE_CACHE_SECONDS"] = "0"  # what a page costs to make; kept pages are measured by themselves

TARGETS = {"empty": None, "list": 0.8, "detail": 1.0, "need check": None}


def prepare() -> None:
    """The demo's data, in the bench's own database."""
    import django

    owner = os.environ | {"QINQING_DATABASE_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], check=True, env=owner)
    django.setup()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    for command in ("load_seed", "load_site"):
        call_command(command, verbosity=0)
    call_command("demo_world", passwords=os.devnull, verbosity=0)


def addresses() -> dict[str, tuple[str, str]]:
    """Name → (kind, address)."""
    from django.urls import reverse
    from wagtail.models import Site

    from cms.models import StandardPage
    from marketplace.directory.models import Intermediary
    from regulation.registry.models import Approval, Ruling

    root = Site.objects.get(is_default_site=True).root_page
    empty = StandardPage.objects.filter(slug="bench-empty").first()
    if empty is None:
        empty = root.add_child(instance=StandardPage(title="Empty", slug="bench-empty"))
    with_rulings = Approval.objects.filter(rulings__isnull=False).order_by("pk").first()
    assert with_rulings is not None, "the seed data has approvals with rulings"
    region = with_rulings.region_id
    return {
        "empty Wagtail page": ("empty", empty.url),
        "approval list": ("list", reverse("registry:approval_list")),
        "service list": ("list", reverse("registry:service_list")),
        "intermediary list": ("list", reverse("directory:intermediary_list")),
        "tender list": ("list", reverse("tenders:tender_list")),
        "approval": ("detail", with_rulings.get_absolute_url()),
        "ruling": ("detail", Ruling.objects.on_record().order_by("pk").first().get_absolute_url()),
        "intermediary": ("detail", Intermediary.objects.order_by("pk").first().get_absolute_url()),
        "need check, answered": (
            "need check",
            f"{reverse('registry:need_check')}?region={region}&approval={with_rulings.ref}",
        ),
    }


def measure(pages: dict[str, tuple[str, str]]) -> dict[str, list[float]]:
    """Seconds for REQUESTS requests, per page, ROUNDS times."""
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    for name, (_, address) in pages.items():
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, f"{name}: {answer.status_code} at {address}"
    seconds: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, (_kind, address) in pages.items():
            start = time.perf_counter()
            for _ in range(REQUESTS):
                client.get(address)
            seconds[name].append(time.perf_counter() - start)
    return seconds


def queries_of(address: str) -> int:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        Client(headers={"host": "localhost"}).get(address)
    return len(captured)


def kept(address: str) -> float:
    """How many times faster a page is served from the page cache than made, both in this run."""
    from django.conf import settings
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    ratios = []
    for _ in range(ROUNDS):
        spent = []
        for settings.PAGE_CACHE_SECONDS in (0, 300):
            client.get(address)
            start = time.perf_counter()
            for _ in range(REQUESTS):
                client.get(address)
            spent.append(time.perf_counter() - start)
        ratios.append(spent[0] / spent[1])
    settings.PAGE_CACHE_SECONDS = 0
    return statistics.median(ratios)


def main() -> None:
    prepare()
    pages = addresses()
    seconds = measure(pages)
    empty = seconds["empty Wagtail page"]
    print("| page | kind | requests/s (median) | against the empty page | target | queries |")
    print("|---|---|---:|---:|---:|---:|")
    for name, (kind, address) in pages.items():
        rate = REQUESTS / statistics.median(seconds[name])
        ratio = statistics.median(e / s for e, s in zip(empty, seconds[name], strict=True))
        target = f"≥ {TARGETS[kind]:.1f}×" if TARGETS[kind] else "–"
        print(f"| {name} | {kind} | {rate:.0f} | {ratio:.2f}× | {target} | {queries_of(address)} |")
    for name in ("empty Wagtail page", "approval list"):
        print(f"{name}, kept for visitors: {kept(pages[name][1]):.0f}× (target ≥ 4×)")


if __name__ == "__main__":
    main()
