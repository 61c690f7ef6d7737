"""Erasure destroys salt and body of one entry, leaves the commitment, and says so. Nothing else does."""

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from regulation.ledger import logkey
from regulation.ledger.auditing import audit
from regulation.ledger.erasing import ask_erasure, decline_erasure, erase
from regulation.ledger.errors import (
    AlreadyDecided,
    AlreadyErased,
    NeverErased,
    NoPlaceYet,
    OwnEntry,
    ReasonMissing,
    SameErasure,
    StillOwed,
)
from regulation.ledger.models import ERASED, Checkpoint, Entry, Erasure, Ground, Outstanding
from regulation.ledger.operations import commitment, record
from regulation.ledger.proofs import receipt_file
from regulation.ledger.publication import next_moment
from regulation.ledger.queries import body_of, erasures_to_decide
from regulation.ledger.receipts import give_receipt, verdict_on
from regulation.ledger.tasks import integrate
from regulation.parties.models import Role
from tests.factories import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """Two regulators."""
    return [world.member(Role.REGULATOR).user for _ in range(2)]


@pytest.fixture
def entry(db) -> Entry:
    logkey.create()
    about = world.entity()
    made = [
        record(kind="test.happened", subject=about, actor=None, body={"name": "演示人员甲", "n": n})
        for n in range(3)
    ]
    integrate()
    return made[1]


def asked(entry: Entry, by) -> Erasure:
    return ask_erasure(entry=entry, ground=Ground.CONSENT, reason="Withdrawn.", retention="None.", by=by)


@pytest.fixture
def publishes(monkeypatch):
    """Brings the moment at which the last checkpoint is published."""

    def publish() -> None:
        moment = next_moment(at=Checkpoint.objects.latest("pk").signed_at)
        monkeypatch.setattr("regulation.ledger.proofs.database_now", lambda: moment)

    return publish


def test_it_destroys_salt_and_body_and_nothing_else(entry, two, publishes):
    publishes()
    before = Entry.objects.values().get(pk=entry.pk)
    early = receipt_file(entry)
    point = Checkpoint.objects.get().note
    done = erase(erasure=asked(entry, two[0]), by=two[1])
    after = Entry.objects.values().get(pk=entry.pk)
    assert (after.pop("salt"), after.pop("body")) == (None, None)
    assert {k: after[k] for k in after} == {k: v for k, v in before.items() if k in after}
    assert (done.outcome, done.decided_by, done.said.actor) == ("erased", two[1], two[1])
    assert body_of(done.said)["commitment"] == bytes(entry.commitment).hex()
    assert "甲" not in done.said.body
    integrate()
    publishes()
    entry.refresh_from_db()
    late = receipt_file(entry)
    assert verdict_on(early).code == verdict_on(late).code == "valid"
    assert verdict_on(early).body == {"n": 1, "name": "演示人员甲"}
    assert verdict_on(late).body is None
    assert verdict_on(late).header == verdict_on(early).header
    assert audit(against=point) == []


def test_content_that_vanished_without_an_erasure_is_an_alarm(entry):
    gone(entry)
    assert [(one.what, one.where) for one in audit()] == [("content missing", entry.urn)]


def gone(entry: Entry) -> None:
    """As whoever can set the triggers aside would do it."""
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET salt = NULL, body = NULL WHERE id = %s", [entry.pk])


def test_an_entry_that_names_another_commitment_excuses_nothing(entry, two):
    record(kind=ERASED, subject=entry, actor=two[0], body={"commitment": "00" * 32})
    gone(entry)
    assert [one.what for one in audit()] == ["content missing"]
    fits = {"commitment": bytes(entry.commitment).hex()}
    said = record(kind=ERASED, subject=entry, actor=two[0], body=fits)
    assert audit() == []
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET salt = '\\x00' WHERE id = %s", [said.pk])
    assert "content missing" in {one.what for one in audit()}, "what is said must be whole itself"


def test_two_people_who_are_not_the_one_who_wrote_it(entry, two):
    one = asked(entry, two[0])
    assert list(erasures_to_decide(two[0])) == []
    assert list(erasures_to_decide(two[1])) == [one]
    with pytest.raises(SameErasure):
        erase(erasure=one, by=two[0])
    own = record(kind="test.happened", subject=world.entity(), actor=two[0], body={})
    integrate()
    with pytest.raises(OwnEntry):
        asked(own, two[0])
    other = asked(own, two[1])
    with pytest.raises(OwnEntry):
        erase(erasure=other, by=two[0])
    assert not Entry.objects.filter(kind=ERASED).exists()


