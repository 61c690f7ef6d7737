"""What everybody reads by the interface: the same as on the pages, and never more."""

import datetime as dt

import pytest
from django.utils import timezone

from marketplace.tenders.operations import answer_question, ask_question, draft_tender
from marketplace.tenders.operations.drafting import Terms
from regulation.parties.models import Role
from regulation.registry.models import Ruling
from tests.factories import contracts, tenders, world
from tests.factories.programs import API, Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def anybody():
    return Program()


def problem(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], said["code"]) == (status, code)
    return said


def test_a_tender_says_what_its_page_says(anybody):
    made = world.tender(ceiling="10000.00")
    said = anybody.get(f"/tenders/{made.ref}").json()
    assert said["ref"] == made.ref
    assert said["state"] == {"code": "open", "words": "Open for bids"}
    assert said["ceiling"] == "10000.00"
    assert said["currency"] == "CNY"
    assert dt.datetime.fromisoformat(said["closes_at"]) == made.closes_at
    assert said["address"].endswith(f"/tenders/{made.ref}/")
    assert len(said["trustees"]) == 3
    assert said["owner"]["credit_code"] == made.owner.credit_code


def test_words_come_in_the_language_asked_for(anybody):
    made = world.tender()
    chinese = anybody.client.get(f"{API}/tenders/{made.ref}", headers={"Accept-Language": "zh-CN,en;q=0.5"})
    assert chinese["Content-Language"] == "zh-hans"
    assert chinese.json()["state"]["words"] == "投标中"
    assert anybody.get(f"/tenders/{made.ref}")["Content-Language"] == "en"
    assert anybody.client.get(f"{API}/tenders/{made.ref}")["Content-Language"] == "zh-hans"


def test_a_draft_is_nobodys_to_know_of_but_its_owners():
    owner = world.member(Role.OWNER)
    draft = world.tender(published_at=None, owner=owner.entity, created_by=owner.user)
    for who in (Program(), Program(world.member(Role.OWNER)), Program(world.member(Role.AGENT))):
        problem(who.get(f"/tenders/{draft.ref}"), 404, "not_found")
        assert who.get("/tenders").json()["count"] == 0
    assert Program(owner).get(f"/tenders/{draft.ref}").json()["state"]["code"] == "draft"


def test_lists_come_in_pages_with_the_address_of_the_next(anybody):
    approval, service = world.approval(), world.service()
    for _ in range(3):
        world.tender(approval=approval, service=service)
    first = anybody.get("/tenders", per_page=2, service=service.code, sort="closes").json()
    assert (first["count"], first["pages"], len(first["items"]), first["previous"]) == (3, 2, 2, None)
    assert "per_page=2" in first["next"]
    assert f"service={service.code}" in first["next"]
    second = anybody.client.get(first["next"].removeprefix("http://localhost:8000")).json()
    assert len(second["items"]) == 1
    assert second["next"] is None
    seen = [one["ref"] for one in first["items"] + second["items"]]
    assert len(set(seen)) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
        ({"per_page": "1000"}, "per_page"),
        ({"state": "asleep"}, "state"),
        ({"sort": "price"}, "sort"),
        ({"q": "a\0b"}, "q"),
    ],
)
def test_a_bad_question_names_its_field(anybody, query, field):
    said = problem(anybody.get("/tenders", **query), 422, "invalid")
    assert [fault["field"] for fault in said["errors"]] == [field]


def test_beyond_the_last_page_there_is_nothing(anybody):
    problem(anybody.get("/tenders", page=2), 404, "no_such_page")


@pytest.mark.parametrize(
    "path", ["/nothing", "/tenders/", "/tenders/no-such", "/rulings/99999999999999999999", "/x\0"]
)
def test_what_is_not_there_is_a_problem(anybody, path):
    problem(anybody.get(path), 404, "not_found")


def test_another_method_is_told_which_there_are(anybody):
    answer = anybody.send("DELETE", "/tenders")
    problem(answer, 405, "not_this_way")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def sealed_facts(ref):
    """All that the interface says of a tender to somebody who is neither its owner nor a bidder."""
    reader = Program()
    return {
        path: (answer.status_code, answer.content, len(answer.content))
        for path in ("", "/opening", "/award", "/notices", "/questions")
        for answer in [reader.get(f"/tenders/{ref}{path}")]
    }


