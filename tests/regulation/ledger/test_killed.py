"""kill -9 of sequencer, worker and database under load: nothing that was acknowledged is lost, doubled or
reordered. Real processes, a PostgreSQL that waits for the disk, and controls that can fail."""

import random
import time

import pytest
from django.db import connection

from regulation.ledger import backoff, effects, sequencing
from regulation.ledger.auditing import audit
from regulation.ledger.models import Outstanding
from regulation.ledger.outbox import attempt, claim
from regulation.ledger.queries import database_now
from regulation.ledger.sequencing import sequence, sign_checkpoint
from regulation.ledger.tasks import redeliver

from .house import KIND, House, end, for_ever, write

ENOUGH, KILLS = 60, 5  # entries acknowledged and processes killed before it may end


def settled(house: House, question: str) -> None:
    """Wait until the query counts nothing any more."""
    deadline = time.monotonic() + 60
    while house.sql(question) != [(0,)]:
        assert time.monotonic() < deadline, question
        time.sleep(0.05)


# --- the sequencer

NAIVE = """
    SELECT e.id, e.kind, e.subject, e.actor_id, e.recorded_at, e.commitment FROM ledger_entry e
    WHERE e.id > coalesce((SELECT max(entry_id) FROM ledger_leaf), 0) ORDER BY e.id LIMIT %s
"""


def sequencer() -> None:
    for_ever(lambda: sequence(limit=20) and sign_checkpoint())


def place_all() -> int:
    """Everything that waits gets its place."""
    while done := sequence():
        pass
    return done


def naive_sequencer() -> None:
    """Goes on after the highest number it has seen: the mistake of counting on numbers to come in order."""
    sequencing.WAITING = NAIVE
    sequencer()


def kill_sequencers(house: House, work) -> list[tuple[int, bytes]]:
    """Under the load of three writers, one sequencer after the other; the heads seen in between."""
    writers = house.writers(3, write, 0.02)
    heads, killed = [], 0
    while killed < KILLS or house.many() < ENOUGH or heads[-1][0] == 0:
        process = house.start(work)
        time.sleep(0.2 + random.random() * 0.3)
        end([process])
        killed += 1
        heads.append(house.head())
    end(writers)
    return heads


def test_a_sequencer_that_is_killed_loses_doubles_and_reorders_nothing(house):
    heads = kill_sequencers(house, sequencer)
    last = house.start(sequencer)
    settled(house, "SELECT count(*) FROM ledger_pending")
    end([last])
    assert house.faults(heads) == []
    assert house.run(audit) == []


def test_one_that_counts_on_numbers_in_order_loses_some(house):
    """The control of the sequencer."""
    heads = kill_sequencers(house, naive_sequencer)
    last = house.start(naive_sequencer)
    time.sleep(1)
    end([last])
    assert any("lost" in fault for fault in house.faults(heads))


SPOIL = {
    "lost": "DELETE FROM ledger_leaf WHERE index = 5",
    "a gap": "DELETE FROM ledger_leaf WHERE index = 5",
    "an entry twice": "ALTER TABLE ledger_leaf DROP CONSTRAINT ledger_leaf_entry_id_key; "
    "UPDATE ledger_leaf SET entry_id = (SELECT entry_id FROM ledger_leaf WHERE index = 5) WHERE index = 6",
    "out of order": "UPDATE ledger_leaf SET index = 1000000 - index",
    "leaves changed": "UPDATE ledger_leaf SET data = header_salt WHERE index = 5",
}


def test_what_counts_the_faults_sees_each(house):
    """The control of the counting."""
    writers = house.writers(2, write)
    last = house.start(sequencer)
    while house.many() < ENOUGH:
        time.sleep(0.05)
    end(writers)
    settled(house, "SELECT count(*) FROM ledger_pending")
    end([last])
    heads, whole = [house.head()], house.database
    assert house.faults(heads) == []
    for fault, change in SPOIL.items():
        house.database = house.copy(whole)
        house.sql(f"ALTER TABLE ledger_leaf DISABLE TRIGGER ALL; {change}")
        assert any(fault in found for found in house.faults(heads)), fault


# --- the worker


