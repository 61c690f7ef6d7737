"""What an entry owes is paid once, by whoever comes, and nothing that fails keeps others waiting."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from regulation.ledger import backoff, effects, outbox, tasks
from regulation.ledger.models import Delivery, Entry, Outstanding
from regulation.ledger.operations import record
from regulation.ledger.queries import body_of, database_now, outbox_state
from regulation.ledger.tasks import BATCH, deliver, redeliver
from tests.factories import world

SECOND = dt.timedelta(seconds=1)


def entry(kind: str = "test.happened") -> Entry:
    subject = Subject()
    with transaction.atomic():
        return record(kind=kind, subject=subject, actor=None, body={"a": 1})


class Subject:
    urn = "test.subject/1"


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it runs."""


@pytest.fixture
def effect(monkeypatch):
    """Registers an effect of kind test.happened, and one of test.fails that always fails."""
    ran: list[int] = []

    def fails(found: Entry) -> None:
        raise ValueError("reader@example.org is not here")

    monkeypatch.setitem(effects._effects, "test.happened", {"test.remember": lambda e: ran.append(e.pk)})
    monkeypatch.setitem(effects._effects, "test.fails", {"test.fails": fails})
    return ran


def make_due() -> None:
    Outstanding.objects.filter(dead_at=None).update(next_try_at=database_now() - SECOND)


@pytest.mark.django_db
def test_an_entry_owes_its_effects_from_its_own_transaction(effect):
    made = entry()
    assert [o.effect for o in made.outstanding.all()] == ["test.remember"]
    with transaction.atomic():
        entry()
        transaction.set_rollback(True)
    assert Outstanding.objects.count() == 1
    deliver(made.pk)
    assert effect == [made.pk]
    assert not Outstanding.objects.exists()
    assert Delivery.objects.filter(entry=made, effect="test.remember").count() == 1


@pytest.mark.django_db
def test_an_effect_registered_later_is_owed_by_later_entries_only(effect, monkeypatch):
    old = entry("test.later")
    monkeypatch.setitem(effects._effects, "test.later", {"test.remember": lambda e: effect.append(e.pk)})
    new = entry("test.later")
    make_due()
    redeliver()
    assert effect == [new.pk] != [old.pk]


@pytest.mark.django_db
def test_killed_between_effect_and_commit_it_runs_again_once(effect, monkeypatch):
    made = entry()

    def killed(found: Entry) -> None:
        Heartbeats.write()
        raise Killed

    monkeypatch.setitem(effects._effects, "test.happened", {"test.remember": killed})
    with pytest.raises(Killed):
        deliver.run(made.pk)
    assert not Delivery.objects.exists()
    assert Heartbeats.count() == 0  # what the effect wrote went with it
    monkeypatch.setitem(
        effects._effects, "test.happened", {"test.remember": lambda e: effect.append(Heartbeats.write())}
    )
    assert redeliver() == 0  # its wait is not over
    make_due()
    assert redeliver() == 1
    make_due()
    assert redeliver() == 0
    deliver(made.pk)
    assert Heartbeats.count() == len(effect) == 1


class Heartbeats:
    """Something an effect writes in the database."""

    @staticmethod
    def write() -> None:
        from regulation.ledger.models import Heartbeat

        Heartbeat.objects.create(name="test", beaten_at=database_now())

    @staticmethod
    def count() -> int:
        from regulation.ledger.models import Heartbeat

        return Heartbeat.objects.filter(name="test").count()


@pytest.mark.django_db
def test_one_that_kills_every_worker_is_given_up(effect, monkeypatch):
    made = entry()

    def killed(found: Entry) -> None:
        raise Killed

    monkeypatch.setitem(effects._effects, "test.happened", {"test.remember": killed})
    for _n in range(backoff.TRIES):
        make_due()
        with pytest.raises(Killed):
            deliver.run(made.pk)
    make_due()
    deliver(made.pk)
    dead = made.outstanding.get()
    assert dead.dead_at is not None
    assert dead.error == outbox.LOST


@pytest.mark.django_db
def test_two_hundred_that_always_fail_starve_nobody(effect, monkeypatch):
    monkeypatch.setattr(tasks, "SECONDS", 3600.0)  # however slow the machine: a run ends by its number
    monkeypatch.setattr(backoff, "FIRST", backoff.LONGEST)
    failing = [entry("test.fails").pk for _n in range(BATCH)]
    make_due()
    good = entry()
    assert redeliver() == BATCH
    assert redeliver() == 1  # the first of those that failed is not due before the newest that never ran
    assert effect == [good.pk]
    assert Outstanding.objects.filter(entry__in=failing, tries=1).count() == BATCH
    for _n in range(backoff.TRIES):
        make_due()
        redeliver()
    assert Outstanding.objects.filter(dead_at__isnull=False).count() == BATCH
    newer = entry()
    assert redeliver() == 1
    assert effect[-1] == newer.pk


@pytest.mark.django_db
def test_waits_double_to_an_hour_and_the_failure_names_nobody(effect):
    assert [backoff.wait(n, 0).total_seconds() for n in (1, 2, 3)] == [10, 20, 40]
    assert backoff.wait(backoff.TRIES, 0) == backoff.LONGEST == 2 * backoff.wait(10_000, 1)
    made = entry("test.fails")
    with pytest.raises(ExceptionGroup):
        deliver.run(made.pk)
    row = made.outstanding.get()
    assert row.error.startswith("ValueError (")
    assert "example.org" not in row.error
    assert row.next_try_at > database_now() + 4 * SECOND
    assert outbox_state(at=database_now()).waiting == 1


