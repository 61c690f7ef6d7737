"""Who sells what at which price: one price at a time, honest bands, and the agent's own pages."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.directory import errors
from marketplace.directory.demo import BIDDERS, ensure_demo_directory, firms, invented_code
from marketplace.directory.models import Offer
from marketplace.directory.operations import end_offer, publish_offer, register_intermediary
from marketplace.directory.queries import price_summary
from regulation.ledger.models import Entry
from regulation.parties.identifiers import is_credit_code
from regulation.parties.models import Role
from tests.factories import world

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def publish(of, sells, **fields: object) -> Offer:
    facts = {
        "region": world.region(),
        "price_basis": "fixed",
        "amount": Decimal(100),
        "days": 5,
        "start": dt.date(2024, 1, 1),
        "by": None,
    }
    return publish_offer(intermediary=of, service=sells, **facts | fields)


def test_two_prices_of_a_kind_cannot_stand_at_once():
    firm, sells = world.intermediary(), world.service()
    publish(firm, sells)
    with pytest.raises(errors.OfferOverlaps):
        publish(firm, sells, amount=Decimal(90))
    publish(firm, sells, price_basis="per_unit", unit="亩")
    with pytest.raises(IntegrityError, match="offer_one_price_at_a_time"), transaction.atomic():
        world.offer(firm, sells)
    assert Entry.objects.filter(kind="directory.offer_published").count() == 2


def test_an_ended_price_makes_room_for_another_from_that_day():
    firm, sells, by = world.intermediary(), world.service(), world.user()
    first = publish(firm, sells)
    end_offer(offer=first, on=dt.date(2025, 1, 1), by=by)
    publish(firm, sells, start=dt.date(2025, 1, 1))
    with pytest.raises(errors.OfferEnded):
        end_offer(offer=first, on=dt.date(2025, 1, 1), by=by)


def test_a_price_taken_off_on_its_first_day_never_stood():
    firm, sells, by = world.intermediary(), world.service(), world.user()
    first = publish(firm, sells)
    end_offer(offer=first, on=dt.date(2024, 1, 1), by=by)
    publish(firm, sells)
    with pytest.raises(errors.OfferEnded):
        end_offer(offer=first, on=dt.date(2024, 1, 1), by=by)


def test_a_general_rule_is_not_for_sale():
    with pytest.raises(errors.NotForSale):
        publish(world.intermediary(), world.service(category="通则"))
    assert Offer.objects.count() == 0


def test_an_entity_is_listed_once():
    firm = world.intermediary()
    with pytest.raises(errors.AlreadyListed):
        register_intermediary(entity=firm.entity, ref="again", by=None)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("offer_amount_is_positive", {"amount": 0}),
        ("offer_rate_is_a_per_cent", {"price_basis": "rate", "amount": 101}),
        ("offer_per_unit_names_its_unit", {"price_basis": "per_unit"}),
    ],
)
def test_the_database_refuses_an_unsound_price(constraint, fields):
    firm, sells = world.intermediary(), world.service()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        world.offer(firm, sells, **fields)


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([], (0, None, None, None)),
        ([100, 200], (2, None, None, None)),
        ([100, 200, 400], (3, 100, 200, 400)),
        ([100, 200, 400, 1000], (4, 100, 300, 1000)),
    ],
)
def test_a_band_of_fewer_than_three_prices_shows_only_their_number(prices, expected):
    sells = world.service()
    for price in prices:
        world.offer(world.intermediary(), sells, amount=price)
    world.offer(world.intermediary(suspended_at=timezone.now()), sells, amount=1)
    found = price_summary(sells, region=None, on=TODAY())
    assert (found.n, found.minimum, found.median, found.maximum) == expected


def names(client, query: str) -> list[str]:
    page = client.get(f"/en/directory/{query}")
    assert page.status_code == 200
    return [str(i.entity.name) for i in page.context["page_obj"]]


def test_the_directory_is_narrowed_by_service_region_price_and_text(client):
    survey, test = world.service(code="survey"), world.service(code="testing")
    dear, cheap = world.intermediary(sells=survey), world.intermediary()
    world.offer(cheap, test, amount=10)
    elsewhere = world.intermediary()
    world.offer(elsewhere, survey, region=world.region("130200", "唐山市"))
    everyone = [dear.entity.name, cheap.entity.name, elsewhere.entity.name]
    assert names(client, "") == everyone
    assert names(client, "?service=survey") == [dear.entity.name, elsewhere.entity.name]
    assert names(client, "?region=511602") == [dear.entity.name, cheap.entity.name]
    assert names(client, "?most=100") == [cheap.entity.name]
    assert names(client, f"?q={cheap.entity.name}") == [cheap.entity.name]
    assert names(client, f"?q={cheap.entity.pinyin}") == [cheap.entity.name]
    assert names(client, "?sort=price")[0] == cheap.entity.name


def test_a_suspended_intermediary_is_not_listed_but_its_page_says_so(client):
    firm = world.intermediary(suspended_at=timezone.now())
    assert names(client, "") == []
    assert b"Suspended" in client.get(firm.get_absolute_url()).content


@pytest.mark.parametrize(
    "query",
    ["?q=%00", "?service=x", "?region=zz", "?most=NaN", "?most=1e999", "?most=-1", "?page=0", "?sort=x"],
)
def test_hostile_parameters(query, client):
    world.intermediary(sells=world.service())
    assert client.get(f"/en/directory/{query}").status_code == 200


def test_lists_take_the_same_queries_for_any_number(client, assert_flat):
    sells = world.service()
    assert_flat(client, "/en/directory/", lambda: world.intermediary(sells=sells))


def test_a_price_list_takes_the_same_queries_for_any_number(client, assert_flat):
    firm = world.intermediary()
    assert_flat(client, firm.get_absolute_url(), lambda: world.offer(firm, world.service()))


def test_an_agent_publishes_and_takes_off_its_own_price_only(sign_in):
    firm, sells = world.intermediary(), world.service()
    agent = sign_in(world.member(Role.AGENT, firm.entity))
    form = {"service": sells.code, "region": "511602", "price_basis": "fixed", "amount": "100", "days": "5"}
    assert agent.post("/en/directory/own/offers/new/", form).status_code == 302
    assert agent.post("/en/directory/own/offers/new/", form).status_code == 422
    offer = Offer.objects.get()
    other = sign_in(world.member(Role.AGENT, world.intermediary().entity))
    assert other.post(f"/en/directory/own/offers/{offer.pk}/end/").status_code == 404
    agent = sign_in(world.member(Role.AGENT, firm.entity))
    agent.post(f"/en/directory/own/offers/{offer.pk}/end/")
    assert not Offer.objects.standing_on(TODAY()).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": "NaN"},
        {"amount": "0"},
        {"days": "0"},
        {"region": "\0"},
        {"region": "999999"},
        {"service": "x"},
        {"price_basis": "rate", "amount": "101"},
        {"price_basis": "per_unit", "unit": ""},
    ],
)
def test_a_hostile_price_is_told_what_is_wrong(fields, sign_in):
    firm, sells = world.intermediary(), world.service()
    form = {"service": sells.code, "region": "511602", "price_basis": "fixed", "amount": "100", "days": "5"}
    answer = sign_in(world.member(Role.AGENT, firm.entity)).post(
        "/en/directory/own/offers/new/", form | fields
    )
    assert answer.status_code == 422
    assert Offer.objects.count() == 0


def test_the_demos_firms_are_marked_as_invented_and_made_once():
    for firm in firms():
        world.region(firm.seat)
        for code in firm.services:
            world.Service.objects.get_or_create(
                code=code, defaults={"name": code, "name_en": code, "source": "t"}
            )
    world.department(name="广安区交通运输局")
    made = ensure_demo_directory(today=TODAY())
    entries = Entry.objects.count()
    assert ensure_demo_directory(today=TODAY()) == made
    assert Entry.objects.count() == entries
    assert len(made) == 29
    assert all(i.entity.is_invented and "演示" in i.entity.name for i in made.values())
    assert made["demo-qujiang"].entity.interests_in.get().is_invented


def test_an_invented_code_is_well_formed_and_assigned_to_nobody():
    for firm in BIDDERS:
        code = invented_code(firm.ref)
        assert is_credit_code(code)
        assert code.startswith("Y")