def test_before_the_opening_nothing_tells_how_many_bid():
    tender = world.tender()
    owner = world.member(Role.OWNER, tender.owner)
    before, owners = sealed_facts(tender.ref), Program(owner).get(f"/tenders/{tender.ref}").content
    for price in ("900.00", "950.00", "990.00"):
        tenders.bid(tender, price)
    assert sealed_facts(tender.ref) == before
    assert Program(owner).get(f"/tenders/{tender.ref}").content == owners
    assert Program(owner).get(f"/tenders/{tender.ref}/opening").json() == {"opened_at": None, "bids": []}


def test_a_bid_is_for_its_bidder_alone_before_the_opening():
    tender = world.tender()
    seller = world.intermediary(sells=tender.service)
    bid = tenders.bid(tender, "900.00", by=seller.entity)
    own = Program(world.member(Role.AGENT, seller.entity))
    said = own.get(f"/bids/{bid.ref}").json()
    assert said["envelope_sha256"] == bid.envelope_digest
    assert said["tender"] == tender.ref
    assert own.get("/me/bids").json()["items"][0]["bid"] == str(bid.ref)
    others = [world.member(Role.AGENT), world.member(Role.OWNER, tender.owner), world.member(Role.REGULATOR)]
    for who in others:
        problem(Program(who).get(f"/bids/{bid.ref}"), 404, "not_found")
    problem(Program().get(f"/bids/{bid.ref}"), 401, "no_token")


def test_the_opening_tells_every_bid():
    tender, bids = tenders.opened("900.00", "950.00")
    said = Program().get(f"/tenders/{tender.ref}/opening").json()
    assert [one["price"] for one in said["bids"]] == ["900.00", "950.00"]
    assert {one["envelope_sha256"] for one in said["bids"]} == {bid.envelope_digest for bid in bids}


def test_an_award_tells_who_won_and_until_when_it_may_be_challenged():
    award, _bids = tenders.awarded("900.00", "950.00")
    said = Program().get(f"/tenders/{award.tender.ref}/award").json()["award"]
    assert said["price"] == "900.00"
    assert said["bid"]["tenderer"]["id"] == award.bid.tenderer_id
    assert dt.datetime.fromisoformat(said["standstill_until"]) == award.standstill_until
    kinds = [one["kind"] for one in Program().get(f"/tenders/{award.tender.ref}/notices").json()]
    assert kinds == ["procurement", "result"]


def test_who_asks_is_told_to_nobody_and_what_is_asked_once_it_is_answered():
    tender = world.tender()
    asker = world.member(Role.AGENT, world.intermediary(sells=tender.service).entity)
    owner = world.member(Role.OWNER, tender.owner)
    now = timezone.now()
    asked = ask_question(tender=tender, asker=asker.entity, text="几个储罐？", by=asker.user, at=now)
    address = f"/tenders/{tender.ref}/questions"
    assert Program().get(address).json()["count"] == 0
    assert Program(asker).get(address).json()["items"][0]["mine"] is True
    (owners,) = Program(owner).get(address).json()["items"]
    assert owners == {"id": asked.pk, "text": "几个储罐？", "answer": "", "answered_at": None, "mine": False}
    answer_question(question=asked, answer="三个。", by=owner.user, at=timezone.now())
    (public,) = Program().get(address).json()["items"]
    assert public["answer"] == "三个。"
    assert public["mine"] is False


def test_approvals_services_and_rulings():
    service = world.service()
    approval = world.approval()
    ruling = world.ruling(approval=approval, service=service, region=approval.region)
    reader = Program()
    assert reader.get("/approvals", region=approval.region_id).json()["items"][0]["ref"] == approval.ref
    said = reader.get(f"/approvals/{approval.ref}").json()
    assert said["services"][0]["ruling"]["verdict"] == "mandatory"
    assert said["services"][0]["ruling"]["bases"][0]["level"] == "law"
    assert reader.get("/services", q=service.name).json()["items"][0]["rulings"] == 1
    assert reader.get(f"/services/{service.code}/rulings").json()["items"][0]["id"] == ruling.pk
    assert reader.get(f"/rulings/{ruling.pk}").json()["in_force"] == {"start": "2020-01-01", "end": None}
    place = {"service": service.code, "region": approval.region_id, "approval": approval.ref}
    assert reader.get("/requirement", **place).json()["ruling"]["id"] == ruling.pk
    assert reader.get("/requirement", **place, on="2019-12-31").json()["ruling"] is None
    assert reader.get("/requirement", **place, said="2019-12-31").json()["ruling"] is None
    need = reader.get("/need", approval=approval.ref).json()
    assert [(one["verdict"], one["service"]["code"]) for one in need["services"]] == [
        ("mandatory", service.code)
    ]