@pytest.mark.django_db
def test_an_effect_that_is_gone_from_the_code_is_given_up(effect, monkeypatch):
    made = entry()
    monkeypatch.setitem(effects._effects, "test.happened", {})
    deliver(made.pk)
    assert made.outstanding.get().error == outbox.UNKNOWN


def try_twice(effect, elsewhere) -> None:
    """Two workers that both hold the claim of one effect (the first's wait ran out while it worked)."""
    inside, go_on = threading.Event(), threading.Event()

    def slow(found: Entry) -> None:
        effect.append(found.pk)
        inside.set()
        go_on.wait(3)

    effects._effects["test.happened"] = {"test.remember": slow}
    made = entry()
    row = Outstanding.objects.select_related("entry__actor").get(entry=made)
    workers = [
        threading.Thread(target=lambda: elsewhere(outbox.attempt, row, at=database_now(), lock_timeout="20s"))
        for _n in range(2)
    ]
    workers[0].start()
    assert inside.wait(10)
    workers[1].start()
    workers[1].join(0.5)
    go_on.set()
    for worker in workers:
        worker.join(20)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_give_one_effect(effect, elsewhere):
    try_twice(effect, elsewhere)
    assert len(effect) == 1
    assert Delivery.objects.count() == 1
    assert not Outstanding.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_lock_and_uniqueness_two_workers_give_two(effect, elsewhere, monkeypatch):
    """The control: with both guards out the test above fails."""
    monkeypatch.setattr(outbox.Delivery.objects, "create", lambda **_: None)
    monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda self, **_: self)
    try_twice(effect, elsewhere)
    assert len(effect) == 2


@pytest.mark.django_db(transaction=True)
def test_one_being_tried_is_not_claimed_by_another(effect, elsewhere):
    made = entry()
    with transaction.atomic():
        Outstanding.objects.select_for_update().get(entry=made)
        assert elsewhere(outbox.claim, at=database_now()) is None
    assert outbox.claim(at=database_now()).entry_id == made.pk
    assert outbox.claim(at=database_now()) is None  # its wait has begun


@pytest.mark.django_db
def test_the_database_holds_one_row_that_waits_or_is_dead(effect):
    made = entry()
    with pytest.raises(IntegrityError, match="outstanding_once_per_entry"), transaction.atomic():
        Outstanding.objects.create(entry=made, effect="test.remember")
    with pytest.raises(IntegrityError, match="waits_or_is_dead"), transaction.atomic():
        made.outstanding.update(dead_at=database_now())


@pytest.mark.django_db
def test_what_is_due_is_found_by_its_index(effect):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM ledger_outstanding WHERE dead_at IS NULL AND next_try_at <= now()"
            " ORDER BY next_try_at, id LIMIT 1"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "outstanding_due" in plan
    assert "Sort" not in plan


def dead(kind: str = "test.fails", **more: object) -> Outstanding:
    now = database_now()
    made = entry(kind).outstanding.get()
    Outstanding.objects.filter(pk=made.pk).update(dead_at=now, next_try_at=None, tries=16, **more)
    made.refresh_from_db()
    return made


@pytest.mark.django_db
def test_staff_try_one_again_with_an_entry_of_its_own(effect, client):
    staff = world.user(is_staff=True)
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    letter = dead("test.happened", error="ValueError (x/y:1)")
    page = client.get("/en/outbox/")
    assert "ValueError (x/y:1)" in page.content.decode()
    assert client.post(f"/en/outbox/{letter.pk}/try-again/").status_code == 302
    said = Entry.objects.get(kind="ledger.delivery_retried")
    assert said.actor == staff
    assert body_of(said)["effect"] == "test.remember"
    assert redeliver() == 1
    assert effect == [letter.entry_id]
    client.post(f"/en/outbox/{letter.pk}/try-again/")
    assert Entry.objects.filter(kind="ledger.delivery_retried").count() == 1


@pytest.mark.django_db
def test_staff_try_all_again(effect, client):
    client.force_login(world.user(is_staff=True), backend="django.contrib.auth.backends.ModelBackend")
    for kind in ("test.fails", "test.fails", "test.happened"):
        dead(kind)
    client.post("/en/outbox/try-again/", {"effect": "test.fails"})
    assert outbox_state(at=database_now()).waiting == 2
    client.post("/en/outbox/try-again/", {"effect": ""})
    assert outbox_state(at=database_now()).dead == 0
    assert [body_of(e)["letters"] for e in Entry.objects.filter(kind="ledger.deliveries_retried")] == [2, 1]
    assert client.post("/en/outbox/try-again/", {"effect": "\0x"}).status_code == 302


@pytest.mark.django_db
def test_the_list_is_flat(effect, client, assert_flat):
    client.force_login(world.user(is_staff=True), backend="django.contrib.auth.backends.ModelBackend")
    assert_flat(client, "/en/outbox/", dead)
    assert client.get("/en/outbox/?effect=nothing").status_code == 200


@pytest.mark.django_db
def test_the_gauges_are_on_metrics(effect, client):
    dead()
    entry()
    text = client.get("/metrics").content.decode()
    assert "ledger_outbox_waiting 1.0" in text
    assert "ledger_outbox_dead 1.0" in text
    assert "ledger_outbox_lag_seconds" in text