def take_effect(entry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effect_ran (entry_id) VALUES (%s)", [entry.pk])
    time.sleep(0.01)


def worker() -> None:
    for_ever(redeliver)


def naive_worker() -> None:
    """Crosses the effect off before it has run it: the mistake of a queue that forgets what it hands out."""

    def step() -> bool:
        row = claim(at=database_now())
        if row is not None:
            Outstanding.objects.filter(pk=row.pk).delete()
            time.sleep(0.05)
            take_effect(row.entry)
        return row is not None

    for_ever(step)


def eager_worker() -> None:
    """Runs the effect before the transaction that remembers it: the mistake of trusting that nothing falls
    between."""

    def step() -> bool:
        row = claim(at=database_now())
        if row is not None:
            take_effect(row.entry)
            time.sleep(0.05)
            attempt(row, at=database_now())
        return row is not None

    effects._effects[KIND] = {"test.take_effect": lambda entry: None}
    for_ever(step)


@pytest.fixture
def owing(house, monkeypatch) -> House:
    """Entries of the load owe one effect, which writes a row that nothing keeps from being doubled."""
    monkeypatch.setitem(effects._effects, KIND, {"test.take_effect": take_effect})
    monkeypatch.setattr(backoff, "FIRST", backoff.FIRST / 50)
    house.sql("CREATE TABLE effect_ran (entry_id bigint); GRANT ALL ON effect_ran TO qinqing_site")
    return house


EFFECTS = """
    SELECT encode(e.commitment, 'hex'), (SELECT count(*) FROM effect_ran r WHERE r.entry_id = e.id),
           (SELECT count(*) FROM ledger_outstanding o WHERE o.entry_id = e.id)
    FROM ledger_entry e
"""


def effects_amiss(house: House) -> set[str]:
    """Of what was acknowledged: "never" where one neither ran nor is owed, "twice" where it ran twice."""
    found = {commitment: (ran, owed) for commitment, ran, owed in house.sql(EFFECTS)}
    told = [found[one] for each in house.acknowledged().values() for one in each]
    amiss = {"never"} if any(ran + owed == 0 for ran, owed in told) else set()
    return amiss | ({"twice"} if any(ran > 1 for ran, _owed in told) else set())


@pytest.mark.parametrize(("work", "amiss"), [(worker, ""), (naive_worker, "never"), (eager_worker, "twice")])
def test_a_worker_that_is_killed_leaves_each_effect_done_once(work, amiss, owing):
    writers = owing.writers(2, write, 0.1)
    killed = 0
    while killed < 2 * KILLS or owing.many() < ENOUGH:
        workers = [owing.start(work) for _ in range(2)]
        time.sleep(0.3 + random.random() * 0.2)
        end(workers)
        killed += len(workers)
    end(writers)
    assert owing.sql("SELECT count(*) > 10 FROM effect_ran") == [(True,)]
    assert effects_amiss(owing) == ({amiss} if amiss else set())
    if not amiss:
        last = [owing.start(work) for _ in range(2)]
        settled(owing, "SELECT count(*) FROM ledger_outstanding")
        end(last)
        assert effects_amiss(owing) == set()
        assert owing.sql("SELECT count(*) FROM effect_ran") == owing.sql("SELECT count(*) FROM ledger_entry")


# --- the database


def test_a_database_that_is_killed_has_all_it_acknowledged(owing):
    processes = [*owing.writers(3, write, 0.2), owing.start(sequencer), owing.start(worker)]
    heads, before = [], 0
    for _ in range(2):
        while owing.many() < before + ENOUGH // 2 or owing.head()[0] == 0:
            time.sleep(0.05)
        before = owing.many()
        heads.append(owing.head())
        owing.kill_postgres()
    while owing.many() < before + ENOUGH // 2:  # they go on by themselves
        time.sleep(0.05)
    end(processes[:3])
    settled(owing, "SELECT count(*) FROM ledger_pending")
    settled(owing, "SELECT count(*) FROM ledger_outstanding")
    end(processes[3:])
    assert owing.faults(heads) == []
    assert effects_amiss(owing) == set()
    assert owing.run(audit) == []


def test_one_that_says_done_before_it_wrote_loses_some(house):
    """The control of the database. What the machine itself loses when its power goes is not tried here."""
    house.sql("ALTER SYSTEM SET wal_writer_delay = '10s'")  # nobody else writes its log meanwhile
    house.sql("SELECT pg_reload_conf()")
    writers = house.writers(3, write, 0.0, "SET LOCAL synchronous_commit = off")
    while house.many() < ENOUGH:
        time.sleep(0.02)
    house.kill_postgres()
    end(writers)
    assert house.run(place_all) == 0
    house.sql("ALTER SYSTEM RESET wal_writer_delay")
    house.sql("SELECT pg_reload_conf()")
    assert any("lost" in fault for fault in house.faults([]))
