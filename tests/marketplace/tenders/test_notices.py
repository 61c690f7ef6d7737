"""Public notices: each said once, with what was so then; the database keeps them as they were said."""

import datetime as dt
import hashlib
import json

import pgtrigger
import pytest
import rfc8785
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.tenders import operations
from marketplace.tenders.announced import notices_of
from marketplace.tenders.models import PublicNotice, Tender
from marketplace.tenders.operations import acting
from regulation.ledger.models import Entry
from regulation.parties.models import Entity
from tests.factories import tenders, world
from tests.factories.tenders import award_tender

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def now() -> dt.datetime:
    return timezone.now()


def commit() -> None:
    """What is deferred to the commit, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def slugs(tender: Tender) -> list[str]:
    return [one.slug for one in notices_of(Tender.objects.get(pk=tender.pk))]


def said(tender: Tender, slug: str):
    found = Tender.objects.get(pk=tender.pk)
    return next(one for one in notices_of(found) if one.slug == slug)


def facts(tender: Tender, slug: str) -> list[str]:
    return [str(value) for _label, value in said(tender, slug).facts]


def page(client, tender: Tender, slug: str) -> str:
    answer = client.get(reverse("tenders:notice", args=[tender.ref, slug]))
    assert answer.status_code == 200
    return answer.content.decode().partition("<main")[2]


def published(**fields: object) -> Tender:
    world.trustees()
    draft = world.tender(published_at=None, closes_at=now() + dt.timedelta(days=5), **fields)
    return operations.publish_tender(tender=world.reviewed(draft), by=world.user(), at=now())


def test_a_second_result_leaves_the_first_as_it_was_said(client):
    award, (first, second) = tenders.awarded("900.00", "950.00")
    commit()
    tender, before = award.tender, page(client, award.tender, "result")
    assert first.tenderer.name in before
    assert "¥900.00" in before
    operations.withdraw_after_opening(bid=first, reason="人员离职", by=world.user(), at=now())
    assert page(client, tender, "result") == before
    ended = page(client, tender, "result-ended")
    assert first.tenderer.name in ended
    assert "人员离职" in ended
    assert "the winner withdrew" in ended
    award_tender(tender=tender, by=world.user(), at=now())
    commit()
    assert page(client, tender, "result") == before
    again = page(client, tender, "result-2")
    assert second.tenderer.name in again
    assert "¥950.00" in again
    assert slugs(tender) == ["procurement", "result", "result-ended", "result-2"]
    links = client.get(tender.get_absolute_url()).content.decode()
    assert all(reverse("tenders:notice", args=[tender.ref, slug]) in links for slug in slugs(tender))


def test_a_result_tells_the_whole_order_and_until_when_it_may_be_challenged():
    award, bids = tenders.awarded("900.00", "950.00")
    notice = said(award.tender, "result")
    assert [(row["rank"], row["name"], row["price"]) for row in notice.order] == [
        (1, bids[0].tenderer.name, "900.00"),
        (2, bids[1].tenderer.name, "950.00"),
    ]
    assert notice.measure == ""  # the price stands there already
    until = timezone.localtime(award.standstill_until)
    assert f"{until:%Y-%m-%d %H:%M:%S}" in facts(award.tender, "result")


def test_a_later_name_does_not_change_what_was_said(client):
    award, (first, _second) = tenders.awarded()
    before = page(client, award.tender, "result")
    was = first.tenderer.name
    Entity.objects.filter(pk__in=(first.tenderer_id, award.tender.owner_id)).update(name="改名后的公司")
    assert page(client, award.tender, "result") == before
    assert was in before


def test_each_stop_and_each_start_has_a_notice_of_its_own():
    tender = published()
    closes_at = tender.closes_at
    for n in (1, 2):
        closes_at += dt.timedelta(days=1)
        postponed = {"resumes_at": None, "closes_at": closes_at, "reason": f"延期{n}"}
        operations.postpone_tender(tender=tender, by=world.user(), at=now(), **postponed)
    operations.suspend_tender(tender=tender, reason="核查", by=world.user(), at=now())
    operations.resume_tender(tender=tender, reason="核查完毕", by=world.user(), at=now() + HOUR)
    operations.cancel_tender(tender=tender, reason="不再需要", by=world.user(), at=now() + HOUR)
    commit()
    wanted = ["procurement", "postponement-1", "postponement-2", "suspension-1", "resumption-1", "end"]
    assert slugs(tender) == wanted
    assert [said(tender, slug).reason for slug in wanted[1:]] == [
        "延期1",
        "延期2",
        "核查",
        "核查完毕",
        "不再需要",
    ]
    tender.refresh_from_db()
    assert facts(tender, "postponement-2") == [f"{timezone.localtime(closes_at):%Y-%m-%d %H:%M:%S}"]
    assert facts(tender, "resumption-1") == [f"{timezone.localtime(tender.closes_at):%Y-%m-%d %H:%M:%S}"]
    assert tender.closes_at >= closes_at + HOUR - dt.timedelta(minutes=1)


def test_no_act_on_a_draft_is_news():
    draft = world.tender(published_at=None, closes_at=now() + dt.timedelta(days=5))
    operations.submit_tender(tender=draft, by=draft.created_by, at=now())
    operations.return_tender(tender=draft, reason="缺附件", by=world.user(), at=now())
    commit()
    assert PublicNotice.objects.count() == 0


def test_a_void_tender_says_which_award_fell_with_it():
    award, (first, _second) = tenders.awarded()
    operations.annul_tender(tender=award.tender, reason="程序违法", by=world.user(), at=now())
    assert first.tenderer.name in facts(award.tender, "end")
    assert said(award.tender, "end").reason == "程序违法"
    assert said(award.tender, "result").order  # what was said before stands


def test_a_tender_nobody_bid_for_fails_in_public():
    tender = world.tender()
    operations.open_tender(tender=world.close(tender), at=now())
    assert facts(tender, "end") == ["No bid was submitted."]
    tender, _bids = tenders.opened("900.00")
    assert "end" not in slugs(tender)  # an opening with a valid bid is no end


def test_the_entry_of_the_act_has_the_digest_of_what_was_said():
    award, _bids = tenders.awarded()
    notice = PublicNotice.objects.get(tender=award.tender, slug="result")
    assert notice.digest == hashlib.sha256(rfc8785.dumps(notice.content)).hexdigest()
    assert json.loads(Entry.objects.get(kind="tenders.awarded").body)["notice"] == notice.digest


def test_the_database_lets_no_notice_be_changed_or_taken_away():
    tenders.awarded()
    notice = PublicNotice.objects.get(slug="result")
    for change in (lambda: PublicNotice.objects.update(content={}), notice.delete):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            change()


def test_the_database_lets_no_news_pass_without_its_notice(monkeypatch):
    tender = world.tender()
    monkeypatch.setattr(acting, "announcement", lambda *_words, **_named: None)

    def silently() -> None:
        with transaction.atomic():
            operations.suspend_tender(tender=tender, reason="核查", by=world.user(), at=now())
            commit()

    with pytest.raises(IntegrityError, match="act_is_announced"):
        silently()


def test_what_was_published_before_notices_were_kept_is_told_from_the_record(client):
    award, (first, _second) = tenders.awarded("900.00", "950.00")
    tender = award.tender
    commit()
    with world.as_the_owner(), pgtrigger.ignore("tenders.PublicNotice:append_only"):
        PublicNotice.objects.all().delete()  # as it was before: acts without notices
    operations.withdraw_after_opening(bid=first, reason="人员离职", by=world.user(), at=now())
    award_tender(tender=tender, by=world.user(), at=now())
    assert first.tenderer.name in page(client, tender, "result")
    assert slugs(tender) == ["procurement", "result", "result-ended", "result-2"]


def test_the_list_narrows_by_kind_and_words_and_its_feed_follows(client):
    award, _bids = tenders.awarded(title="港区仓库安全评价")
    other = world.tender()
    operations.suspend_tender(tender=other, reason="核查", by=world.user(), at=now())
    address, feed = reverse("tenders:notice_list"), reverse("tenders:notice_feed")
    for where in (address, feed):
        everything = client.get(where).content.decode()
        assert reverse("tenders:notice", args=[other.ref, "suspension-1"]) in everything
        assert reverse("tenders:notice", args=[award.tender.ref, "result"]) in everything
        for asked in ({"kind": "result"}, {"q": "港区 评价"}):
            some = client.get(where, asked).content.decode()
            assert reverse("tenders:notice", args=[award.tender.ref, "result"]) in some
            assert reverse("tenders:notice", args=[other.ref, "suspension-1"]) not in some
        none = client.get(where, {"region": "110000"}).content.decode()
        assert "/notice/" not in none.partition("<main")[2]


def test_the_list_of_notices_takes_the_same_queries_for_many(client, assert_flat):
    def add() -> None:
        operations.suspend_tender(tender=world.tender(), reason="核查", by=world.user(), at=now())

    assert_flat(client, reverse("tenders:notice_list"), add, limit=5)


def test_a_calendar_shows_a_suspended_deadline_as_uncertain(client):
    tender = world.tender()
    address = reverse("tenders:tender_calendar")
    assert "STATUS" not in client.get(address).content.decode()
    operations.suspend_tender(tender=tender, reason="核查", by=world.user(), at=now())
    assert "STATUS:TENTATIVE" in client.get(address).content.decode()
