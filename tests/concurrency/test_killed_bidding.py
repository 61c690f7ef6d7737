"""kill -9 of web, worker and database while bids come in: none that was acknowledged is lost. Real processes,
a PostgreSQL that waits for the disk, and for each a control that loses."""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.test import Client

from config.embedded.postgres import OWNER, SITE
from marketplace.tenders.errors import TenderRefused
from marketplace.tenders.models import Tender
from marketplace.tenders.operations import open_tender, submit_bid
from marketplace.tenders.sealing import PlainBid
from marketplace.tenders.tasks import open_due
from regulation.ledger.queries import database_now
from regulation.parties.models import Entity, Role, User
from tests.factories import world
from tests.regulation.ledger.house import House, children, end, for_ever

ROOT = Path(__file__).parents[2]
ENOUGH, KILLS, BIDDERS = 40, 5, 3
CSRF = "a" * 32
LONG = timedelta(hours=1)


@dataclass
class Load:
    """What is bid for, by whom; `cookies` of the agents of the firms; the trustees' private keys."""

    tenders: list[int]
    refs: list[str]
    firms: list[int]
    by: int
    keys: dict[str, bytes]
    cookies: list[str] = field(default_factory=list)


def prepare(*, firms: int, closes: tuple[timedelta, ...] = (LONG,), signed_in: bool = False) -> Load:
    """Firms, and tenders with these times until their deadlines."""
    with transaction.atomic():
        service = world.service()
        sellers = [world.intermediary(sells=service).entity for _n in range(firms)]
        cookies = [_cookie(world.member(Role.AGENT, one).user) for one in sellers] if signed_in else []
        by, now = world.user(), database_now()
        made = [world.tender(service=service, closes_at=now + left) for left in closes]
    pks = [one.pk for one in sellers]
    return Load([t.pk for t in made], [t.ref for t in made], pks, by.pk, world.PRIVATE, cookies)


