"""`./run bench tenders [--bids 200] [--open 1000]`: accepting bids, and opening a tender with many.

Accepting is `submit_bid` of an envelope that its bidder sealed, with the conflict gate, the row and its
entry, against two bare ORM inserts: a bid and an entry of the same sizes with their triggers asleep. Both are
one transaction each. "Spread" has a tender for each bid; "one" has all bidders on one tender, from four
connections at once.
"""

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
os.environ["QINQING_DATABASE_ROLE"] = "owner"
os.environ.setdefault("LOG_LEVEL", "ERROR")

THREADS, ROUNDS = 4, 3


def prepare(many: int) -> dict:
    """Two worlds of bidders: each with a tender of its own, and all with one."""
    from django.utils import timezone

    from marketplace.tenders.sealing import Key, PlainBid, seal
    from tests.factories import world

    approval, service = world.approval(), world.service()

    def bid_for(tender):
        firm = world.intermediary(sells=service).entity
        keys = [Key(bytes(a.key.public)) for a in tender.appointments.select_related("key")]
        place = {"tender": tender.urn, "tenderer": firm.urn}
        envelope = seal(PlainBid(Decimal("900.00"), 10), trustees=keys, needed=2, **place)
        told = {"tender": tender, "tenderer": firm, "envelope": envelope, "at": timezone.now()}
        return told | {"by": world.user()}  # one who bids for two would tie them, and a thousand each to each

    given = {"approval": approval, "service": service}
    return {
        "spread": [bid_for(world.tender(**given)) for _ in range(many)],
        "one": [bid_for(one) for one in [world.tender(**given)] for _ in range(many)],
    }


def accept(bid: dict) -> None:
    from marketplace.tenders.operations import submit_bid

    submit_bid(**bid)


def bare(bid: dict) -> None:
    import pgtrigger
    from django.db import transaction

    from marketplace.tenders.models import Bid
    from regulation.ledger.models import Entry

    with transaction.atomic(), pgtrigger.ignore():
        made = Bid.objects.create(
            tender=bid["tender"],
            tenderer=bid["tenderer"],
            envelope=bid["envelope"],
            envelope_digest="0" * 64,
            gate=bid["gate"],
            submitted_by=bid["by"],
            submitted_at=bid["at"],
        )
        digest = os.urandom(32)
        Entry.objects.create(
            kind="bench", subject=made.urn, salt=os.urandom(16), body="{}", commitment=digest
        )


def at_once(work, bids: list[dict]) -> float:
    """Seconds for all of them from some connections at once."""
    from django.db import connection

    parts = [bids[n::THREADS] for n in range(THREADS)]

    def run(part: list[dict]) -> None:
        for bid in part:
            work(bid)
        connection.close()

    threads = [threading.Thread(target=run, args=(part,)) for part in parts]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def accepting(many: int) -> None:
    from tests.factories import world

    check = world.check()
    print("| accepting | bids a second | two bare inserts a second | ratio |\n|---|---|---|---|")
    ratios: dict[str, list[tuple[float, float]]] = {"spread": [], "one": []}
    for _ in range(ROUNDS):
        for name, bids in prepare(many).items():
            half = len(bids) // 2
            ours = at_once(accept, bids[:half]) / half
            rest = [bid | {"gate": check} for bid in bids[half:]]
            ratios[name].append((ours, at_once(bare, rest) / len(rest)))
    for name, pairs in ratios.items():
        ours, floor = (statistics.median(each) for each in zip(*pairs, strict=True))
        ratio = statistics.median(b / a for a, b in pairs)
        print(f"| {name} | {1 / ours:,.0f} | {1 / floor:,.0f} | {ratio:.2f}× |", flush=True)


def opening(many: int) -> None:
    """Shares of three trustees handed over, then the opening: unsealing, prices, entry, the gate for all."""
    from django.utils import timezone

    from marketplace.tenders.models import Bid
    from marketplace.tenders.operations import open_tender
    from marketplace.tenders.operations.opening import _unseal_into
    from marketplace.tenders.queries import trustee_keys
    from tests.factories import world

    bids = prepare(many)["one"]
    for bid in bids:
        accept(bid)
    tender = bids[0]["tender"]
    world.close(tender, shares=False)
    began = time.perf_counter()
    world.hand_over_shares(tender)
    handed = time.perf_counter()
    keys = trustee_keys(tender)
    for bid in (
        Bid.objects.filter(tender=tender)
        .select_related("tenderer")
        .prefetch_related("shares__appointment", "sealed_files")
    ):
        _unseal_into(bid, tender, keys)
    unsealed = time.perf_counter()
    open_tender(tender=tender, at=timezone.now())
    done = time.perf_counter()
    print(f"\n| opening {many:,} bids | seconds |\n|---|---|")
    print(f"| three trustees open their boxes and hand over | {handed - began:.1f} |")
    print(f"| unsealing alone | {unsealed - handed:.1f} |")
    print(f"| the opening: unsealing, rows, entry, and the gate for every bid | {done - unsealed:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bids", type=int, default=200)
    parser.add_argument("--open", type=int, default=1000)
    chosen = parser.parse_args()
    import django

    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], check=True)
    django.setup()
    accepting(chosen.bids)
    opening(chosen.open)


if __name__ == "__main__":
    main()
