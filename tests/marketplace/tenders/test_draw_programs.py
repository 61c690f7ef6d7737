"""In a draw the trustees' programs commit and open by themselves; none opens before the list stands."""

import datetime as dt
import secrets

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from marketplace.tenders import choosing_errors as refused
from marketplace.tenders import draw as pure
from marketplace.tenders import operations
from marketplace.tenders.models import DrawSecret, Trustee
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from tests.factories import tenders, world
from tests.marketplace.tenders.test_trustees import (  # noqa: F401 - fixtures
    PARTS,
    Wire,
    bid,
    rounds,
    stores,
)
from tools import trustee as program

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn_by(stores, client, monkeypatch):  # noqa: F811
    """A draw that is named, of a tender whose trustees answer by their programs."""
    rounds(stores, client)
    monkeypatch.setattr(world, "trustees", lambda spare=2: None)
    tender = world.tender(method="random_draw", method_parameters={"trustees": 2})
    for n in range(3):
        bid(tender, f"{900 + n}.00")
    world.close(tender, shares=False)
    rounds(stores, client)
    operations.open_tender(tender=tender, at=timezone.now())
    tender.refresh_from_db()
    return tenders.named_draw(tender)


def say_later(stores, client, later: dt.timedelta) -> list[str]:  # noqa: F811
    """What the programs say of draws by a clock so much later."""
    told: list[str] = []
    for store in stores.values():
        wire = Wire(store, client)
        for draw in wire.ask("waiting", {})["draws"]:
            try:
                said = program.answer_draw(store, draw, dt.datetime.now(dt.UTC) + later)
            except program.StoreError as refusal:
                told.append(str(refusal))
                continue
            if said:
                wire.ask("draws", said)
                told.append(next(iter(said)))
    return told


LATER = dt.timedelta(hours=2)


def test_the_programs_carry_a_draw_without_anybodys_hand(drawn_by, stores, client):  # noqa: F811
    draw = drawn_by
    told = rounds(stores, client)
    assert told == [f"committed to a value for draw 1 of {draw.tender.urn}"] * 3
    assert rounds(stores, client) == [], "once"
    assert {one.giver.urn for one in draw.secrets.all()} == {f"tenders.trustee/{part}" for part in PARTS}
    operations.freeze_draw(draw=draw, by=world.user(), at=timezone.now())
    assert rounds(stores, client) == [], "not before the public value may be known"
    assert not DrawSecret.objects.filter(opened_at__isnull=False).exists()
    draw.refresh_from_db()
    tenders.known(draw)
    operations.enter_value(draw=draw, value="03 07", reference="公报", by=world.user(), at=timezone.now())
    assert say_later(stores, client, LATER) == ["secrets"] * 3
    held = operations.hold_draw(draw=draw, by=world.user(), at=timezone.now())
    assert len(held.outcome) == 3
    assert list(pure.draw(operations.inputs_of(held))) == list(held.outcome)
    kinds = Entry.objects.filter(kind__in=["tenders.draw_committed", "tenders.draw_secret_opened"])
    assert {body_of(one)["trustee"] for one in kinds} == {f"tenders.trustee/{part}" for part in PARTS}


def test_a_program_that_hears_of_the_list_too_late_leaves_it_to_a_person(drawn_by, stores, client):  # noqa: F811
    draw = drawn_by
    rounds(stores, client)
    operations.freeze_draw(draw=draw, by=world.user(), at=timezone.now())
    told = say_later(stores, client, LATER)
    assert len(told) == 3
    assert all("first heard of its list" in line for line in told)
    assert not DrawSecret.objects.filter(opened_at__isnull=False).exists()
    draw.refresh_from_db()
    for store in stores.values():
        store.note_frozen(tender=draw.tender.urn, number=1, frozen=draw.list_digest, now=None)
    assert say_later(stores, client, LATER) == [], "not before the public value is on record"
    tenders.known(draw)
    operations.enter_value(draw=draw, value="03 07", reference="公报", by=world.user(), at=timezone.now())
    assert say_later(stores, client, LATER) == ["secrets"] * 3