def _cookie(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def bid_on(acked: Path, load: Load, turn: int, before: str = "") -> None:
    """Each firm of this bidder bids for each tender; what was committed is written down. After a broken line
    the same again: what is there already is refused, and was not acknowledged."""
    by = User(pk=load.by)
    pairs = [(firm, tender) for firm in load.firms[turn::BIDDERS] for tender in load.tenders]
    with acked.open("ab", buffering=0) as said:
        while pairs:
            firm, tender = pairs[0]
            try:
                ref = _bid(firm, tender, by, before)
            except (DatabaseError, InterfaceError):
                connection.close()
                time.sleep(0.05)
                continue
            except TenderRefused:
                ref = ""
            pairs.pop(0)
            said.write(f"{ref}\n".encode())
        time.sleep(3600)


def _bid(firm: int, tender: int, by: User, before: str) -> str:
    with transaction.atomic():
        if before:
            connection.cursor().execute(before)
        given = {"tender": Tender.objects.get(pk=tender), "tenderer": Entity.objects.get(pk=firm), "by": by}
        return str(submit_bid(bid=PlainBid(Decimal(9), 9), at=database_now(), **given).ref)


def bidders(house: House, load: Load, before: str = "") -> list:
    started = []
    for turn in range(BIDDERS):
        path = house.acked[f"bidder-{turn}"] = house.home / f"{house.database}-bidder-{turn}"
        path.touch()
        started.append(house.start(bid_on, path, load, turn, before))
    return started


def wait_for(house: House, many: int) -> None:
    deadline = time.monotonic() + 120
    while house.many() < many:
        assert time.monotonic() < deadline, house.many()
        time.sleep(0.02)


BIDS = """
    SELECT b.ref::text, b.opened_at IS NOT NULL,
           (SELECT count(*) FROM ledger_entry e WHERE e.subject = 'tenders.bid/' || b.ref
               AND e.kind = 'tenders.bid_submitted')
    FROM tenders_bid b
"""


def lost(house: House, told: set[str]) -> set[str]:
    """Of the bids that were acknowledged those that are not there, each with its one entry."""
    there = {ref for ref, _opened, entries in house.sql(BIDS) if entries == 1}
    return told - there


def told(house: House) -> set[str]:
    return {ref for refs in house.acknowledged().values() for ref in refs}


# --- the database


def kill_databases(house: House, before: str = "") -> set[str]:
    load = house.run(lambda: prepare(firms=180), role=OWNER)
    processes = bidders(house, load, before)
    for n in (1, 2):
        wait_for(house, n * ENOUGH)
        house.kill_postgres()
    if not before:
        wait_for(house, 3 * ENOUGH)  # they go on by themselves
    end(processes)
    assert len(told(house)) >= 2 * ENOUGH
    return lost(house, told(house))


def test_a_database_that_is_killed_has_every_bid_it_acknowledged(house):
    assert kill_databases(house) == set()


def test_one_that_says_yes_before_it_wrote_loses_bids(house):
    """The control of the database."""
    house.sql("ALTER SYSTEM SET wal_writer_delay = '10s'")  # nobody else writes its log meanwhile
    house.sql("SELECT pg_reload_conf()")
    try:
        assert kill_databases(house, "SET LOCAL synchronous_commit = off")
    finally:
        house.sql("ALTER SYSTEM RESET wal_writer_delay")
        house.sql("SELECT pg_reload_conf()")


# --- the worker that opens


def opener() -> None:
    for_ever(open_due)


def naive_opener() -> None:
    """Crosses a tender off before it has opened it: the mistake of a queue that forgets what it hands out."""

    def step() -> bool:
        for tender in Tender.objects.due_for_opening(database_now()):
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO crossed_off VALUES (%s) ON CONFLICT DO NOTHING", [tender.pk])
                mine = bool(cursor.rowcount)
            time.sleep(1)
            if mine:
                open_tender(tender=tender, at=database_now())
        return False

    for_ever(step)


def trustees(load: Load) -> None:
    world.PRIVATE.update(load.keys)

    def come() -> bool:
        for tender in Tender.objects.due_for_opening(database_now()):
            world.hand_over_shares(tender)
        return False

    for_ever(come)


OPENED = """
    SELECT count(*) FROM tenders_tender t WHERE t.id = ANY(ARRAY[{}])
        AND (SELECT count(*) FROM tenders_opening o WHERE o.tender_id = t.id AND o.bids_opened =
                (SELECT count(*) FROM tenders_bid b WHERE b.tender_id = t.id)) = 1
        AND (SELECT count(*) FROM ledger_entry e WHERE e.kind = 'tenders.opened'
                AND e.subject = 'tenders.tender/' || t.ref) = 1
"""


def fall_due(house: House, tender: int) -> None:
    """The deadline is now, as only the owner of the server can say."""
    house.sql(
        "ALTER TABLE tenders_tender DISABLE TRIGGER ALL; "
        f"UPDATE tenders_tender SET closes_at = clock_timestamp() WHERE id = {tender}; "
        "ALTER TABLE tenders_tender ENABLE TRIGGER ALL"
    )


def kill_openers(house: House, work) -> set[str]:
    """Bids come in while tenders fall due, one after the other, and whoever opens them is killed; the bids
    that were acknowledged and are not opened once there was time to."""
    load = house.run(lambda: prepare(firms=120, closes=(LONG,) * 3), role=OWNER)
    processes = [*bidders(house, load), house.start(trustees, load, role=OWNER)]
    for number, tender in enumerate(load.tenders, start=1):
        wait_for(house, number * ENOUGH // 2)
        fall_due(house, tender)
        for _n in range(KILLS):
            process = house.start(work)
            time.sleep(0.2 + random.random() * 0.6)
            end([process])
    last = house.start(work)
    question = OPENED.format(",".join(map(str, load.tenders)))
    deadline = time.monotonic() + (60 if work is opener else 5)
    while house.sql(question) != [(len(load.tenders),)] and time.monotonic() < deadline:
        time.sleep(0.1)
    end([*processes, last])
    assert len(told(house)) > ENOUGH
    assert lost(house, told(house)) == set()
    return told(house) - {ref for ref, opened, _entries in house.sql(BIDS) if opened}


def test_a_worker_that_is_killed_opens_every_bid_once(house):
    assert kill_openers(house, opener) == set()


def test_one_that_crosses_off_before_it_opened_leaves_bids_closed(house):
    """The control of the worker."""
    house.sql("CREATE TABLE crossed_off (id bigint PRIMARY KEY); GRANT ALL ON crossed_off TO qinqing_site")
    assert kill_openers(house, naive_opener)


# --- the web


@contextmanager
def web(house: House, application: str) -> Iterator[tuple[int, int]]:
    """gunicorn with two workers on this database; its process and its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        handle = listener.fileno()
        words = ["--bind", f"fd://{handle}", "--workers", "2", "--preload", "--no-control-socket"]
        words += ["--graceful-timeout", "1"]
        postgres = house.postgres
        addresses = {
            "DATABASE_URL": postgres.url(SITE, house.database),
            "DATABASE_OWNER_URL": postgres.url(OWNER, house.database),
            "QINQING_DATABASE_ROLE": "site",
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
        }
        log = (house.home / f"{house.database}-web").open("wb")
        command = [sys.executable, "-m", "gunicorn", application, *words]
        site = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | addresses, pass_fds=(handle,), stdout=log, stderr=log
        )
        try:
            port = listener.getsockname()[1]
            assert _ask(port, "GET", "/robots.txt", "", "", patience=90)[0] == 200
            yield site.pid, port
        finally:
            site.terminate()
            site.wait(60)
            log.close()


def _ask(port: int, method: str, path: str, body: str, cookie: str, patience: float) -> tuple[int, str]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        heads = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        link.request(method, path, body, heads)
        answer = link.getresponse()
        return answer.status, answer.headers.get("Location", "")
    finally:
        link.close()


def bid_by_the_page(port: int, address: str, cookies: list[str], acked: list[str]) -> None:
    """As a browser without JavaScript; after a broken line the same again."""
    waiting = list(cookies)
    deadline = time.monotonic() + 90
    while waiting and time.monotonic() < deadline:
        try:
            sent = "price=900&days=9&sealed=yes"
            status, where = _ask(port, "POST", address, sent, waiting[0], patience=20)
        except (OSError, http.client.HTTPException):
            continue
        waiting.pop(0)
        if status == 302 and (found := re.search(r"/bids/([0-9a-f-]{36})/", where)):
            acked.append(found.group(1))


def kill_web_workers(house: House, application: str, *, firms: int) -> tuple[set[str], set[str]]:
    """Bids come in by the page while workers of the site are killed; (acknowledged, of them lost)."""
    load = house.run(lambda: prepare(firms=firms, signed_in=True), role=OWNER)
    acked: list[str] = []
    with web(house, application) as (pid, port):
        address = f"/en/tenders/{load.refs[0]}/bid/"
        threads = [
            threading.Thread(
                target=bid_by_the_page, args=(port, address, load.cookies[n::BIDDERS], acked), daemon=True
            )
            for n in range(BIDDERS)
        ]
        for thread in threads:
            thread.start()
        killed = 0
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.1 + random.random() * 0.1)
            workers = children(pid)
            if acked and workers and killed < 2 * KILLS:
                os.kill(random.choice(workers), signal.SIGKILL)
                killed += 1
    assert killed >= KILLS
    return set(acked), lost(house, set(acked))


def test_no_bid_that_the_site_acknowledged_is_lost_when_its_workers_are_killed(house):
    acknowledged, gone = kill_web_workers(house, "config.wsgi", firms=60)
    assert len(acknowledged) >= ENOUGH
    assert gone == set()


def test_a_site_that_says_yes_before_the_commit_loses_bids(house):
    """The control of the web."""
    acknowledged, gone = kill_web_workers(house, "tests.concurrency.early", firms=24)
    assert acknowledged
    assert gone
