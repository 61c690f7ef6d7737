"""`./run bench registry [--scale 1]`: search, facets and rulings at 50,000 approvals and 200,000 rulings.

Names are put together from pieces of real names; nothing else of them is real. The owner loads rulings with
the triggers set aside (each would be judged against the regions above it); `rebuild_search` makes the search
documents afterwards. What is compared is measured in turn within one run: a slow minute falls on both.
"""

import argparse
import datetime as dt
import os
import random
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
os.environ["PAGE_CACHE_SECONDS"] = "0"

APPROVALS, RULINGS_EACH = 50_000, 4
QUERIES, ROUNDS, PAGES = 20, 5, 60
EMPTY, ANEW = (
    "empty Wagtail page",
    "the record just changed",
)  # so that nothing found or counted before is kept
BASELINE = """
CREATE TABLE bench_document AS SELECT id, names, body FROM registry_document;
ALTER TABLE bench_document ADD PRIMARY KEY (id);
CREATE INDEX ON bench_document USING gin (names gin_trgm_ops, body gin_trgm_ops);
GRANT SELECT ON bench_document TO PUBLIC;
"""
GROUPING = """
SELECT kind, region_id, department_id, necessity, level, count(*) FROM registry_document
GROUP BY GROUPING SETS ((kind), (region_id), (department_id), (necessity), (level))
"""
LIKE = "SELECT id FROM bench_document WHERE names ILIKE %s OR body ILIKE %s"


# --- loading, as the owner ---------------------------------------------------------------------------------


