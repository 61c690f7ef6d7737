"""`./run bench auction [WATCHERS]`: a running auction with 200 watchers, each asking every two seconds.

A request goes through the whole WSGI application in this process, as production settings build it, without
the network. Told: requests a second with and without the second for which watchers share a reading, the time
a price takes with nobody watching and while all watch, and what share of one core the watchers need.
"""

import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
os.environ.setdefault("SECRET_KEY", "bench")
os.environ.setdefault("IDENTITY_HMAC_KEY", "bench")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["INSECURE_HTTP"] = "1"
os.environ["QINQING_DATABASE_ROLE"] = "owner"  # who alone moves a deadline

EVERY, PRICES = 2.0, 60


def prepare() -> None:
    import django

    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], check=True)
    django.setup()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def begun():
    """An auction of ten bidders whose one round lasts an hour."""
    from django.utils import timezone

    from marketplace.tenders import operations
    from tests.factories import tenders, world

    tender = world.tender(
        method="price_auction", method_parameters={"rounds": 1, "round_seconds": 3600, "step": "0.01"}
    )
    for n in range(10):
        tenders.bid(tender, f"{9000 + n}.00")
    world.close(tender)  # the deadline moved into the past, and the trustees' shares handed over
    operations.open_tender(tender=tender, at=timezone.now())
    now = timezone.now()
    tender.refresh_from_db()
    return operations.start_auction(tender=tender, starts_at=now, by=world.user(), at=now)


def prices(seats, count: int) -> list[float]:
    """Seconds a price takes, one after the other, from seat to seat."""
    from decimal import Decimal

    from django.utils import timezone

    from marketplace.tenders import operations
    from tests.factories import world

    by, took = world.user(), []
    for n in range(count):
        seat = seats[n % len(seats)]
        seat.refresh_from_db()
        start = time.perf_counter()
        operations.give_price(
            seat=seat, price=seat.price - Decimal("0.01"), nonce=str(time.time_ns()), by=by, at=timezone.now()
        )
        took.append(time.perf_counter() - start)
    return took


def watch(address: str, watchers: int, seconds: float, done: threading.Event) -> tuple[int, int]:
    """So many watchers, each every two seconds; how many were answered, and how many over a second late."""
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    begin, answered, late = time.perf_counter(), 0, 0
    while not done.is_set() and time.perf_counter() - begin < seconds:
        due = begin + answered * EVERY / watchers
        now = time.perf_counter()
        if now < due:
            time.sleep(due - now)
        late += now - due > 1
        assert client.get(address).status_code == 200
        answered += 1
    return answered, late


def rate(address: str, *, shared: bool) -> float:
    """Requests a second, as fast as one worker can."""
    from django.core.cache import cache
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    begin, n = time.perf_counter(), 0
    while time.perf_counter() - begin < 5:
        if not shared:
            cache.clear()
        client.get(address)
        n += 1
    return n / (time.perf_counter() - begin)


def main(watchers: int) -> None:
    prepare()
    from django.urls import reverse

    auction = begun()
    seats = list(auction.seats.order_by("pk"))
    address = reverse("tenders:auction_live", args=[auction.tender.ref])
    alone, shared = rate(address, shared=False), rate(address, shared=True)
    quiet = prices(seats, PRICES)
    done, counted = threading.Event(), []
    crowd = threading.Thread(target=lambda: counted.append(watch(address, watchers, 60, done)))
    crowd.start()
    busy = prices(seats, PRICES)
    time.sleep(10)
    done.set()
    crowd.join()
    answered, late = counted[0]
    share = watchers / EVERY / shared
    before, while_watched = (statistics.median(took) * 1000 for took in (quiet, busy))
    print(f"live part: {alone:.0f} requests a second each read anew, {shared:.0f} shared for a second")
    print(f"{watchers} watchers ask {watchers / EVERY:.0f} times a second: {share:.0%} of one worker")
    print(f"a price: median {before:.1f} ms with nobody watching, {while_watched:.1f} ms watched")
    print(f"watched: {answered} answers, {late} over a second late")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
