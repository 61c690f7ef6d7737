"""Questions, amendments, copies: who asks stays hidden, what differs is shown, bidders lose no time."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from marketplace.tenders import effects, errors, operations
from marketplace.tenders.boards import bid_board
from marketplace.tenders.calendar_file import Event, calendar, fold
from marketplace.tenders.life import State
from marketplace.tenders.models import Amendment, Question, Tender
from marketplace.tenders.operations.drafting import Terms
from marketplace.tenders.queries import earliest_deadline, questions_for
from marketplace.tenders.readiness import check_list
from marketplace.tenders.sealing import PlainBid
from marketplace.tenders.telling import tell_followers
from regulation.ledger.models import Entry
from regulation.parties.models import Membership, Role
from regulation.registry.operations import end_following, start_following
from tests.factories import world

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def signed_in(membership: Membership) -> Client:
    """A client of its own, so that several people look at once."""
    client = Client()
    client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def terms_of(tender: Tender, **changed: object) -> Terms:
    return Terms(**{n: getattr(tender, n) for n in Terms.__dataclass_fields__} | changed)


def amend(tender: Tender, *, avoided=(), reason="更正", at=None, **changed: object) -> Amendment:
    return operations.amend_tender(
        tender=tender,
        terms=terms_of(tender, **changed),
        avoided=avoided,
        reason=reason,
        by=tender.created_by,
        at=at or timezone.now(),
    )


def bid(tender: Tender):
    firm = world.intermediary(sells=tender.service).entity
    return operations.submit_bid(
        tender=tender, tenderer=firm, bid=PlainBid(Decimal(900), 10), by=world.user(), at=timezone.now()
    )


def ask(tender: Tender, **said: object) -> Question:
    asker = said.pop("asker", None) or world.intermediary().entity
    defaults = {"text": "需要现场踏勘吗", "by": world.user(), "at": timezone.now()}
    return operations.ask_question(tender=tender, asker=asker, **defaults | said)


def test_who_asks_is_told_to_nobody_and_what_is_asked_once_it_is_answered(client):
    tender = world.tender()
    firm = world.intermediary().entity
    asked = ask(tender, asker=firm)
    address = f"/en/tenders/{tender.ref}/"
    owner = signed_in(world.member(Role.OWNER, tender.owner))
    rival = signed_in(world.member(Role.AGENT, world.intermediary().entity))
    assert "需要现场踏勘吗" in owner.get(address).content.decode()
    for reader in (client, rival):
        assert "需要现场踏勘吗" not in reader.get(address).content.decode()
    owner.post(f"/en/questions/{asked.pk}/answer/", {"answer": "自行踏勘"})
    for reader in (client, rival, owner):
        page = reader.get(address).content.decode()
        assert "需要现场踏勘吗" in page
        assert "自行踏勘" in page
        assert firm.name not in page
    assert not any(firm.urn in entry.body for entry in Entry.objects.all())


def test_only_registered_intermediaries_ask_and_only_in_time():
    tender = world.tender(questions_until=timezone.now() + HOUR / 2)
    with pytest.raises(errors.NotRegistered):
        ask(tender, asker=world.entity())
    with pytest.raises(errors.NoWords):
        ask(tender, text=" \0 ")
    with pytest.raises(errors.QuestionsOver):
        ask(tender, at=tender.questions_until)
    assert Question.objects.count() == 0
    ask(tender, at=tender.questions_until - dt.timedelta(microseconds=1))
    assert questions_for(tender, owner=True, asker=None).count() == 1


def test_an_answer_stands():
    tender = world.tender()
    asked = ask(tender)
    said = {"question": asked, "by": tender.created_by, "at": timezone.now()}
    operations.answer_question(answer="自行踏勘", **said)
    with pytest.raises(errors.AlreadyAnswered):
        operations.answer_question(answer="统一踏勘", **said)
    with pytest.raises(IntegrityError, match="question_and_answer_stand"), transaction.atomic():
        Question.objects.filter(pk=asked.pk).update(answer="统一踏勘")


def test_only_the_owner_answers():
    asked = ask(world.tender())
    other = signed_in(world.member(Role.OWNER))
    assert other.post(f"/en/questions/{asked.pk}/answer/", {"answer": "x"}).status_code == 404
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_an_amendment_keeps_what_differs_and_moves_a_deadline_that_is_too_near():
    tender = world.tender(days=30, ceiling=Decimal("10000.00"))
    unit = world.entity()
    at = timezone.now()
    made = amend(tender, days=20, avoided=[(unit, "关联单位")], at=at)
    tender.refresh_from_db()
    assert (tender.days, tender.amendment_no, tender.avoided_units.get().entity) == (20, 1, unit)
    assert tender.closes_at == at + dt.timedelta(days=1)  # an hour was left; the rule gives a day
    assert (made.before["days"], made.after["days"]) == ("30", "20")
    assert set(made.after) == {"days", "closes_at", "avoided"}
    assert [a.act for a in tender.acts.all()] == ["amend"]
    connection.check_constraints()


def test_an_amendment_says_why_changes_something_and_comes_in_time():
    tender = world.tender()
    with pytest.raises(errors.NothingChanged):
        amend(tender)
    with pytest.raises(errors.ReasonMissing):
        amend(tender, days=5, reason=" ")
    with pytest.raises(errors.ComesEarlier):
        amend(tender, closes_at=tender.closes_at - HOUR / 2)
    with pytest.raises(errors.CeilingMissing):
        amend(tender, ceiling=None)
    world.close(tender)
    with pytest.raises(errors.NotNow):
        amend(tender, days=5)
    assert Amendment.objects.count() == 0
    assert not Entry.objects.filter(kind="tenders.amended").exists()


@pytest.mark.parametrize("change", [{"method": "random_draw"}, {"owner": None}, {"title": "x"}])
def test_the_database_lets_an_amendment_change_terms_and_nothing_it_must_not(change):
    """With its amendment on record a term changes; owner and method do not, and no deadline comes earlier."""
    tender = world.tender()
    Amendment.objects.create(
        tender=tender, number=1, reason="x", before={}, after={}, by=tender.created_by, made_at=timezone.now()
    )
    wanted = change | ({"owner": world.entity()} if "owner" in change else {})
    with transaction.atomic():
        if "title" in change:
            Tender.objects.filter(pk=tender.pk).update(amendment_no=1, **wanted)
        else:
            with pytest.raises(IntegrityError, match="tender_published_terms_stand"), transaction.atomic():
                Tender.objects.filter(pk=tender.pk).update(amendment_no=1, **wanted)
        transaction.set_rollback(True)


def test_bidders_are_told_each_alone_and_confirm(client):
    tender = world.tender()
    first, second = bid(tender), bid(tender)
    amend(tender, days=20)
    effects.tell_bidders(Entry.objects.get(kind="tenders.amended"))
    assert sorted(m.to for m in mail.outbox) == sorted([[b.submitted_by.email] for b in (first, second)])
    assert bid_board(first.tenderer).get().confirmed is False
    agent = signed_in(world.member(Role.AGENT, first.tenderer))
    other = signed_in(world.member(Role.AGENT, second.tenderer))
    assert b"Confirm the bid" in agent.get(f"/en/tenders/{tender.ref}/").content
    assert other.post(f"/en/bids/{first.ref}/confirm/").status_code == 404
    before = client.get(f"/en/tenders/{tender.ref}/").content
    for _twice in range(2):
        agent.post(f"/en/bids/{first.ref}/confirm/")
    assert bid_board(first.tenderer).get().confirmed is True
    assert bid_board(second.tenderer).get().confirmed is False
    assert first.confirmations.count() == 1
    assert b"Confirm the bid" not in agent.get(f"/en/tenders/{tender.ref}/").content
    assert b"bid was confirmed" not in before


def test_a_copy_says_the_same_with_a_deadline_of_its_own_and_takes_the_place_of_what_ended():
    tender = world.tender(opens_at=timezone.now() + dt.timedelta(minutes=5))
    at = timezone.now()
    copy = operations.copy_tender(tender=tender, by=world.user(), at=at)
    assert (copy.title, copy.opens_at, copy.replaces, copy.state_at(at)) == (
        tender.title,
        None,
        None,
        State.DRAFT,
    )
    assert copy.closes_at == earliest_deadline(tender.region, now=at)  # an hour was too short for the rule
    operations.cancel_tender(tender=tender, reason="x", by=tender.created_by, at=at)
    tender.refresh_from_db()
    assert operations.copy_tender(tender=tender, by=world.user(), at=at).replaces == tender


def test_the_check_list_says_what_is_missing():
    now = timezone.now()
    tender = world.tender(published_at=None, closes_at=now + HOUR, ceiling=None, no_ceiling_reason="")
    lines = check_list(tender, minimum=dt.timedelta(days=3), now=now)
    assert [line.done for line in lines if line.needed] == [False, False, True, True, True]
    tender.ceiling, tender.closes_at = Decimal(1), now + dt.timedelta(days=3)
    assert all(line.done for line in check_list(tender, minimum=dt.timedelta(days=3), now=now) if line.needed)


def test_the_owner_amends_and_postpones_through_pages(client):
    world.trustees()
    tender = world.tender(days=30)
    owner = signed_in(world.member(Role.OWNER, tender.owner))
    address = f"/en/tenders/{tender.ref}/"
    closes = timezone.localtime(tender.closes_at + dt.timedelta(days=3))
    said = {
        "title": "别的名称",
        "description": tender.description,
        "days": "20",
        "ceiling": "10000.00",
        "contact": "0826",
        "closes_at": closes.strftime("%Y-%m-%dT%H:%M:%S"),
    }
    assert owner.post(f"{address}amend/", said).status_code == 422
    owner.post(f"{address}amend/", said | {"reason": "工期调整"})
    tender.refresh_from_db()
    assert (tender.days, tender.title == "别的名称") == (20, False)
    page = client.get(address).content.decode()
    assert "工期调整" in page
    assert "<del>30</del><ins>20</ins>" in page
    later = (closes + dt.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%S")
    owner.post(f"{address}postpone/", {"closes_at": later, "reason": "资料待补"})
    assert "资料待补" in client.get(address).content.decode()
    other = signed_in(world.member(Role.OWNER))
    for page in ("amend", "postpone", "copy"):
        assert other.post(f"{address}{page}/").status_code == 403


def test_boards_say_what_to_do_next(assert_flat):
    tender = world.tender()
    ask(tender)
    owner = signed_in(world.member(Role.OWNER, tender.owner))
    assert b"Answer the questions: 1" in owner.get("/en/tenders/mine/").content
    assert_flat(owner, "/en/tenders/mine/", lambda: world.tender(owner=tender.owner), limit=12)
    made = bid(tender)
    agent = signed_in(world.member(Role.AGENT, made.tenderer))
    assert b"Sealed; you may withdraw it" in agent.get("/en/bids/mine/").content
    assert made.tender.title not in owner.get("/en/bids/mine/").content.decode()


def test_the_list_counts_by_state_service_and_region(client):
    first, second = world.tender(), world.tender()
    operations.cancel_tender(tender=second, reason="x", by=second.created_by, at=timezone.now())
    page = client.get("/en/tenders/").content.decode()
    assert page.count('<span class="count">1</span>') == 4  # two states, two services
    assert page.count('<span class="count">2</span>') == 1  # one region
    narrowed = client.get(f"/en/tenders/?service={first.service.code}").content.decode()
    assert first.title in narrowed
    assert second.title not in narrowed


def test_feed_and_calendar_follow_the_search(client):
    first, second = world.tender(title="甲"), world.tender(title="乙")
    for address in ("/en/tenders/atom.xml", "/en/tenders/calendar.ics"):
        text = client.get(f"{address}?service={first.service.code}").content.decode()
        assert first.ref in text
        assert second.ref not in text


def test_a_calendar_folds_by_octets_and_escapes():
    at = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
    said = calendar("x", [Event("u", at, "评价，含;分号,逗号\\和\n换行" * 5, "https://x.example/", at)])
    assert all(len(line.encode()) <= 75 for line in said.split("\r\n"))
    unfolded = said.replace("\r\n ", "")
    assert "含\\;分号\\,逗号\\\\和\\n换行" in unfolded
    assert "DTSTART:20261128T090000Z\r\n" in said
    assert fold("a" * 75) == "a" * 75


def test_the_method_and_its_parameters_are_chosen_by_its_own_schema():
    draft = world.tender(published_at=None)
    owner = signed_in(world.member(Role.OWNER, draft.owner))
    address = f"/en/tenders/{draft.ref}/edit/"
    closes = (timezone.localtime() + dt.timedelta(days=4)).strftime("%Y-%m-%dT%H:%M:%S")
    said = {
        "title": "采购",
        "description": "说明",
        "days": "10",
        "ceiling": "1000.00",
        "contact": "0826",
        "closes_at": closes,
        "method": "average_price",
    }
    assert b'name="parameter_trim"' not in owner.get(address).content
    assert owner.post(address, said | {"parameter_trim": "99"}).status_code == 422
    owner.post(address, said | {"parameter_trim": "2"})
    draft.refresh_from_db()
    assert (draft.method, draft.method_parameters["trim"]) == ("average_price", 2)
    assert b'name="parameter_trim"' in owner.get(address).content
    assert owner.post(address, said | {"method": "no_such"}).status_code == 422


def test_notices_last_and_say_what_was_so_then(client):
    tender = world.tender(days=30)
    amend(tender, days=20, reason="工期调整")
    operations.cancel_tender(tender=tender, reason="项目终止", by=tender.created_by, at=timezone.now())
    said = {
        kind: client.get(f"/en/tenders/{tender.ref}/notice/{kind}/").content.decode()
        for kind in ("procurement", "change-1", "end")
    }
    assert "<dd>30</dd>" in said["procurement"]
    assert "<del>30</del><ins>20</ins>" in said["change-1"]
    assert "工期调整" in said["change-1"]
    assert "项目终止" in said["end"]
    for missing in ("result", "change-2", "x"):
        assert client.get(f"/en/tenders/{tender.ref}/notice/{missing}/").status_code == 404
    draft = world.tender(published_at=None)
    assert client.get(f"/en/tenders/{draft.ref}/notice/procurement/").status_code == 404


def test_followers_of_the_service_or_region_are_told_once_of_a_new_tender():
    tender = world.tender()
    both, ended, other = world.user(), world.user(), world.user()
    at = timezone.now()
    for user, topic, key in (
        (both, "service", tender.service.code),
        (both, "region", "510000"),
        (ended, "service", tender.service.code),
        (other, "service", world.service().code),
    ):
        start_following(user=user, topic=topic, key=key, rhythm="daily", language="en", at=at)
    end_following(following=ended.followings.get(), at=at)
    assert tell_followers(tender) == 1
    assert [m.to for m in mail.outbox] == [[both.email]]
    assert tender.get_absolute_url() in mail.outbox[0].body
    assert "List-Unsubscribe" in mail.outbox[0].extra_headers
