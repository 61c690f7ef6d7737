"""Prices by rate: a share of a base amount, within bounds, ranked as the price it amounts to."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.tenders import errors, operations
from marketplace.tenders.bid_forms import BidForm
from marketplace.tenders.forms import TermsForm
from marketplace.tenders.models import Bid, Tender
from marketplace.tenders.operations.drafting import Terms
from marketplace.tenders.rates import LEAST_BASE, example, price_of, rate_of
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from tests.factories import tenders, world
from tools import seal_bid

BASES = st.decimals(LEAST_BASE, Decimal("9999999.99"), places=2)
RATES = st.decimals(Decimal("0.01"), Decimal("999.99"), places=2)
BY_RATE = {
    "price_basis": "rate",
    "base_amount": Decimal("10000.00"),
    "rate_low": Decimal("80.00"),
    "rate_high": Decimal("95.00"),
    "ceiling": Decimal("9500.00"),
}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # the machine may be busy
@given(base=BASES, rate=RATES, other=RATES)
def test_the_lower_rate_is_the_lower_price_and_each_price_tells_its_rate(base, rate, other):
    price, another = price_of(base, rate), price_of(base, other)
    assert rate_of(base, price) == rate
    assert (rate < other, rate == other) == (price < another, price == another)


def test_prices_are_to_the_cent_half_up_and_what_is_no_rate_is_none():
    assert price_of(Decimal("100.50"), Decimal("50.00")) == Decimal("50.25")
    assert price_of(Decimal("333.33"), Decimal("33.33")) == Decimal("111.10")
    assert price_of(Decimal("150.00"), Decimal("33.33")) == Decimal("50.00")  # 49.995
    assert rate_of(Decimal("10000.00"), Decimal("9250.50")) is None
    assert [str(rate) for rate, _price in example()] == ["88.75", "92.50", "95.00"]


@pytest.mark.django_db
def test_rates_are_judged_by_the_bounds_and_ranked_as_prices():
    tender = world.tender(**BY_RATE)
    prices = {
        "9250.00": "",
        "8875.00": "",
        "7999.00": "out_of_bounds",
        "9250.55": "no_rate",
        "9501.00": "over_ceiling",
    }
    for price in prices:
        tenders.bid(tender, price)
    world.close(tender)
    operations.open_tender(tender=tender, at=timezone.now())
    opened = {str(b.price): b.void_reason for b in tender.bids.all()}
    assert opened == prices
    award = tenders.award_tender(tender=tender, by=world.user(), at=timezone.now())
    connection.check_constraints()
    assert (award.price, award.bid.rate) == (Decimal("8875.00"), Decimal("88.75"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [
        {"base_amount": None},
        {"base_amount": Decimal("99.99")},
        {"rate_low": Decimal("96.00")},
        {"rate_high": None},
        {"ceiling": Decimal("9400.00")},
        {"ceiling": None},
        {"method": "price_auction"},
        {"price_basis": "amount"},
    ],
    ids=lambda changed: "-".join(map(str, next(iter(changed.items())))),
)
def test_the_database_holds_base_bounds_and_ceiling_together(changed):
    tender = world.tender(published_at=None, **BY_RATE)
    with pytest.raises(IntegrityError, match="tender_rate_has_its_base_and_bounds"), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(**changed)


@pytest.mark.django_db
def test_base_and_bounds_stand_once_it_is_public_and_the_ceiling_with_them():
    tender = world.tender(**BY_RATE)
    said = {n: getattr(tender, n) for n in Terms.__dataclass_fields__}
    given = {"tender": tender, "avoided": [], "reason": "x", "by": tender.created_by, "at": timezone.now()}
    with pytest.raises(errors.CeilingOfRate):
        operations.amend_tender(terms=Terms(**said | {"ceiling": Decimal("9000.00")}), **given)
    made = operations.amend_tender(terms=Terms(**said | {"days": 20, "rate_low": Decimal(1)}), **given)
    assert set(made.after) == {"days", "closes_at"}
    with pytest.raises(IntegrityError, match="tender_published_terms_stand"), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(rate_low=Decimal("1.00"))


def form_data(**changed: object) -> dict:
    return {
        "title": "采购",
        "description": "说明",
        "days": 30,
        "contact": "0826",
        "closes_at": "2099-01-01T17:00:00",
        "price_basis": "rate",
        "base_amount": "12000.00",
        "rate_low": "80",
        "rate_high": "95.5",
    } | changed


@pytest.mark.django_db
def test_the_form_gives_the_ceiling_and_names_what_is_missing():
    form = TermsForm(form_data())
    assert form.is_valid(), form.errors
    terms = form.terms()
    assert (terms.ceiling, terms.price_basis, terms.rate_low) == (Decimal("11460.00"), "rate", Decimal(80))
    for changed, field in (
        ({"base_amount": ""}, "base_amount"),
        ({"base_amount": "50"}, "base_amount"),
        ({"rate_low": "96"}, "rate_low"),
        ({"rate_high": "1.234"}, "rate_high"),
        ({"method": "price_auction"}, "price_basis"),
    ):
        assert field in TermsForm(form_data(**changed)).errors
    amount = TermsForm(form_data(price_basis="amount", ceiling="9000"))
    assert amount.is_valid(), amount.errors
    assert (amount.terms().base_amount, amount.terms().rate_low) == (None, None)


@pytest.mark.django_db
def test_a_bid_states_a_rate_and_is_sealed_as_its_price(sign_in):
    tender = world.tender(**BY_RATE)
    agent = world.member(Role.AGENT, world.intermediary(sells=tender.service).entity)
    page, browser = reverse("tenders:bid_new", args=[tender.ref]), sign_in(agent)
    assert 'data-base="10000.00"' in browser.get(page).content.decode()
    for rate in ("79.99", "95.01", "90.001", ""):
        assert browser.post(page, {"rate": rate, "days": 9}).status_code == 422
    review = browser.post(page, {"rate": "92.5", "days": 9}).content.decode()
    assert ("¥9,250.00" in review, "玖仟" in review) == (True, False)
    answer = browser.post(page, {"rate": "92.5", "days": 9, "sealed": "yes"})
    assert answer.status_code == 302
    world.close(tender)
    operations.open_tender(tender=tender, at=timezone.now())
    assert Bid.objects.get().rate == Decimal("92.50")
    shown = browser.get(tender.get_absolute_url()).content.decode()
    assert ("92.50 %" in shown, "¥9,250.00" in shown) == (True, True)
    form = BidForm({"price": "9000", "days": 9}, tender=world.tender())
    assert form.is_valid()
    assert form.in_yuan() == Decimal("9000.00")


@pytest.mark.django_db
def test_the_offline_program_takes_a_rate(tmp_path, sign_in, capsys):
    tender = world.tender(**BY_RATE)
    firm = world.intermediary(sells=tender.service).entity
    browser = sign_in(world.member(Role.AGENT, firm))
    card, out = tmp_path / "card.json", tmp_path / "bid.qq2"
    card.write_bytes(browser.get(reverse("tenders:bid_card", args=[tender.ref])).content)
    assert json.loads(card.read_text())["rates"] == ["80.00", "95.00"]
    words = [str(card), "--days", "9", "--out", str(out)]
    for wrong, why in (
        (["--rate", "79.99"], "from 80.00 to 95.00"),
        (["--rate", "x"], "no rate"),
        (["--price", "9000"], "asks for a rate"),
    ):
        assert seal_bid.main([*words, *wrong]) == 1
        assert why in capsys.readouterr().err
    assert seal_bid.main([*words, "--rate", "88.8"]) == 0
    operations.submit_bid(
        tender=tender, tenderer=firm, envelope=out.read_bytes(), by=world.user(), at=timezone.now()
    )
    world.close(tender)
    operations.open_tender(tender=tender, at=timezone.now())
    assert Bid.objects.get().rate == Decimal("88.80")


@pytest.mark.django_db
def test_the_record_and_the_notice_keep_the_basis(client):
    world.trustees()
    later = timezone.now() + dt.timedelta(days=9)
    draft = world.tender(published_at=None, closes_at=later, **BY_RATE)
    held = world.reviewed(draft)
    operations.publish_tender(tender=held, by=world.user(), at=timezone.now())
    body = body_of(Entry.objects.get(kind="tenders.published"))
    assert (body["price_basis"], body["rates"]) == ("rate", ["80.00", "95.00"])
    notice = client.get(reverse("tenders:notice", args=[draft.ref, "procurement"])).content.decode()
    assert "80.00% to 95.00% of ¥10,000.00" in notice
    assert "88.75 %" in client.get(reverse("tenders:methods")).content.decode()
