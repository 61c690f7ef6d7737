"""What holds while things race, are killed, or are stolen. Each has its control, which loses."""

import base64
import datetime as dt
import os
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import pgtrigger
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.embedded.postgres import programs
from marketplace.tenders.models import Bid, Tender
from marketplace.tenders.operations import submit_bid
from marketplace.tenders.sealing import Key, PlainBid, Unreadable, read_header, unseal
from marketplace.tenders.sealing.envelope import derived
from regulation.ledger.queries import database_now
from tests.factories import world

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = PlainBid(Decimal("8765.43"), 29, "现场踏勘暗号")


def bid(tender: Tender, plain: PlainBid = SECRET, **fields: object) -> Bid:
    firm = fields.pop("tenderer", None) or world.intermediary(sells=tender.service).entity
    given = {"tender": tender, "tenderer": firm, "by": world.user(), "at": timezone.now()}
    return submit_bid(bid=plain, **given | fields)


def dump() -> bytes:
    """Everything the database holds, as its owner can dump it."""
    said = connection.get_connection_params()
    words = ["-h", str(said["host"]), "-U", str(said["user"]), "-d", str(said["dbname"])]
    secret = {"PGPASSWORD": str(said.get("password") or "")}
    program = str(programs()[0] / "pg_dump")
    port = ["-p", str(said["port"])] if said.get("port") else []
    done = subprocess.run([program, *words, *port], env=os.environ | secret, capture_output=True, check=True)
    return done.stdout


def spellings(text: str) -> list[bytes]:
    """How a text may stand in a dump: as it is, in hexadecimal, in base64 at each offset, escaped."""
    raw = text.encode()
    turned = [base64.b64encode(b"\0" * n + raw)[4:-4] for n in range(3)]
    return [raw, raw.hex().encode(), *turned, text.encode("unicode_escape")]


def test_the_whole_database_and_the_platforms_key_reveal_no_bid():
    tender = world.tender(ceiling=Decimal("99999.00"))
    made = bid(tender)
    everything = dump()
    assert made.envelope_digest.encode() in everything
    for secret in ("8765.43", "现场踏勘暗号", "踏勘暗号"):
        assert not [s for s in spellings(secret) if s in everything], secret

    platform = tender.appointments.select_related("tender", "trustee").get(trustee__part="platform")
    envelope = bytes(made.envelope)
    share = world.share_of(made, tender, platform)
    assert share is not None
    header = read_header(envelope)
    place = {"tender": tender.urn, "tenderer": made.tenderer.urn}
    keys = [Key(bytes(a.key.public)) for a in tender.appointments.select_related("key")]
    with pytest.raises(Unreadable):
        unseal(envelope, shares={platform.position: share}, trustees=keys, **place)
    for guess in (share, derived(share, b"content", header.context)):
        with pytest.raises(InvalidTag):
            AESGCM(guess).decrypt(bytes(12), envelope[header.size :], envelope[: header.size])

    second = tender.appointments.select_related("tender", "trustee").get(trustee__part="notary")
    both = {a.position: world.share_of(made, tender, a) for a in (platform, second)}
    assert unseal(envelope, shares=both, trustees=keys, **place).bid == SECRET  # the control: two do


def test_a_bid_that_stood_in_the_clear_would_have_been_found():
    """The control of the search: what is written plainly, the dump has."""
    tender = world.tender(description="现场踏勘暗号 8765.43")
    everything = dump()
    for secret in ("8765.43", "现场踏勘暗号"):
        assert [s for s in spellings(secret) if s in everything], secret
    assert tender.pk


