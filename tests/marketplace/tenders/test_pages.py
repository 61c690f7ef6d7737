"""What each reader sees, and what nobody sees before the opening."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.tenders.models import Bid, Tender
from marketplace.tenders.operations import cancel_tender, open_tender, submit_bid
from marketplace.tenders.sealing import PlainBid
from regulation.parties.models import Membership, Role
from tests.factories import world

pytestmark = pytest.mark.django_db


def sealed_bid(tender: Tender, price: str = "900.00") -> Bid:
    firm = world.intermediary(sells=tender.service).entity
    return submit_bid(
        tender=tender, tenderer=firm, bid=PlainBid(Decimal(price), 10), by=world.user(), at=timezone.now()
    )


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("who", [None, Role.OWNER, Role.AGENT, Role.REGULATOR])
def test_before_the_opening_nobody_learns_who_bids_or_how_many(who, language, client, sign_in):
    tender = world.tender()
    reader = sign_in(world.member(who, tender.owner if who == Role.OWNER else None)) if who else client
    addresses = [f"{language}/tenders/", f"{language}/tenders/{tender.ref}/"]

    def pages() -> list[str]:
        texts = [reader.get(address).content.decode() for address in addresses]
        return [
            re.sub(r"<time.*?</time>|\d+ (minutes?|seconds?|分|秒).*?<|csrf\S+ value=\S+", "", t)
            for t in texts
        ]

    def without_clock(texts: list[str]) -> list[str]:
        return [
            re.sub(r'<div class="clock">.*?</div>|csrfmiddlewaretoken" value="\w+"', "", t, flags=re.S)
            for t in texts
        ]

    before = without_clock(pages())
    bids = [sealed_bid(tender) for _ in range(3)]
    after = without_clock(pages())
    assert before == after
    for bid in bids:
        assert all(bid.tenderer.name not in text for text in after)
        assert all(bid.envelope_digest not in text for text in after)


def test_after_the_opening_everybody_sees_every_bid(client):
    tender = world.tender()
    bids = [sealed_bid(tender, price) for price in ("950.00", "900.00")]
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    page = client.get(f"/en/tenders/{tender.ref}/").content.decode()
    assert page.index("¥900.00") < page.index("¥950.00")
    assert all(bid.tenderer.name in page for bid in bids)


def terms(**fields: object) -> dict:
    closes = timezone.localtime() + dt.timedelta(days=4)
    return {
        "title": "采购",
        "description": "说明",
        "days": "10",
        "ceiling": "1000.00",
        "closes_at": closes.strftime("%Y-%m-%dT%H:%M:%S"),
        "contact": "0826",
    } | fields


def signed_in(membership: Membership) -> Client:
    """A client of its own, so that several people look at once."""
    client = Client()
    client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_an_owner_drafts_edits_and_publishes():
    world.trustees()
    approval, service = world.approval(), world.service()
    owner = signed_in(world.member(Role.OWNER))
    address = f"/en/tenders/new/?approval={approval.ref}&service={service.code}"
    assert b"You need not buy this" in owner.get(address).content
    owner.post(address, terms(avoided=f"{approval.department.name} | 审批部门"))
    tender = Tender.objects.get()
    assert tender.avoided_units.get().entity == approval.department
    owner.post(f"/en/tenders/{tender.ref}/edit/", terms(title="改名"))
    owner.post(f"/en/tenders/{tender.ref}/submit/")
    assert b"A colleague" in owner.get(f"/en/tenders/{tender.ref}/").content
    assert owner.get(f"/en/tenders/{tender.ref}/edit/").status_code == 302
    colleague = signed_in(world.member(Role.OWNER, tender.owner))
    colleague.post(f"/en/tenders/{tender.ref}/return/", {"reason": "预算依据不足"})
    assert "预算依据不足" in owner.get(f"/en/tenders/{tender.ref}/").content.decode()
    owner.post(f"/en/tenders/{tender.ref}/submit/")
    colleague.post(f"/en/tenders/{tender.ref}/pass/")
    for same in (owner, colleague):
        same.post(f"/en/tenders/{tender.ref}/publish/")
        tender.refresh_from_db()
        assert tender.published_at is None
    reviewer = signed_in(world.member(Role.REVIEWER))
    assert b"Publish this tender" in reviewer.get(f"/en/tenders/{tender.ref}/").content
    reviewer.post(f"/en/tenders/{tender.ref}/publish/")
    tender.refresh_from_db()
    assert (tender.title, tender.published_at is not None) == ("改名", True)
    page = reviewer.get(f"/en/tenders/{tender.ref}/").content.decode()
    assert "Passed by the reviewer" in page
    assert "Passed by the reviewer" not in Client().get(f"/en/tenders/{tender.ref}/").content.decode()


def test_a_regulator_suspends_a_tender_and_lets_it_go_on(client):
    tender = world.tender()
    regulator = signed_in(world.member(Role.REGULATOR))
    address = f"/en/tenders/{tender.ref}/"
    regulator.post(f"{address}suspend/", {"reason": ""})
    assert b"Open for bids" in client.get(address).content
    regulator.post(f"{address}suspend/", {"reason": "质疑受理"})
    page = client.get(address).content.decode()
    assert "The tender is suspended" in page
    assert page.count("质疑受理") == 2  # in the notice, in the history
    regulator.post(f"{address}resume/", {"reason": "质疑不成立"})
    assert b"Open for bids" in client.get(address).content
    regulator.post(f"{address}annul/", {"reason": "违规"})
    assert b"The tender is void" in client.get(address).content


def test_a_draft_is_nobody_elses_to_know(client, sign_in):
    tender = world.tender(published_at=None)
    assert client.get(f"/en/tenders/{tender.ref}/").status_code == 404
    assert sign_in(world.member(Role.OWNER)).get(f"/en/tenders/{tender.ref}/").status_code == 404
    assert (
        sign_in(world.member(Role.OWNER, tender.owner)).get(f"/en/tenders/{tender.ref}/").status_code == 200
    )


def test_only_its_owner_changes_a_tender(sign_in):
    tender = world.tender()
    other = sign_in(world.member(Role.OWNER))
    for action in ("edit", "publish", "cancel", "award"):
        assert other.post(f"/en/tenders/{tender.ref}/{action}/", {"reason": "r"}).status_code == 403
    tender.refresh_from_db()
    assert tender.cancelled_at is None


def test_a_bid_is_looked_over_then_sealed_and_its_receipt_is_the_bidders_alone(sign_in):
    tender = world.tender()
    firm = world.intermediary(sells=tender.service).entity
    agent = sign_in(world.member(Role.AGENT, firm))
    form = {"price": "900.00", "days": "10", "note": "现场踏勘"}
    review = agent.post(f"/en/tenders/{tender.ref}/bid/", form)
    assert b"Seal and submit" in review.content
    assert Bid.objects.count() == 0
    receipt = agent.post(f"/en/tenders/{tender.ref}/bid/", form | {"sealed": "yes"}, follow=True)
    bid = Bid.objects.get()
    assert bid.envelope_digest in receipt.content.decode()
    assert sign_in(world.member(Role.AGENT)).get(f"/en/bids/{bid.ref}/").status_code == 404
    assert sign_in(world.member(Role.REGULATOR)).get(f"/en/bids/{bid.ref}/").status_code == 403


def test_a_refused_bidder_reads_the_chain_the_rule_and_what_to_do(sign_in):
    tender = world.tender()
    firm = world.intermediary(sells=tender.service).entity
    world.interest(tender.department, firm, "affiliation", source="登记档案")
    answer = sign_in(world.member(Role.AGENT, firm)).post(
        f"/en/tenders/{tender.ref}/bid/", {"price": "900", "days": "10", "sealed": "yes"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("登记档案", tender.department.name, "What you can do", "Conflicted"):
        assert words in page
    assert Bid.objects.count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"price": "NaN"},
        {"price": "Infinity"},
        {"price": "1e400"},
        {"price": "-1"},
        {"price": "0"},
        {"price": "1.001"},
        {"price": "\0"},
        {"price": "9" * 400},
        {"price": "10000.01"},
        {"days": "31"},
        {"days": "9" * 5000},
        {"days": "-1"},
        {"days": ""},
        {"note": "x\0y"},
        {"note": "长" * 2000},
    ],
)
def test_a_hostile_bid_is_told_what_is_wrong_and_nothing_is_kept(fields, sign_in):
    tender = world.tender()
    firm = world.intermediary(sells=tender.service).entity
    agent = sign_in(world.member(Role.AGENT, firm))
    form = {"price": "900", "days": "10", "note": "", "sealed": "yes"} | fields
    answer = agent.post(f"/en/tenders/{tender.ref}/bid/", form)
    assert answer.status_code == 422
    assert b"error-summary" in answer.content
    assert Bid.objects.count() == 0


@pytest.mark.parametrize("character", ["x", "长", "😀", '"', "\x01"])
def test_the_longest_note_fits_an_envelope(character, sign_in):
    tender = world.tender()
    firm = world.intermediary(sells=tender.service).entity
    form = {"price": "900", "days": "10", "note": character * 1500, "sealed": "yes"}
    sign_in(world.member(Role.AGENT, firm)).post(f"/en/tenders/{tender.ref}/bid/", form)
    assert Bid.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"closes_at": "2020-01-01T00:00"},
        {"closes_at": "x"},
        {"closes_at": "99999-01-01T00:00"},
        {"days": "0"},
        {"ceiling": "NaN"},
        {"ceiling": ""},
        {"title": ""},
        {"title": "x" * 201},
        {"title": "\0"},
        {"avoided": "没有这个单位 | 理由"},
        {"avoided": "\0"},
    ],
)
def test_hostile_terms_are_told_what_is_wrong_and_nothing_is_kept(fields, sign_in):
    approval, service = world.approval(), world.service()
    owner = sign_in(world.member(Role.OWNER))
    address = f"/en/tenders/new/?approval={approval.ref}&service={service.code}"
    assert owner.post(address, terms(**fields)).status_code == 422
    assert Tender.objects.count() == 0


@pytest.mark.parametrize(
    "query",
    ["?q=%00", "?state=x", "?service=%00", "?region=%F0%9F%98%80", "?page=-9", "?page=1e9", "?sort=x"],
)
def test_hostile_parameters_of_the_list(query, client):
    world.tender()
    assert client.get(f"/en/tenders/{query}").status_code == 200


def test_the_list_takes_the_same_queries_for_any_number(client, assert_flat):
    assert_flat(client, "/en/tenders/", world.tender)


def test_a_tender_with_many_bids_takes_the_same_queries(client, assert_flat):
    tender = world.tender()
    for price in range(100, 121):
        sealed_bid(tender, f"{price}.00")
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(f"/en/tenders/{tender.ref}/")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/en/tenders/{tender.ref}/")
    assert len(captured) <= 11


def test_feed_and_calendar_follow_what_is_done_to_a_tender(client):
    tender = world.tender(title="甲项目")
    before = client.get("/en/tenders/atom.xml").content.decode()
    assert "STATUS:CANCELLED" not in client.get("/en/tenders/calendar.ics").content.decode()
    later = timezone.now() + dt.timedelta(hours=1)
    cancel_tender(tender=tender, reason="不再需要", by=tender.created_by, at=later)
    after = client.get("/en/tenders/atom.xml").content.decode()
    updated = re.findall(r"<updated>(.*?)</updated>", after)
    assert updated != re.findall(r"<updated>(.*?)</updated>", before)
    assert later.strftime("%Y-%m-%dT%H") in updated[-1]
    told = client.get("/en/tenders/calendar.ics").content.decode()
    assert "STATUS:CANCELLED" in told
    assert f"DTSTAMP:{later:%Y%m%dT%H%M%S}Z" in told
