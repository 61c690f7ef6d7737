"""Draws, auctions, exclusions, low prices and documents by the interface: the operations of the pages."""

import datetime as dt
import hashlib

import pytest
from django.core.cache import cache
from django.utils import timezone

from marketplace.opendata.api.bodies import take_long
from marketplace.tenders import draw as pure
from marketplace.tenders import operations
from marketplace.tenders.models import (
    AuctionPrice,
    Draw,
    Exclusion,
    LowPrice,
    PublicSource,
    TenderDocument,
)
from regulation.parties.models import Role
from tests.factories import oversight, tenders, world
from tests.factories.programs import Program
from tests.marketplace.opendata.test_api_reads import problem

pytestmark = pytest.mark.django_db
SECRET = "ab" * 32
PDF = oversight.PDF


def programs_of(tender, *bids):
    """Programs of the owner and a colleague, and of each bidder."""
    owner = world.member(Role.OWNER, tender.owner)
    colleague = world.member(Role.OWNER, tender.owner)
    agents = [world.member(Role.AGENT, bid.tenderer) for bid in bids]
    return [Program(one) for one in (owner, colleague, *agents)]


def test_a_draw_from_its_name_to_its_witness():
    tender, bids = tenders.opened("900.00", "950.00", method="random_draw", method_parameters={"trustees": 1})
    owner, *_rest = programs_of(tender)
    watching = world.member(Role.REGULATOR)
    place = f"/tenders/{tender.ref}/draws"
    known_from = timezone.now() + dt.timedelta(hours=1)
    made = owner.post(
        place,
        {
            "source": PublicSource.LOTTERY,
            "source_name": "双色球 2026133",
            "known_from": known_from.isoformat(),
            "witnesses": [watching.user.email],
        },
    )
    assert made.status_code == 201, made.content
    trustee = world.member(Role.TRUSTEE)
    code = pure.commitment(tender=tender.urn, number=1, trustee=trustee.user.urn, secret=SECRET)
    holds, witness = Program(trustee), Program(watching)
    problem(owner.post(f"{place}/1/freeze"), 409, "not_committed")
    assert holds.post(f"{place}/1/commit", {"commitment": code}).json()["secrets"][0]["automatic"] is False
    frozen = owner.post(f"{place}/1/freeze").json()
    names = [one["name"] for one in frozen["candidates"]]
    assert names == sorted(names)
    assert {one["entity"]["id"] for one in frozen["candidates"]} == {bid.tenderer_id for bid in bids}
    problem(owner.post(f"{place}/1/value", {"value": "1", "reference": "r"}), 409, "not_known_yet")
    tenders.known(Draw.objects.get())
    entered = owner.post(f"{place}/1/value", {"value": "03 07", "reference": "公报"})
    assert entered.status_code == 200, entered.content
    problem(holds.post(f"{place}/1/open", {"secret": "0" * 64}), 409, "wrong_secret")
    assert holds.post(f"{place}/1/open", {"secret": SECRET}).json()["secrets"][0]["secret"] == SECRET
    answer = owner.post(f"{place}/1/hold")
    assert answer.status_code == 200, answer.content
    drawn = answer.json()
    order = pure.draw(operations.inputs_of(Draw.objects.get()))
    assert [one["name"] for one in drawn["outcome"]] == list(order)[: len(drawn["outcome"])]
    said = witness.post(f"{place}/1/confirm", {"objection": ""}).json()["witnesses"][0]
    assert said["confirmed_at"] is not None
    anybody = Program()
    assert anybody.get(place).json()["items"][0]["drawn_at"] is not None
    told = anybody.get(f"{place}/1").json()
    assert told["script"].endswith("/draws/1/draw.py")
    assert owner.post(f"{place}/1/end", {"reason": "见证人未到"}).json()["end_reason"] == "见证人未到"
    assert anybody.get(f"{place}/2").status_code == 404


