"""Many entries in one statement, and effects that concern only some of a kind."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from regulation.ledger import effects
from regulation.ledger.models import Entry, Outstanding
from regulation.ledger.operations import commitment, record, record_all
from regulation.ledger.queries import body_of
from tests.factories import world

pytestmark = pytest.mark.django_db


class Thing:
    def __init__(self, n: int) -> None:
        self.urn = f"test.thing/{n}"


@pytest.fixture
def kinds(monkeypatch):
    """A registry of effects of its own."""
    monkeypatch.setattr(effects, "_effects", {})
    monkeypatch.setattr(effects, "_concerns", {})


def test_many_are_recorded_in_order_each_with_its_own_salt_and_body():
    told = [(Thing(n), {"n": n, "名": f"第{n}"}) for n in range(30)]
    by = world.user()
    with CaptureQueriesContext(connection) as asked:
        made = record_all(kind="test.thing", told=told, actor=by)
    assert len(asked) == 1
    assert [e.subject for e in made] == [f"test.thing/{n}" for n in range(30)]
    assert [e.pk for e in made] == sorted(e.pk for e in made)
    for entry, (thing, body) in zip(made, told, strict=True):
        stored = Entry.objects.get(pk=entry.pk)
        assert (stored.subject, body_of(stored), stored.actor) == (thing.urn, body, by)
        assert stored.recorded_at == entry.recorded_at
        assert bytes(stored.commitment) == commitment(bytes(stored.salt), stored.body.encode())
    assert len({bytes(e.salt) for e in made}) == 30


def test_none_is_nothing():
    with CaptureQueriesContext(connection) as asked:
        assert record_all(kind="test.thing", told=[], actor=None) == []
    assert not asked


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded():
    with pytest.raises(transaction.TransactionManagementError):
        record_all(kind="test.thing", told=[(Thing(1), {})], actor=None)
    assert not Entry.objects.exists()


def test_an_effect_is_owed_by_the_entries_it_concerns(kinds):
    ran = []

    @effects.effect("test.thing", concerns=lambda body: body["n"] > 1)
    def some(entry):
        ran.append(entry)

    @effects.effect("test.thing")
    def every(entry):
        ran.append(entry)

    made = record_all(kind="test.thing", told=[(Thing(n), {"n": n}) for n in range(4)], actor=None)
    made.append(record(kind="test.thing", subject=Thing(9), actor=None, body={"n": 9}))
    owed = {
        entry.subject: sorted(
            name.rpartition(".")[2]
            for name in Outstanding.objects.filter(entry=entry).values_list("effect", flat=True)
        )
        for entry in made
    }
    both, one = ["every", "some"], ["every"]
    assert owed == {
        "test.thing/0": one,
        "test.thing/1": one,
        "test.thing/2": both,
        "test.thing/3": both,
        "test.thing/9": both,
    }