def test_the_store_opens_for_one_list_alone_and_commits_to_one_value(drawn_by, stores):  # noqa: F811
    store, now = stores["notary"], dt.datetime.now(dt.UTC)
    place = {"tender": drawn_by.tender.urn, "number": 1}
    known_from = now + dt.timedelta(minutes=5)
    made = store.draw_commitment(known_from=known_from, now=now, **place)
    again = program.Store(store.path, "long and secret")
    assert again.draw_commitment(known_from=known_from, now=now, **place) == made
    with pytest.raises(program.StoreError, match="moved the moment"):
        store.draw_commitment(known_from=known_from + LATER, now=now, **place)
    with pytest.raises(program.StoreError, match="may be known since"):
        store.draw_commitment(tender="tenders.tender/x", number=1, known_from=now, now=now)
    with pytest.raises(program.StoreError, match="made no value"):
        store.note_frozen(tender="tenders.tender/x", number=1, frozen="a" * 64, now=now)
    assert store.draw_secret(now=known_from, **place) is None, "no list"
    store.note_frozen(frozen="a" * 64, now=now, **place)
    with pytest.raises(program.StoreError, match="another list"):
        store.note_frozen(frozen="b" * 64, now=now, **place)
    assert store.draw_secret(now=known_from - dt.timedelta(microseconds=1), **place) is None
    secret = store.draw_secret(now=known_from, **place)
    assert program.draw_commitment(drawn_by.tender.urn, 1, store.urn, secret) == made
    assert secret not in store.path.read_text()


def test_a_trustee_commits_once_by_program_or_by_hand(drawn_by, stores, client):  # noqa: F811
    draw = drawn_by
    notary = Trustee.objects.get(ref="notary")
    person = world.member(Role.TRUSTEE, notary.entity).user
    by_hand = {"commitment": "0" * 64, "by": person, "at": timezone.now()}
    operations.commit_secret(draw=draw, **by_hand)
    assert rounds(stores, client) == [f"committed to a value for draw 1 of {draw.tender.urn}"] * 2
    with pytest.raises(refused.NotDecidable):
        operations.commit_secret(draw=draw, commitment="1" * 64, by=None, at=timezone.now(), program=notary)
    other = world.member(Role.TRUSTEE, Trustee.objects.get(ref="platform").entity).user
    with pytest.raises(refused.NotDecidable):
        operations.commit_secret(draw=draw, commitment="2" * 64, by=other, at=timezone.now())
    assert draw.secrets.count() == 3


def test_only_the_programs_of_its_own_trustees_are_asked_and_heard(drawn_by, stores, client):  # noqa: F811
    gone = {"part": "notary", "retired_at": timezone.now()}
    stranger = Trustee.objects.create(ref="stranger", entity=world.entity(), **gone)
    with pytest.raises(refused.NotDecidable):
        operations.commit_secret(
            draw=drawn_by, commitment="1" * 64, by=None, at=timezone.now(), program=stranger
        )
    store = stores["notary"]
    said = {"commitments": [{"tender": "tenders.tender/other", "number": 1, "commitment": "1" * 64}]}
    with pytest.raises(AssertionError, match="422"):
        Wire(store, client).ask("draws", said)
    for wrong in ({"commitments": [{}]}, {"secrets": "x"}, [], {"secrets": [{"number": True}]}):
        with pytest.raises(AssertionError, match="422"):
            Wire(store, client).ask("draws", wrong)
    assert not drawn_by.secrets.exists()


def test_the_database_keeps_a_programs_value_as_committed(drawn_by, stores, client):  # noqa: F811
    draw = drawn_by
    rounds(stores, client)
    operations.freeze_draw(draw=draw, by=world.user(), at=timezone.now())
    with pytest.raises(IntegrityError, match="draw_secret_as_committed"), transaction.atomic():
        DrawSecret.objects.update(secret=secrets.token_hex(32), opened_at=timezone.now())
    one = draw.secrets.first()
    with pytest.raises(IntegrityError, match="draw_secret_as_committed"), transaction.atomic():
        DrawSecret.objects.filter(pk=one.pk).update(program=None, trustee=world.user())


def test_a_secret_is_of_a_person_or_of_a_program(drawn_by):
    both = {"trustee": world.user(), "program": Trustee.objects.get(ref="notary")}
    for givers in ({}, both):
        with (
            pytest.raises(IntegrityError, match="draw_secret_of_a_person_or_a_program"),
            transaction.atomic(),
        ):
            DrawSecret.objects.create(draw=drawn_by, commitment="0" * 64, **givers)


def test_the_page_says_what_is_automatic(drawn_by, stores, client):  # noqa: F811
    with translation.override("en"):  # what the programs asked was answered in Chinese
        page = reverse("tenders:draw", args=[drawn_by.tender.ref, 1])
    before = client.get(page).text
    assert "Automatic: the programs of these trustees commit within seconds" in before
    rounds(stores, client)
    after = client.get(page).text
    assert "Automatic: the programs" not in after
    assert after.count("by its program, by itself") == 3
