"""Following what changes: the page, the feed, the mail."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from django.core import mail
from django.db import IntegrityError
from django.utils import timezone

from regulation.ledger import logkey
from regulation.ledger.models import Checkpoint, Entry
from regulation.ledger.publication import next_moment, published_note
from regulation.ledger.tasks import integrate
from regulation.parties.operations import stop_mail, want_mail
from regulation.registry.models import Following, Ruling, Topic
from regulation.registry.operations import (
    draft_ruling,
    end_following,
    publish_ruling,
    replace_ruling,
    start_following,
    tell_reader,
)
from regulation.registry.operations.following import DIGESTS, stop_token, user_of_token
from regulation.registry.operations.wording import Wording
from regulation.registry.queries import changes_of, followed
from regulation.registry.rhythm import last_due
from regulation.registry.tasks import send_digests
from tests.factories.registry import (
    ApprovalFactory,
    DraftFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    region,
    reviewed,
)

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("rhythm", "now", "due"),
    [
        ("daily", utc(2026, 11, 24, 23, 0), utc(2026, 11, 24, 23, 0)),  # 07:00 in Shanghai on the 25th
        ("daily", utc(2026, 11, 24, 22, 59), utc(2026, 11, 23, 23, 0)),
        ("weekly", utc(2026, 11, 25, 12, 0), utc(2026, 11, 22, 23, 0)),  # Monday the 23rd
        ("weekly", utc(2026, 11, 22, 22, 59), utc(2026, 11, 15, 23, 0)),
    ],
)
def test_digests_are_due_at_seven_in_shanghai(rhythm, now, due):
    assert last_due(rhythm, now) == due


def test_another_rhythm_is_an_error():
    with pytest.raises(ValueError, match="hourly"):
        last_due("hourly", utc(2026, 1, 1))


def what(topic, key):
    return changes_of(followed(topic, key))


def test_a_publication_is_told_by_each_of_its_topics():
    ruling = RulingFactory(approval=ApprovalFactory())
    RulingFactory()
    provision = ruling.bases.get().provision
    for topic, key in (
        (Topic.APPROVAL, ruling.approval.ref),
        (Topic.SERVICE, ruling.service.code),
        (Topic.DEPARTMENT, str(ruling.approval.department_id)),
        (Topic.PROVISION, provision.ref),
        (Topic.INSTRUMENT, provision.instrument.ref),
    ):
        assert [(change.what, change.about) for change in what(topic, key)] == [("published", ruling)], topic
    assert len(what(Topic.REGION, "000000")) == len(what(Topic.EVERYTHING, "")) == 2


def test_drafts_are_told_to_nobody():
    DraftFactory()
    assert what(Topic.EVERYTHING, "") == []


def test_a_replacement_is_one_change_though_the_rest_is_recorded_again():
    old = RulingFactory(service=ServiceFactory(code="s"), necessity="mandatory")
    wording = Wording(necessity="optional", reason="可以自行编制", source="来源", start=dt.date(2025, 1, 1))
    author, second = UserFactory(), UserFactory()
    draft = draft_ruling(
        approval=None,
        service=old.service,
        region=region(),
        wording=wording,
        provisions=[ProvisionFactory()],
        by=author,
    )
    at = timezone.now() + dt.timedelta(seconds=1)
    replace_ruling(draft=reviewed(draft), by=second, at=at)
    assert Ruling.objects.published().count() == 3  # the old one, what is left of it, the new one
    assert [(c.what, c.about.pk) for c in what(Topic.SERVICE, "s")] == [
        ("replaced", draft.pk),
        ("published", old.pk),
    ]


def test_what_a_region_above_ends_is_told_below():
    service, high = ServiceFactory(), ProvisionFactory()
    low = RulingFactory(service=service, region=region("510000"), necessity="optional", provisions=[high])
    draft = DraftFactory(service=service, necessity="abolished", provisions=[high])
    publish_ruling(ruling=draft, by=UserFactory(), at=timezone.now() + dt.timedelta(seconds=1))
    assert [(c.what, c.about.pk) for c in what(Topic.REGION, "510000")] == [
        ("ended", low.pk),
        ("published", low.pk),
    ]


@pytest.mark.parametrize("rulings", [1, 20])
def test_changes_take_four_queries_whatever_their_number(rulings, django_assert_num_queries):
    service = ServiceFactory()
    for _ in range(rulings):
        RulingFactory(service=service, approval=ApprovalFactory())
    topic = followed(Topic.SERVICE, service.code)
    with django_assert_num_queries(4):
        assert len(changes_of(topic)) == rulings


@pytest.mark.parametrize("address", ["/changes/atom.xml", "/en/changes/service/s/atom.xml"])
def test_the_feed_is_atom(client, address):
    ruling = RulingFactory(service=ServiceFactory(code="s"))
    response = client.get(address)
    assert response["Content-Type"].startswith("application/atom+xml")
    root = ET.fromstring(response.content)
    assert root.tag == f"{ATOM}feed"
    (entry,) = root.findall(f"{ATOM}entry")
    assert ruling.get_absolute_url() in entry.find(f"{ATOM}link").attrib["href"]
    assert entry.find(f"{ATOM}id").text.startswith("tag:")
    assert root.find(f"{ATOM}updated").text


def test_an_unknown_topic_is_not_found(client):
    for address in ("service/none", "department/x", "department/99999999999999999999", "weather/x"):
        assert client.get(f"/changes/{address}/").status_code == 404


def following(rhythm="daily", **fields):
    RulingFactory(service=ServiceFactory(code="s"), published_at=utc(2026, 1, 1, 12))
    said = {"topic": "service", "key": "s", "language": "zh-hans", "at": utc(2026, 1, 1)} | fields
    return start_following(user=UserFactory(), rhythm=rhythm, **said)


def test_a_digest_tells_once_what_changed():
    one = following()
    now = utc(2026, 1, 2, 0)
    assert tell_reader(user=one.user, now=now) == 1
    assert tell_reader(user=one.user, now=now) == 0
    (letter,) = mail.outbox
    assert letter.to == [one.user.email]
    assert "新增认定" in letter.body
    assert f"/rulings/{Ruling.objects.get().pk}/" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_whoever_wants_no_digests_gets_none_and_is_not_told_later_of_what_they_left_out():
    one = following()
    stop_mail(user=one.user, kind=DIGESTS, at=utc(2026, 1, 1))
    assert tell_reader(user=one.user, now=utc(2026, 1, 2, 0)) == 0
    want_mail(user=one.user, kind=DIGESTS, at=utc(2026, 1, 2))
    assert tell_reader(user=one.user, now=utc(2026, 1, 3, 0)) == 0
    assert mail.outbox == []


def test_a_digest_carries_the_checkpoint_that_is_published_then(settings):
    """So that outsiders hold copies: the newest one with its signatures, and none that is not public yet."""
    logkey.create()
    one, since = following(), Following.objects.get().told_until
    integrate()
    point = Checkpoint.objects.get()
    now = next_moment(at=point.signed_at)
    assert published_note(at=point.signed_at) is None
    assert tell_reader(user=one.user, now=now + dt.timedelta(days=1)) == 1
    assert point.note in mail.outbox[0].body
    settings.LEDGER_WITNESSES_REQUIRED = 1
    Following.objects.update(told_until=since)
    assert tell_reader(user=one.user, now=now + dt.timedelta(days=2)) == 1
    assert point.note not in mail.outbox[1].body, "a pending one is not sent out"


def test_a_digest_comes_in_the_language_it_was_asked_for():
    one = following(language="en")
    tell_reader(user=one.user, now=utc(2026, 1, 2, 0))
    assert "New ruling" in mail.outbox[0].body
    assert "/en/rulings/" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("rhythm", "now", "told"),
    [
        ("daily", utc(2026, 1, 1, 22, 59), 0),
        ("daily", utc(2026, 1, 1, 23), 1),
        ("weekly", utc(2026, 1, 4, 22, 59), 0),
        ("weekly", utc(2026, 1, 4, 23), 1),
    ],
)
def test_nothing_is_told_before_it_is_due(rhythm, now, told):
    assert tell_reader(user=following(rhythm).user, now=now) == told


def test_no_mail_where_nothing_changed():
    one = following(at=utc(2026, 1, 1, 13))
    assert tell_reader(user=one.user, now=utc(2026, 1, 3)) == 0
    assert mail.outbox == []
    assert Following.objects.get().told_until == utc(2026, 1, 2, 23)


def test_a_mail_that_cannot_be_sent_is_tried_again(monkeypatch):
    one = following()
    with monkeypatch.context() as away:
        away.setattr("django.core.mail.EmailMultiAlternatives.send", _refuse)
        with pytest.raises(ExceptionGroup):
            send_digests()
    assert Following.objects.get().told_until == one.told_until
    assert send_digests() == 1


def _refuse(self, **kwargs):
    raise ConnectionRefusedError


def test_following_leaves_an_entry_and_starts_once():
    one = following()
    again = start_following(
        user=one.user, topic="service", key="s", rhythm="weekly", language="en", at=utc(2026, 2, 1)
    )
    assert (again.pk, again.rhythm, again.told_until) == (one.pk, "weekly", one.told_until)
    assert Entry.objects.filter(kind="registry.following_started").count() == 2


def test_the_database_keeps_one_standing_following_a_topic():
    one = following()
    with pytest.raises(IntegrityError, match="following_once_per_topic"):
        Following.objects.create(
            user=one.user, topic="service", key="s", rhythm="daily", language="en", told_until=utc(2026, 1, 1)
        )


def test_ending_twice_does_nothing():
    one = following()
    for at in (utc(2026, 1, 5), utc(2026, 1, 6)):
        end_following(following=one, at=at)
    assert Following.objects.get().ended_at == utc(2026, 1, 5)
    assert Entry.objects.filter(kind="registry.following_ended").count() == 1


@pytest.mark.parametrize("own", [True, False])
def test_only_the_reader_ends_what_it_follows(client, own):
    one = following()
    client.force_login(one.user if own else UserFactory())
    client.post(f"/following/{one.pk}/end/")
    assert (Following.objects.get().ended_at is not None) == own


def test_a_reader_follows_from_the_page_of_changes(client):
    ServiceFactory(code="s")
    client.force_login(UserFactory())
    asked = {"topic": "service", "key": "s", "rhythm": "daily"}
    assert client.post("/following/start/", asked, follow=True).status_code == 200
    assert Following.objects.get().key == "s"
    assert "评估服务" in client.get("/following/").content.decode()
    client.post("/following/start/", asked | {"key": "none"})
    client.post("/following/start/", asked | {"rhythm": "hourly"})
    assert Following.objects.count() == 1


def test_the_way_out_of_a_mail_needs_no_sign_in(client):
    one = following()
    address = f"/following/stop/{stop_token(one.user)}/"
    client.get(address)
    assert Following.objects.get().ended_at is None  # a mail scanner that follows links ends nothing
    client.post(address)
    assert Following.objects.get().ended_at is not None


@pytest.mark.parametrize("token", ["x", "1:abc", "MQ:1tabc:abc"])
def test_a_forged_way_out_leads_nowhere(client, token):
    one = following()
    assert user_of_token(token) is None
    assert client.post(f"/following/stop/{token}/").status_code == 404
    assert Following.objects.get(pk=one.pk).ended_at is None


def changed(client, **asked):
    """The rulings of a page of changes, in its order, and its links to the pages beside it."""
    answer = client.get("/en/changes/", asked)
    assert answer.status_code == 200
    return [c.about.pk for c in answer.context["changes"]], answer.content.decode()


def test_every_change_is_reached_page_by_page_though_all_came_at_one_moment(client, monkeypatch):
    monkeypatch.setattr("regulation.registry.views.following.PAGE", 3)
    made = [RulingFactory(published_at=utc(2026, 1, 1)).pk for _ in range(7)]
    first, html = changed(client)
    assert "Older changes" in html
    assert "Newer changes" not in html
    second, html = changed(client, page=2)
    third, last = changed(client, page=3)
    assert first + second + third == made[::-1]
    assert "Older changes" not in last
    assert "Newer changes" in html
    assert changed(client, page=4)[0] == []
    assert changed(client, page="x")[0] == first


def test_changes_are_narrowed_by_kind_and_by_days_of_shanghai(client):
    service = ServiceFactory(code="s")
    old = RulingFactory(service=service, published_at=utc(2025, 12, 31, 15, 59))  # 23:59 on the 31st
    new = RulingFactory(published_at=utc(2025, 12, 31, 16))  # the first minute of the year
    assert changed(client, since="2026-01-01")[0] == [new.pk]
    assert changed(client, until="2025-12-31")[0] == [old.pk]
    assert changed(client, since="2025-12-31", until="2026-01-01")[0] == [new.pk, old.pk]
    assert changed(client, kind="published")[0] == [new.pk, old.pk]
    found, html = changed(client, kind="replaced")
    assert (found, "No change fits" in html) == ([], True)


def test_the_kinds_of_change_tell_new_from_replaced(client):
    old = RulingFactory(service=ServiceFactory(code="s"), necessity="mandatory")
    wording = Wording(necessity="optional", reason="可以自行编制", source="来源", start=dt.date(2025, 1, 1))
    draft = draft_ruling(
        approval=None,
        service=old.service,
        region=region(),
        wording=wording,
        provisions=[ProvisionFactory()],
        by=UserFactory(),
    )
    replace_ruling(draft=reviewed(draft), by=UserFactory(), at=timezone.now() + dt.timedelta(seconds=1))
    assert changed(client, kind="replaced")[0] == [draft.pk]
    assert changed(client, kind="published")[0] == [old.pk]


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2026-02-30"},
        {"until": "1900-01-01"},
        {"since": "2026-02-02", "until": "2026-02-01"},
        {"kind": "rumour"},
    ],
)
def test_a_wrong_day_or_kind_is_told_and_no_change_is_shown(client, asked):
    RulingFactory()
    answer = client.get("/en/changes/", asked)
    assert answer.status_code == 422
    assert answer.context["changes"] == []
    assert "error-summary" in answer.content.decode()