def race(*, guarded: bool, attempts: int = 10_000) -> tuple[int, int, int]:
    """Bid from four connections over the deadline with a clock half an hour slow, each firm until it is in;
    (accepted, of them too late, attempts)."""
    gate, by = world.check(), world.user()
    firms = [[world.entity("intermediary") for _ in range(150)] for _ in range(4)]
    tender = world.tender(closes_at=timezone.now() + dt.timedelta(seconds=4))  # once the firms are there
    slow = tender.closes_at - dt.timedelta(minutes=30)
    accepted: list[dt.datetime] = []
    tried: list[int] = []

    def one(firm) -> None:
        began = database_now()
        with transaction.atomic():
            list(Tender.objects.raw("SELECT * FROM tenders_tender WHERE id = %s FOR SHARE", [tender.pk]))
            row = {"tender": tender, "tenderer": firm, "gate": gate, "submitted_by": by}
            Bid.objects.create(**row, envelope=b"x", envelope_digest="0" * 64, submitted_at=slow)
        accepted.append(began)

    def run(mine) -> None:
        time.sleep(max(0.0, (tender.closes_at - timezone.now()).total_seconds() - 0.5))  # on both sides of it
        done = 0
        try:
            while mine and done < attempts // 4:
                done += 1
                try:
                    if guarded:
                        one(mine[-1])
                    else:
                        with pgtrigger.ignore("tenders.Bid:deadline"):
                            one(mine[-1])
                    mine.pop()
                except IntegrityError:
                    pass  # too late
        finally:
            tried.append(done)
            connection.close()

    threads = [threading.Thread(target=run, args=(mine,)) for mine in firms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(accepted), sum(began >= tender.closes_at for began in accepted), sum(tried)


def test_a_slow_clock_lets_nobody_in_after_the_deadline():
    accepted, late, tried = race(guarded=True)
    assert accepted
    assert late == 0
    assert tried == 10_000


def test_without_the_trigger_a_slow_clock_lets_bidders_in_late():
    """The control of the race above."""
    _accepted, late, _tried = race(guarded=False)
    assert late


BIDDER = """
import sys, time
sys.path.insert(0, {root!r})
import django; django.setup()
from decimal import Decimal
from django.db import transaction
from django.utils import timezone
from marketplace.tenders.models import Tender
from marketplace.tenders.operations import submit_bid
from marketplace.tenders.sealing import PlainBid
from regulation.parties.models import Entity, User
tender = Tender.objects.get(pk={tender}); by = User.objects.get(pk={by})
for firm in Entity.objects.filter(pk__in={firms}):
    given = dict(tender=tender, tenderer=firm, by=by, bid=PlainBid(Decimal("9"), 9), at=timezone.now())
    if {early}:  # the control: it says yes before the commit, and commits a moment later
        with transaction.atomic():
            made = submit_bid(**given)
            print(made.ref, flush=True)
            time.sleep(0.5)
    else:
        print(submit_bid(**given).ref, flush=True)
"""


def killed(*, early: bool) -> set[str]:
    """Refs a process acknowledged under load before it was killed without warning, and that are not there."""
    tender = world.tender()
    firms = [world.intermediary(sells=tender.service).entity.pk for _ in range(12)]
    root = str(Path(__file__).parents[2])
    code = BIDDER.format(root=root, tender=tender.pk, by=world.user().pk, firms=firms, early=early)
    said = connection.get_connection_params()
    address = f"postgresql:///{said['dbname']}?host={said['host']}&user={said['user']}"
    env = os.environ | {"DATABASE_URL": address, "DATABASE_OWNER_URL": address}
    bidder = subprocess.Popen(
        [sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert bidder.stdout is not None
    told = [bidder.stdout.readline().strip() for _ in range(5)]
    bidder.kill()  # SIGKILL
    told += bidder.stdout.read().split()
    bidder.wait(10)
    assert all(told), "the bidder did not start"
    return set(told) - {str(ref) for ref in Bid.objects.values_list("ref", flat=True)}


def test_no_acknowledged_bid_is_lost_when_the_process_is_killed():
    assert killed(early=False) == set()


def test_who_acknowledges_before_the_commit_loses_bids():
    """The control: the same process, saying yes inside the transaction, is killed within one."""
    assert any(killed(early=True) for _ in range(6))
