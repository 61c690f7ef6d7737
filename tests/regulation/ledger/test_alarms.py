"""What the audit found stands until a person says why; and the page of the record."""

import datetime as dt

import pytest
from django.utils import timezone

from regulation.ledger import logkey
from regulation.ledger.auditing import Difference, raise_alarms
from regulation.ledger.errors import AlreadyExplained, ReasonMissing
from regulation.ledger.models import Alarm, Checkpoint, Entry
from regulation.ledger.operations import explain_alarm
from regulation.ledger.publication import next_moment
from regulation.ledger.queries import alarms, body_of
from regulation.ledger.tasks import integrate
from regulation.ledger.tlog import COSIGNATURE_V1, Verifier, cosign
from regulation.parties.models import Role
from tests.factories import world

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
FOUND = Difference("body altered", "ledger.entry/7", "salt or body do not give the commitment")


@pytest.fixture
def staff():
    return world.user(is_staff=True)


def test_an_alarm_is_raised_once_with_its_entry():
    (alarm,) = raise_alarms([FOUND])
    assert raise_alarms([FOUND]) == [alarm]
    entry = Entry.objects.get(kind="ledger.alarm_raised")
    assert (entry.subject, entry.actor, body_of(entry)["where"]) == (alarm.urn, None, "ledger.entry/7")


def test_it_is_explained_once_with_an_entry_that_holds_the_reason(staff):
    (alarm,) = raise_alarms([FOUND])
    explain_alarm(alarm=alarm, by=staff, reason=" A restored disk. ", at=timezone.now())
    alarm.refresh_from_db()
    assert (alarm.explanation, alarm.explained_by) == ("A restored disk.", staff)
    entry = Entry.objects.get(kind="ledger.alarm_explained")
    assert entry.actor == staff
    assert body_of(entry) == {"what": FOUND.what, "where": FOUND.where, "reason": "A restored disk."}
    with pytest.raises(AlreadyExplained):
        explain_alarm(alarm=alarm, by=world.user(), reason="No.", at=timezone.now())
    assert Alarm.objects.get().explained_by == staff
    assert raise_alarms([FOUND]) != [alarm], "what is still so is found again"


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_none_is_closed_without_a_reason(staff, reason):
    (alarm,) = raise_alarms([FOUND])
    with pytest.raises(ReasonMissing):
        explain_alarm(alarm=alarm, by=staff, reason=reason, at=timezone.now())
    assert not Entry.objects.filter(kind="ledger.alarm_explained").exists()


def test_the_page_takes_the_reason_and_refuses_none(client, staff):
    (alarm,) = raise_alarms([FOUND])
    client.force_login(staff, backend=BACKEND)
    address = f"/en/ledger/alarms/{alarm.pk}/"
    assert "ledger.entry/7" in client.get(address).content.decode()
    for bad in ("", "  ", "a\0b", "x" * 4001):
        assert client.post(address, {"reason": bad}).status_code == 422
    assert Alarm.objects.filter(explained_at=None).exists()
    assert client.post(address, {"reason": "A restored disk."}).status_code == 302
    assert "A restored disk." in client.get(address).content.decode()
    assert client.post(address, {"reason": "Another."}).status_code == 422
    assert Alarm.objects.get().explanation == "A restored disk."
    assert client.get("/en/ledger/alarms/99999999999999999999/").status_code == 404


def test_open_ones_stand_first_and_the_list_is_flat(client, staff, assert_flat):
    (first,) = raise_alarms([FOUND])
    (second,) = raise_alarms([Difference("tree altered", "ledger.leaf/1")])
    explain_alarm(alarm=second, by=staff, reason="r", at=timezone.now())
    assert list(alarms()) == [first, second]
    client.force_login(staff, backend=BACKEND)
    page = client.get("/en/ledger/alarms/?state=explained").content.decode()
    assert "ledger.leaf/1" in page
    assert "ledger.entry/7" not in page
    count = iter(range(100))

    def more() -> None:
        (made,) = raise_alarms([Difference("entry altered", f"ledger.entry/{next(count)}")])
        explain_alarm(alarm=made, by=staff, reason="r", at=timezone.now())

    assert_flat(client, "/en/ledger/alarms/", more)


def test_an_open_alarm_is_the_first_thing_on_the_desks_of_those_who_watch(client, staff):
    (alarm,) = raise_alarms([FOUND])
    for user, watches in (
        (staff, True),
        (world.member(Role.REGULATOR).user, True),
        (world.member(Role.OWNER).user, False),
    ):
        client.force_login(user, backend=BACKEND)
        response = client.get("/en/desk/")
        titles = [one["url"] for part in response.context["waiting"] for one in part["items"]]
        assert (titles[:1] == [f"/en/ledger/alarms/{alarm.pk}/"]) is watches
        assert (f"/ledger/alarms/{alarm.pk}/" in response.content.decode()) is watches


@pytest.fixture
def published(monkeypatch) -> Checkpoint:
    logkey.create()
    raise_alarms([FOUND])
    integrate()
    point = Checkpoint.objects.get()
    moment = next_moment(at=point.signed_at)
    monkeypatch.setattr("regulation.ledger.views.overview.database_now", lambda: moment)
    return point


def test_the_page_of_the_record_says_what_was_published_and_who_signed(client, published):
    page = client.get("/en/ledger/").content.decode()
    assert published.root_hex in page
    assert "None yet: this checkpoint is signed" in page
    assert str(logkey.verifier_of(logkey.read())) in page
    assert "/ledger/alarms/" not in page
    assert client.get("/ledger/").status_code == 200


def test_it_says_which_witness_has_cosigned(client, published, settings):
    key = logkey.read()
    public = key.public_key().public_bytes_raw()
    settings.LEDGER_WITNESSES = [
        str(Verifier(name, COSIGNATURE_V1, public)) for name in ("regulator", "notary")
    ] + ["no-key"]
    text = published.note.partition("\n\n")[0] + "\n"
    line = cosign(text, name="notary", key=key, when=1_700_000_000).line()
    now = dt.datetime.now(dt.UTC)
    published.cosignatures.create(name="notary", line=line, stated_at=now)
    page = client.get("/en/ledger/").content.decode()
    assert page.count("Cosigned</") == 1
    assert page.count("Pending") == 1
    assert "None yet" not in page


def test_the_list_of_what_was_published_is_flat(client, assert_flat, monkeypatch):
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    sizes = iter(range(1, 100))

    def more() -> None:
        size = next(sizes)
        note = f"o\n{size}\n{'A' * 43}=\n\n— o AAAAAAA=\n"
        when = start + dt.timedelta(hours=size)
        Checkpoint.objects.create(size=size, root=b"\0" * 32, note=note, signed_at=when)

    assert_flat(client, "/en/ledger/", more, limit=6)


def test_before_anything_is_signed_the_page_says_so(client):
    assert "No checkpoint is published yet" in client.get("/en/ledger/").content.decode()
