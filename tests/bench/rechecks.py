"""`./run bench rechecks [--bids 500] [--awards 200]`: how long a change takes to reach what stands open.

Bids of live tenders (five a tender, sealed) and awards of others. One firm holds a majority of every bidder;
then it is stated that a department set it up (every bid is suspended, every award a finding), and a rule pack
is published (everyone is asked again, nothing changes). Timed from the entry to the last check, the effect
and its slices one after the other as one worker carries them; queue and polling (a second each) are not in.
"""

import argparse
import datetime as dt
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
os.environ["QINQING_DATABASE_ROLE"] = "owner"
os.environ.setdefault("LOG_LEVEL", "ERROR")

EACH = 5  # bids a tender


def prepare(bids: int, awards: int):
    """The holder of all, and the department of all approvals. Rows as they stand, without their way there."""
    from django.db import transaction
    from django.utils import timezone

    from marketplace.tenders.life import Act
    from marketplace.tenders.models import Award, Bid
    from marketplace.tenders.operations.acting import do_act
    from marketplace.tenders.operations.marking import mark_awarded
    from regulation.ledger.operations import record
    from tests.factories import world

    approval, service, holder = world.approval(), world.service(), world.entity()
    by, other = world.user(), world.user()

    def bid(tender):
        firm = world.intermediary(sells=service).entity
        world.interest(holder, firm, "shareholding", share_min=60, share_max=60)
        gate = world.check(intermediary=firm, department=approval.department, gate="award")
        with transaction.atomic():
            record(kind="decoupling.checked", subject=gate, actor=None, body={})
        return Bid.objects.create(
            tender=tender,
            tenderer=firm,
            envelope=b"x",
            envelope_digest=str(firm.pk),
            gate=gate,
            submitted_by=by,
        )

    for n in range(bids):
        if n % EACH == 0:
            tender = world.tender(approval=approval, service=service)
        bid(tender)
    for _ in range(awards):
        tender = world.tender(approval=approval, service=service)
        made, at = bid(tender), timezone.now()
        world.close(tender, shares=False)
        with transaction.atomic():
            do_act(tender, Act.OPEN, kind="tenders.opened", by=None, at=at, body={"bids": []}, opened_at=at)
            tender.bids.update(opened_at=at, price=Decimal("9000.00"), days=5)
            until = at + dt.timedelta(days=3)
            Award.objects.create(
                tender=tender,
                bid=made,
                price=Decimal("9000.00"),
                gate=made.gate,
                proposed_by=by,
                awarded_by=other,
                standstill_until=until,
            )
            mark_awarded(tender, by=by, at=timezone.now(), until=until, body={})
    return holder, approval.department


def reach(kind: str) -> tuple[float, int, float]:
    """Deliver the newest entry of a kind and carry on what it set off: seconds, slices, the longest one."""
    from marketplace.tenders.effects import recheck_after_change
    from marketplace.tenders.models import Recheck
    from marketplace.tenders.operations import rechecking
    from marketplace.tenders.tasks import SLICE
    from regulation.ledger.models import Entry
    from regulation.ledger.queries import database_now

    rechecking.queue = lambda pk: None  # carried on here
    entry = Entry.objects.filter(kind=kind).latest("pk")
    began = time.perf_counter()
    recheck_after_change(entry)
    slices, longest, done = 0, 0.0, False
    made = Recheck.objects.filter(entry=entry).first()
    while made is not None and not done:
        at = time.perf_counter()
        done = rechecking.carry_on(pk=made.pk, until=database_now() + SLICE)
        slices, longest = slices + 1, max(longest, time.perf_counter() - at)
    return time.perf_counter() - began, slices, longest


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bids", type=int, default=500)
    parser.add_argument("--awards", type=int, default=200)
    chosen = parser.parse_args()
    import django

    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], check=True)
    django.setup()

    from marketplace.tenders.models import Suspension
    from regulation.decoupling.models import Check
    from regulation.decoupling.published.packs import publish_shipped_packs
    from regulation.ledger.models import Entry
    from regulation.ledger.queries import database_now
    from regulation.parties.operations import state_interest
    from tests.factories import world

    holder, department = prepare(chosen.bids, chosen.awards)
    many = chosen.bids + chosen.awards
    print(f"{chosen.bids} live bids, {chosen.awards} standing awards\n")
    print("| change | seconds | ms each | slices | longest slice | checks stored | what follows |")
    print("|---|---|---|---|---|---|---|")
    for label in ("a rule pack is published", "a department set up the holder of all bidders"):
        checks = Check.objects.count()
        if label.startswith("a rule"):
            publish_shipped_packs(at=database_now())
            kind = "decoupling.pack_published"
        else:
            state_interest(
                holder=department, subject=holder, kind="setUp", start=world.LONG_AGO, source="bench", by=None
            )
            kind = "parties.interest_stated"
        seconds, slices, longest = reach(kind)
        found = Entry.objects.filter(kind="decoupling.conflict_found").count()
        set_aside, stored = Suspension.objects.count(), Check.objects.count() - checks
        print(
            f"| {label} | {seconds:.1f} | {1000 * seconds / many:.1f} | {slices} | {longest:.1f} s | "
            f"{stored} | {set_aside} suspended, {found} conflicts told |",
            flush=True,
        )


if __name__ == "__main__":
    main()