def test_a_ruling_not_published_is_not_there():
    draft = world.ruling(published_at=None, reviewer=None)
    assert not Ruling.objects.published().filter(pk=draft.pk).exists()
    problem(Program().get(f"/rulings/{draft.pk}"), 404, "not_found")


def test_intermediaries_with_their_prices():
    service = world.service()
    seller = world.intermediary(sells=service)
    world.qualification(seller)
    reader = Program()
    (line,) = reader.get("/intermediaries", service=service.code).json()["items"]
    assert (line["ref"], line["lowest"]) == (seller.ref, "9000.00")
    said = reader.get(f"/intermediaries/{seller.ref}").json()
    assert said["offers"][0]["amount"] == "9000.00"
    assert len(said["qualifications"]) == 1


def test_contracts_are_public_once_signed():
    drafted = contracts.drawn_up()
    buyer = contracts.binder(drafted, "buyer")
    assert Program().get("/contracts").json()["count"] == 0
    problem(Program().get(f"/contracts/{drafted.ref}"), 404, "not_found")
    own = Program(buyer)
    assert own.get("/me/contracts").json()["items"][0]["ref"] == drafted.ref
    said = own.get(f"/contracts/{drafted.ref}").json()
    assert said["side"] == "buyer"
    assert said["milestones"]


def test_the_checkpoint_that_is_published(monkeypatch):
    problem(Program().get("/checkpoint"), 404, "not_found")


def test_the_document_is_openapi_and_knows_every_address():
    said = Program().get("/openapi.json").json()
    assert said["openapi"] == "3.1.0"
    assert "/api/v1/tenders/{ref}" in said["paths"]
    for methods in said["paths"].values():
        for operation in methods.values():
            keyed = [one for one in operation["parameters"] if one["name"] == "Idempotency-Key"]
            assert bool(keyed) == ("WritingToken" in str(operation.get("security")))
    chinese = Program().client.get(f"{API}/openapi.json").json()
    assert (
        chinese["paths"]["/api/v1/tenders"]["get"]["summary"]
        != said["paths"]["/api/v1/tenders"]["get"]["summary"]
    )


def test_head_answers_like_get():
    assert Program().client.head(f"{API}/tenders").status_code == 200


LISTS = ("/tenders", "/approvals", "/services", "/intermediaries", "/contracts", "/challenges")


@pytest.mark.parametrize("path", LISTS)
def test_lists_take_the_same_queries_however_long(path, client, assert_flat):
    tender = world.tender()
    made = {
        "/tenders": lambda: world.tender(approval=tender.approval),
        "/approvals": world.approval,
        "/services": lambda: world.ruling(region=tender.region),
        "/intermediaries": lambda: world.intermediary(sells=tender.service),
        "/contracts": lambda: None,
        "/challenges": lambda: None,
    }
    assert_flat(client, API + path, made[path], limit=5)


def test_a_board_takes_the_same_queries_however_long(assert_flat):
    owner = world.member(Role.OWNER)
    program = Program(owner, "read")
    approval, service = world.approval(), world.service()

    class Reader:
        def get(self, address):
            return program.client.get(address, headers=program.headers())

    assert_flat(
        Reader(),
        f"{API}/me/tenders",
        lambda: world.tender(owner=owner.entity, approval=approval, service=service),
        limit=6,
    )


def test_a_draft_copies_nothing_of_terms_it_lacks():
    """A draft without dates is told with nulls."""
    owner = world.member(Role.OWNER)
    approval, service = world.approval(), world.service()
    made = draft_tender(
        owner=owner.entity,
        approval=approval,
        service=service,
        ruling=None,
        terms=Terms(title="t", description="d", days=3, contact="c", closes_at=None, no_ceiling_reason="r"),
        by=owner.user,
        at=timezone.now(),
    )
    said = Program(owner).get(f"/tenders/{made.ref}").json()
    assert said["closes_at"] is None
    assert said["ceiling"] is None
    assert said["ruling"] is None