def test_an_auction_is_watched_by_all_and_bid_in_by_a_seat_once_a_key():
    tender, bids = tenders.opened("900.00", "950.00", method="price_auction")
    owner, _colleague, first, _second = programs_of(tender, *bids)
    place = f"/tenders/{tender.ref}/auction"
    assert Program().get(place).status_code == 404
    starts = (timezone.now() + dt.timedelta(seconds=1)).isoformat()
    begun = owner.post(place, {"starts_at": starts})
    assert begun.status_code == 201, begun.content
    assert [seat["entity"] for seat in begun.json()["seats"]] == [None, None]
    seat = first.get(f"{place}/seat").json()
    problem(first.post(f"{place}/prices", {"price": seat["at_most"]}), 409, "not_in_round")
    auction = tender.auction
    past = timezone.now() - dt.timedelta(seconds=1)
    auction.rounds.filter(number=1).update(starts_at=past)
    for _ in range(2):
        done = first.post(f"{place}/prices", {"price": seat["at_most"]}, key="one-and-the-same")
        assert done.status_code == 201, done.content
    assert AuctionPrice.objects.count() == 1
    problem(first.post(f"{place}/prices", {"price": "9999.00"}), 409, "price_too_high")
    cache.clear()
    seen = Program().get(place).json()
    assert seen["phase"] == "running"
    assert seen["seats"][0]["letter"] == seat["letter"]
    assert seen["seats"][0]["price"] == seat["at_most"]
    stranger = Program(world.member(Role.AGENT, world.intermediary().entity))
    assert stranger.get(f"{place}/seat").status_code == 404


def test_all_who_watch_an_auction_share_one_reading_a_second(django_assert_num_queries, settings):
    settings.API_RATE_ADDRESS = ""
    tender, _bids = tenders.opened("900.00", "950.00", method="price_auction")
    now = timezone.now()
    operations.start_auction(tender=tender, starts_at=now, by=world.user(), at=now)
    place = f"/tenders/{tender.ref}/auction"
    watching = Program()
    assert watching.get(place).status_code == 200
    with django_assert_num_queries(0):
        for _ in range(3):
            assert watching.get(place).status_code == 200


def test_a_bid_goes_out_by_two_people_or_by_its_own_bidder():
    tender, bids = tenders.opened("900.00", "950.00", "980.00")
    owner, colleague, _first, _second, third = programs_of(tender, *bids)
    place = f"/tenders/{tender.ref}/exclusions"
    made = owner.post(f"/bids/{bids[0].ref}/exclude", {"reason": "证书过期"})
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert Program().get(place).json()["count"] == 0
    assert owner.get(place).json()["count"] == 1
    problem(owner.post(f"/exclusions/{key}/confirm"), 409, "same_decider")
    assert colleague.post(f"/exclusions/{key}/confirm").json()["confirmed_at"] is not None
    assert Program().get(place).json()["items"][0]["reason"] == "证书过期"
    other = owner.post(f"/bids/{bids[1].ref}/exclude", {"reason": "误会"}).json()["id"]
    assert colleague.post(f"/exclusions/{other}/decline").json()["declined_at"] is not None
    assert third.post(f"/bids/{bids[2].ref}/step-back", {"reason": "人手不足"}).status_code == 201
    assert Exclusion.objects.confirmed().count() == 2
    sealed = tenders.bid(world.tender(), "900.00")
    assert owner.post(f"/bids/{sealed.ref}/exclude", {"reason": "x"}).status_code == 404


def test_a_low_price_is_justified_by_its_bidder_and_decided_by_the_owner():
    tender, bids = tenders.opened("900.00", "1900.00", "2000.00")
    operations.ask_about_low_prices(tender=tender, at=timezone.now())
    low = LowPrice.objects.get(bid=bids[0])
    owner, colleague, bidder, rival = programs_of(tender, bids[0], bids[1])
    place = f"/tenders/{tender.ref}/low-prices"
    assert Program().get(place).json()["items"][0]["grounds"][0]["test"] in ("mean", "next", "ceiling")
    problem(owner.post(f"/low-prices/{low.pk}/accept", {"reason": "可信"}), 409, "too_early")
    assert bidder.post(f"/low-prices/{low.pk}/justify", {"reason": "自有设备"}).json()["answer"] == "自有设备"
    for program, told in ((owner, "自有设备"), (rival, ""), (Program(), "")):
        assert program.get(place).json()["items"][0]["answer"] == told
    answer = owner.post(f"/low-prices/{low.pk}/accept", {"reason": "可信"}).json()
    assert (answer["accepted"], answer["decision"]) == (True, "可信")
    problem(colleague.post(f"/low-prices/{low.pk}/reject", {"reason": "不可信"}), 409, "not_decidable")