def load(scale: float) -> None:
    """Approvals, rulings, documents, and the table that ILIKE with trigrams is measured on."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from regulation.registry.operations import rebuild_search

    for command in ("load_seed", "load_site"):
        call_command(command, verbosity=0)
    tables = ("registry_approval", "registry_ruling", "registry_rulingbasis")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        start = time.perf_counter()
        _rulings(_approvals(int(APPROVALS * scale)))
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        loaded = time.perf_counter()
        changed = rebuild_search()
        print(
            f"loaded with the triggers set aside in {loaded - start:.0f} s; "
            f"rebuild_search wrote {changed:,} documents in {time.perf_counter() - loaded:.0f} s"
        )
        cursor.execute(BASELINE)
        cursor.execute("ANALYZE")


def _approvals(n: int) -> list:
    from regulation.registry.models import Approval
    from regulation.registry.seed.tables import index_approval

    chance = random.Random(1)
    real = list(Approval.objects.select_related("department").order_by("pk"))
    names = [one.name for one in real]
    made = []
    for i in range(n):
        like, first, last = chance.choice(real), chance.choice(names), chance.choice(names)
        approval = Approval(
            ref=f"bench-{i}",
            code=f"BENCH{i:08d}",
            name=first[: max(2, len(first) // 2)] + last[len(last) // 2 :],
            department=like.department,
            region_id=like.region_id,
            source="基准测试",
        )
        index_approval(approval)
        made.append(approval)
    return Approval.objects.bulk_create(made, batch_size=2_000)


def _rulings(approvals: list) -> None:
    """Four an approval: three anyone may do without, one demanded by a law."""
    from django.utils import timezone

    from regulation.parties.models import User
    from regulation.registry.models import Necessity, Provision, Ruling, RulingBasis, Service

    chance = random.Random(2)
    services = list(Service.objects.order_by("pk"))
    lawful = Provision.objects.filter(level="law", in_force__contains=timezone.localdate()).order_by("pk")
    provisions = list(lawful)
    author, reviewer = (User.objects.create_user(f"bench{n}@example.org") for n in (1, 2))
    since, published = (dt.date(2026, 1, 1), None), timezone.now()
    made = []
    for approval in approvals:
        for n, service in enumerate(chance.sample(services, RULINGS_EACH)):
            necessity = Necessity.MANDATORY if n == 0 else Necessity.OPTIONAL
            made.append(
                Ruling(
                    approval=approval, service=service, region_id=approval.region_id, necessity=necessity,
                    payer="applicant", in_force=since, author=author, reviewer=reviewer,
                    published_at=published,
                    reason=f"办理{approval.name}，您可以自行编制，也可以自己选择技术单位。",
                    follow_up="由监管部门抽查", source="基准测试",
                )
            )  # fmt: skip
    bases = []
    for batch in _batched(made, 10_000):
        written = Ruling.objects.bulk_create(batch, batch_size=2_000)
        bases += [RulingBasis(ruling=r, provision=chance.choice(provisions), position=0) for r in written]
    RulingBasis.objects.bulk_create(bases, batch_size=5_000)


def _batched(things: list, size: int):
    return (things[start : start + size] for start in range(0, len(things), size))


# --- measuring, as the site --------------------------------------------------------------------------------


def timed(function) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def row(name: str, ours: list[float], theirs: list[float], target: float | None, note: str = "") -> None:
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    met = "–" if target is None else "yes" if ratio <= target else "NO"
    wanted = "–" if target is None else f"≤ {target:.2f}×"
    print(
        f"| {name} | {statistics.median(ours) * 1000:.1f} | {statistics.median(theirs) * 1000:.1f} "
        f"| {ratio:.2f}× | {wanted} | {met} | {note} |",
        flush=True,
    )


def two_characters() -> list[str]:
    from regulation.registry.models import Document

    chance, found = random.Random(3), set()
    titles = list(Document.objects.filter(kind="approvals").order_by("pk").values_list("title", flat=True))
    while len(found) < QUERIES:
        title = chance.choice(titles)
        at = chance.randrange(len(title) - 1)
        if all("\u4e00" <= c <= "\u9fff" for c in title[at : at + 2]):
            found.add(title[at : at + 2])
    return sorted(found)


def search() -> None:
    from django.db import connection

    from regulation.registry.queries.search import matching

    ours, theirs, answers = [], [], 0
    with connection.cursor() as cursor:

        def like(word: str) -> set[int]:
            cursor.execute(LIKE, [f"%{word}%"] * 2)
            return {pk for (pk,) in cursor.fetchall()}

        def mine(word: str) -> set[int]:
            return set(matching([word]).values_list("pk", flat=True))

        words = two_characters()
        for word in words:
            wanted = like(word)
            assert wanted <= mine(word), word
            answers += len(wanted)
        for _ in range(ROUNDS):
            for word in words:
                ours.append(timed(lambda w=word: mine(w)))
                theirs.append(timed(lambda w=word: like(w)))
    row("two characters, against trigram ILIKE", ours, theirs, 0.25, f"{answers:,} answers, all of ILIKE's")


def counts() -> None:
    from django.db import connection
    from django.utils import timezone

    from regulation.registry.queries import Choice, facets

    today, plain, judged, sets = timezone.localdate(), [], [], []
    with connection.cursor() as cursor:
        for _ in range(ROUNDS * 3):
            plain.append(timed(lambda: facets(Choice())))
            judged.append(timed(lambda: facets(Choice(on=today))))
            sets.append(timed(lambda: (cursor.execute(GROUPING), cursor.fetchall())))
    row("facets, unfiltered, against GROUPING SETS", plain, sets, 0.25)
    row("the same, ended demands told apart", judged, sets, None)


def suggested() -> None:
    from regulation.registry.queries import suggestions

    for typed in ("shigongxvke", "施工许克", "assesment"):
        spent = [timed(lambda t=typed: suggestions(t)) for _ in range(ROUNDS)]
        print(f"suggestions for {typed}: {statistics.median(spent) * 1000:.0f} ms, {suggestions(typed)}")


def addresses() -> dict[str, list[str]]:
    from django.urls import reverse
    from wagtail.models import Site

    from cms.models import StandardPage
    from regulation.registry.models import Ruling

    root = Site.objects.get(is_default_site=True).root_page
    empty = root.add_child(instance=StandardPage(title="Empty", slug="bench-empty"))
    rulings = Ruling.objects.on_record().filter(approval__ref__startswith="bench-").order_by("pk")
    some = list(rulings.select_related("approval", "service")[:: max(1, rulings.count() // PAGES)][:PAGES])
    need, find = reverse("registry:need_check"), reverse("search")
    words = [f"{find}?q={word}" for word in (two_characters() * PAGES)[: len(some)]]
    many = [f"{find}?q=审批&kind=approvals&page=50"] * len(some)
    return {
        EMPTY: [empty.url] * len(some),
        "need check of an approval": [f"{need}?region={r.region_id}&approval={r.approval.ref}" for r in some],
        "ruling": [r.get_absolute_url() for r in some],
        "what was said of a place on a day": [
            reverse(
                "registry:requirement_said",
                args=[r.service.code, r.region_id, r.approval.ref, r.in_force.lower, dt.date.today()],
            )
            for r in some
        ],
        "search, two characters": words,
        f"search, two characters, {ANEW}": words,
        "search, the last page of many": many,
        f"search, the last page of many, {ANEW}": many,
        "search, one facet, no words": [f"{find}?region={r.region_id}" for r in some],
    }


def pages() -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from regulation.ledger.generation import turn

    client, known = Client(headers={"host": "localhost"}), addresses()
    queries = {}
    for name, urls in known.items():
        client.get(urls[0])
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(urls[-1])
        assert answer.status_code == 200, f"{name}: {answer.status_code} at {urls[-1]}"
        queries[name] = len(captured)
    print("\n| page | p50 ms | p99 ms | speed against the empty page | queries |\n|---|---:|---:|---:|---:|")
    anew = [name for name in known if name.endswith(ANEW)]
    for names in ([name for name in known if name not in anew], [EMPTY, *anew]):
        spent: dict[str, list[float]] = {name: [] for name in names}
        for n in range(min(PAGES, len(known[EMPTY]))):
            for name in names:
                if name in anew:
                    turn()
                spent[name].append(timed(lambda url=known[name][n]: client.get(url)))
        for name, seconds in spent.items():
            ratio = statistics.median(e / s for e, s in zip(spent[EMPTY], seconds, strict=True))
            p99 = statistics.quantiles(seconds, n=100)[98]
            p50 = statistics.median(seconds)
            print(f"| {name} | {p50 * 1000:.0f} | {p99 * 1000:.0f} | {ratio:.2f}× | {queries[name]} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.load:
        load(asked.scale)
        return
    owner = os.environ | {"QINQING_DATABASE_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], check=True, env=owner)
    command = [sys.executable, __file__, "--load", "--scale", str(asked.scale)]
    subprocess.run(command, check=True, env=owner)
    import django

    django.setup()
    from django.core.management import call_command

    from regulation.registry.models import Document, Ruling

    call_command("collectstatic", interactive=False, verbosity=0)
    print(f"{Document.objects.count():,} documents, {Ruling.objects.count():,} rulings\n")
    print("| query | ms | against ms | ratio | target | met | |\n|---|---:|---:|---:|---|---|---|")
    search()
    counts()
    print()
    suggested()
    pages()


if __name__ == "__main__":
    main()