def test_it_is_asked_once_and_decided_once(entry, two):
    first = asked(entry, two[0])
    with pytest.raises(AlreadyErased):
        asked(entry, two[1])
    decline_erasure(erasure=first, by=two[1], note="A period runs.")
    with pytest.raises(AlreadyDecided):
        erase(erasure=first, by=two[1])
    again = asked(entry, two[0])
    erase(erasure=again, by=two[1])
    with pytest.raises(AlreadyDecided):
        decline_erasure(erasure=again, by=two[1], note="No.")
    with pytest.raises(AlreadyErased):
        asked(entry, two[0])
    kinds = Entry.objects.filter(kind__startswith="ledger.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [
        "ledger.erasure_asked",
        "ledger.erasure_declined",
        "ledger.erasure_asked",
        "ledger.erased",
    ]


def test_what_is_refused_leaves_nothing(two):
    about = world.entity()
    fresh = record(kind="test.happened", subject=about, actor=None, body={})
    one = asked(fresh, two[0])
    with pytest.raises(NoPlaceYet):
        erase(erasure=one, by=two[1])
    integrate()
    owes = Outstanding.objects.create(entry=fresh, effect="e")
    with pytest.raises(StillOwed):
        erase(erasure=one, by=two[1])
    with pytest.raises(NeverErased):
        asked(Entry.objects.get(kind="ledger.erasure_asked"), two[1])
    with pytest.raises(ReasonMissing):
        ask_erasure(entry=fresh, ground=Ground.OTHER, reason=" ", retention="x", by=two[0])
    with pytest.raises(ReasonMissing):
        decline_erasure(erasure=one, by=two[1], note=" ")
    assert not Entry.objects.filter(kind=ERASED).exists()
    owes.delete()
    erase(erasure=one, by=two[1])
    assert Entry.objects.get(pk=fresh.pk).is_erased


def told(entry: Entry, by) -> Entry:
    return record(kind=ERASED, subject=entry, actor=by, body={"commitment": bytes(entry.commitment).hex()})


def call(erasure: Erasure, said: Entry) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT public.ledger_erase(%s, %s)", [erasure.pk, said.pk])


def test_the_databases_function_takes_nobodys_word(entry, two, as_site_role):
    one = asked(entry, two[0])
    other = Entry.objects.exclude(pk=entry.pk).filter(kind="test.happened").first()
    for said in (entry, told(entry, None), told(other, two[1])):
        with pytest.raises(IntegrityError, match="erasure_is_told"):
            call(one, said)
    with pytest.raises(IntegrityError, match="erasure_takes_two_people"):
        call(one, told(entry, two[0]))
    with world.as_the_owner():
        Outstanding.objects.create(entry=entry, effect="e")
    with pytest.raises(IntegrityError, match="erasure_after_the_effects"):
        call(one, told(entry, two[1]))
    Outstanding.objects.all().delete()
    late = record(kind="test.happened", subject=world_subject(), actor=None, body={})
    with pytest.raises(IntegrityError, match="erasure_after_the_leaf"):
        call(asked(late, two[0]), told(late, two[1]))
    assert not Entry.objects.filter(body=None).exists()
    call(one, told(entry, two[1]))
    assert Entry.objects.get(pk=entry.pk).is_erased
    with pytest.raises(IntegrityError, match="erasure_waits"):
        call(one, told(entry, two[1]))


def world_subject():
    class Thing:
        urn = "test.subject/1"

    return Thing


@pytest.mark.parametrize(
    ("sql", "refused"),
    [
        ("UPDATE ledger_entry SET salt = NULL, body = NULL", "permission denied"),
        ("DELETE FROM ledger_entry", "permission denied"),
        ("UPDATE ledger_erasure SET outcome = 'erased', decided_by_id = {other}", "erasure_is_true"),
        ("UPDATE ledger_erasure SET reason = 'x'", "permission denied"),
        ("UPDATE ledger_erasure SET asked_by_id = {other}", "permission denied"),
        ("UPDATE ledger_erasure SET decided_at = now()", "permission denied"),
        ("UPDATE ledger_erasure SET outcome = 'declined', note = 'x', decided_by_id = {asker}", "two_people"),
        ("UPDATE ledger_erasure SET outcome = 'declined', decided_by_id = {other}", "open_or_decided"),
        ("DELETE FROM ledger_erasure", "permission denied"),
        ("TRUNCATE ledger_erasure", "permission denied"),
    ],
)
def test_the_sites_role_has_no_other_way(sql, refused, entry, two, as_site_role):
    asked(entry, two[0])
    with pytest.raises(DatabaseError, match=refused), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(asker=two[0].pk, other=two[1].pk))


def test_nor_has_the_owner_without_an_entry_that_says_so(entry, two):
    update = "UPDATE ledger_entry SET salt = NULL, body = NULL{} WHERE id = %s"

    def refused(more: str = "", key: int = entry.pk) -> None:
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            connection.cursor().execute(update.format(more), [key])

    refused()
    said = told(entry, two[1])
    refused(", kind = 'x'")
    refused(", recorded_at = now()")
    refused(key=said.pk)
    connection.cursor().execute(update.format(""), [entry.pk])
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        connection.cursor().execute("UPDATE ledger_entry SET salt = '\\x00', body = '{}'")