def test_opened_bids_tell_the_rate_of_a_tender_by_rate():
    by_rate = {"rate_low": "80.00", "rate_high": "100.00", "ceiling": "10000.00"}
    tender = world.tender(price_basis="rate", base_amount="10000.00", **by_rate)
    tenders.bid(tender, "9250.00")
    world.close(tender)
    operations.open_tender(tender=tender, at=timezone.now())
    assert [
        (bid["price"], bid["rate"]) for bid in Program().get(f"/tenders/{tender.ref}/opening").json()["bids"]
    ] == [("9250.00", "92.50")]
    plain, _bids = tenders.opened("900.00")
    assert Program().get(f"/tenders/{plain.ref}/opening").json()["bids"][0]["rate"] is None


def draft():
    owner = world.member(Role.OWNER)
    tender = world.tender(owner=owner.entity, created_by=owner.user, published_at=None, closes_at=None)
    return tender, Program(owner)


def test_documents_of_a_draft_come_are_named_ordered_replaced_and_go():
    tender, owner = draft()
    place = f"/tenders/{tender.ref}/documents"
    long = PDF + b"%" * (3 * 1024 * 1024)  # longer than bodies of other requests may be
    for name, content in (("a.pdf", PDF), ("b.pdf", long)):
        done = owner.post(f"{place}?name={name}", content)
        assert done.status_code == 201, done.content
    first, second = done.json()["documents"]
    assert second["sha256"] == hashlib.sha256(long).hexdigest()
    assert owner.client.get(f"/api/v1{place}/{second['ref']}", headers=owner.headers()).getvalue() == long
    assert Program().get(f"{place}/{second['ref']}").status_code == 404, "a draft is nobody else's"
    moved = owner.post(f"{place}/{second['ref']}/move", {"to": "up"}).json()["documents"]
    assert [one["ref"] for one in moved] == [second["ref"], first["ref"]]
    named = owner.post(f"{place}/{first['ref']}/rename", {"title": "总平面图"}).json()["documents"]
    assert named[1]["title"] == "总平面图"
    problem(owner.put(f"{place}/{first['ref']}?name=c.pdf", long), 409, "document_there")
    replaced = owner.put(f"{place}/{first['ref']}?name=c.pdf", PDF + b"%other").json()["documents"][1]
    assert (replaced["title"], replaced["name"]) == ("总平面图", "c.pdf")
    assert len(owner.post(f"{place}/{replaced['ref']}/remove").json()["documents"]) == 1
    assert TenderDocument.objects.count() == 1


def test_what_is_no_document_is_refused_and_nothing_is_kept():
    tender, owner = draft()
    place = f"/tenders/{tender.ref}/documents"
    problem(owner.post(f"{place}?name=a.pdf", b"plain text"), 409, "document_refused")
    problem(owner.post(place, PDF), 422, "invalid")
    problem(owner.post(f"{place}?name=a.pdf", {"file": "x"}), 415, "not_a_file")
    public = world.tender()
    (other, *_rest) = programs_of(public)
    problem(other.post(f"/tenders/{public.ref}/documents?name=a.pdf", PDF), 409, "already_published")
    assert not TenderDocument.objects.exists()


def test_a_body_that_is_too_long_is_not_read(monkeypatch):
    tender, owner = draft()
    monkeypatch.setattr("marketplace.opendata.api.routes.take_long", _short)
    problem(owner.post(f"/tenders/{tender.ref}/documents?name=a.pdf", PDF), 413, "too_long")


def _short(request, *, most):
    take_long(request, most=10)
