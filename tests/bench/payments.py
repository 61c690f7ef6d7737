"""`./run bench payments [--events 300]`: Stripe's events taken in, against two bare inserts.

Taking in is `take_event`: the event's row, Stripe asked again (the stand-in of the tests answers in this
process), the posting with its lines and their zero sum, and the entry, in one transaction. The floor is one
transaction with two ORM inserts of the same sizes, an event and an entry, their triggers asleep. The two in
turn, event by event, within one run; then the same events once more, which move nothing.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
os.environ["QINQING_DATABASE_ROLE"] = "owner"
os.environ.setdefault("LOG_LEVEL", "ERROR")


def prepare(many: int) -> tuple:
    """A stand-in for Stripe, and as many payments begun and paid there, each with its event."""
    import stripe
    from django.utils import timezone

    from marketplace.payments.gateways import stripe_gateway
    from marketplace.payments.operations import carry_out, order_funding
    from tests.factories import payments
    from tests.factories.stripe_stand_in import KEY, StandIn

    there = StandIn()
    client = stripe.StripeClient(KEY, http_client=there, max_network_retries=0)
    provider = stripe_gateway.StripeProvider(client)
    stripe_gateway.from_settings = lambda: provider
    events = []
    for n in range(many):
        charge = payments.a_charge(1000, provider="stripe")
        payments.account(charge, external=provider.open_account(email="a@example.org", key=f"k{n}"))
        order = order_funding(charge=charge, by=None)
        carry_out(order=order, at=timezone.now())
        order.refresh_from_db()
        events.append(there.pay(order.external))
    return provider, events


def bare(event: dict, raw: str) -> None:
    import pgtrigger
    from django.db import transaction
    from django.utils import timezone

    from marketplace.payments.models import ProviderEvent
    from marketplace.payments.models.event import EventState
    from regulation.ledger.models import Entry

    with transaction.atomic(), pgtrigger.ignore():
        ProviderEvent.objects.create(
            provider="stripe",
            external=f"bare-{event['id']}",
            kind=event["type"],
            payload=raw,
            state=EventState.APPLIED,
            moved_at=timezone.now(),
        )
        Entry.objects.create(
            kind="bench", subject="bench/1", salt=os.urandom(16), body="{}", commitment=os.urandom(32)
        )


def measure(many: int) -> None:
    import json

    from django.utils import timezone

    from marketplace.payments.models import Posting
    from marketplace.payments.operations import take_event

    provider, events = prepare(many)
    spent: dict[str, list[float]] = {"an event that moves money": [], "the same once more": [], "floor": []}
    before = Posting.objects.count()

    def take(event: dict, raw: str) -> None:
        take_event(event=event, raw=raw.encode(), provider=provider, at=timezone.now())

    for event in events:
        raw = json.dumps(event)
        for name, work in zip(spent, (take, take, bare), strict=True):
            start = time.perf_counter()
            work(event, raw)
            spent[name].append(time.perf_counter() - start)
    assert Posting.objects.count() - before == many
    floor = spent.pop("floor")
    print("| taken in | a second | two bare inserts a second | ratio |\n|---|---:|---:|---:|")
    for name, seconds in spent.items():
        ratio = statistics.median(b / a for a, b in zip(seconds, floor, strict=True))
        rates = [f"{1 / statistics.median(each):,.0f}" for each in (seconds, floor)]
        print(f"| {name} | {rates[0]} | {rates[1]} | {ratio:.2f}× |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300)
    chosen = parser.parse_args()
    import django

    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], check=True)
    django.setup()
    measure(chosen.events)


if __name__ == "__main__":
    main()