def test_it_goes_back_whole_if_the_transaction_does(entry, two):
    one = asked(entry, two[0])
    with transaction.atomic():
        erase(erasure=one, by=two[1])
        transaction.set_rollback(True)
    entry.refresh_from_db()
    one.refresh_from_db()
    assert one.is_open
    assert commitment(bytes(entry.salt), entry.body.encode()) == bytes(entry.commitment)
    assert not Entry.objects.filter(kind=ERASED).exists()


def test_the_pages_ask_and_decide(client, entry, two):
    page = sign(client, two[0]).get("/en/ledger/erasures/ask/", {"subject": entry.subject})
    assert f"/en/ledger/erasures/ask/{entry.pk}/" in page.content.decode()
    address = f"/en/ledger/erasures/ask/{entry.pk}/"
    page = client.get(address).content.decode()
    assert "name" in page
    assert "甲" not in page, "asking for an erasure is no further look at a person"
    assert client.post(address, {"ground": "x"}).status_code == 422
    said = {"ground": "pipl-47-1-3", "reason": "Withdrawn.", "retention": "None runs."}
    one = client.post(address, said)
    made = Erasure.objects.get()
    assert one["Location"] == made.get_absolute_url()
    assert client.get(address).status_code == 302, "asked already"
    own = client.get(made.get_absolute_url()).content.decode()
    assert "Somebody else decides" in own
    assert client.post(f"{made.get_absolute_url()}erase/", {"understood": "on"}).status_code == 422
    sign(client, two[1])
    assert made.get_absolute_url() in client.get("/en/desk/").content.decode()
    assert client.post(f"{made.get_absolute_url()}erase/", {}).status_code == 422
    assert client.post(f"{made.get_absolute_url()}decline/", {"note": "a\0"}).status_code == 422
    assert client.post(f"{made.get_absolute_url()}erase/", {"understood": "on"}).status_code == 302
    assert "Withdrawn." in client.get(made.get_absolute_url()).content.decode()
    assert Entry.objects.get(pk=entry.pk).is_erased
    found = client.get("/en/ledger/erasures/", {"state": "erased"}).content.decode()
    assert made.get_absolute_url() in found
    assert made.get_absolute_url() not in client.get("/en/ledger/erasures/?state=open").content.decode()
    assert client.get("/en/ledger/erasures/?entry=99999999999999999999").status_code == 200


def sign(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_staff_see_what_was_asked_and_decide_nothing(client, entry, two):
    made = asked(entry, two[0])
    sign(client, world.user(is_staff=True))
    assert client.get("/en/ledger/erasures/").status_code == 200
    assert client.get(made.get_absolute_url()).status_code == 200
    for address in ("/en/ledger/erasures/ask/", f"/en/ledger/erasures/ask/{entry.pk}/"):
        assert client.get(address).status_code == 403
    for verb in ("erase", "decline"):
        assert client.post(f"{made.get_absolute_url()}{verb}/", {"note": "x"}).status_code == 403


def test_the_lists_are_flat(client, two, assert_flat):
    about = world.entity()
    sign(client, two[0])

    def more() -> None:
        asked(record(kind="test.happened", subject=about, actor=None, body={}), two[1])

    assert_flat(client, "/en/ledger/erasures/", more)
    assert_flat(client, f"/en/ledger/erasures/ask/?subject={about.urn}", more)


def test_record_and_receipt_say_that_it_was_erased(client, two, assert_flat):
    tender = world.tender()
    link = None

    def more() -> None:
        nonlocal link
        body = {"reason": "演示理由"}
        with transaction.atomic():
            made = record(kind="tenders.cancelled", subject=tender, actor=None, body=body)
        Outstanding.objects.all().delete()
        link = give_receipt(subject=tender, kind="tenders.cancelled", holder=None)
        integrate()
        erase(erasure=asked(made, two[0]), by=two[1])

    assert_flat(client, f"/en/record/tender/{tender.ref}/", more)
    page = client.get(f"/en/record/tender/{tender.ref}/").content.decode()
    assert "演示理由" not in page
    assert "Content erased" in page
    assert "by two regulators. The person has withdrawn consent" in page
    assert "/erasures/" not in page, "the way to the request is a regulator's"
    page = client.get(f"/en/receipts/{link.ref}/").content.decode()
    assert "The content of this entry was erased" in page
    regulator = sign(client, two[0]).get(f"/en/record/tender/{tender.ref}/").content.decode()
    assert Erasure.objects.first().get_absolute_url() in regulator
