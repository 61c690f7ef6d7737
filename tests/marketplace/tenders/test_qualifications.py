"""What bidders have to hold: all of some, one of others, on the day they bid."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from marketplace.directory.models import Qualification
from marketplace.directory.queries import sellers_holding
from marketplace.tenders import errors, operations
from marketplace.tenders.eligibility import lacks_what_was_added, refuse_the_ineligible
from marketplace.tenders.forms import TermsForm
from marketplace.tenders.models import Tender
from marketplace.tenders.operations.drafting import Terms
from marketplace.tenders.telling import tell_bidder
from marketplace.tenders.term_fields import MOST_NAMES, NamesField
from regulation.ledger.models import Entry
from regulation.parties.models import Role
from tests.factories import tenders, world

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)


def refused(tender: Tender, seller) -> errors.TenderRefused | None:
    try:
        refuse_the_ineligible(tender=tender, tenderer=seller.entity, at=timezone.now())
    except errors.TenderRefused as refusal:
        return refusal
    return None


def test_all_of_some_and_one_of_others_are_asked_for():
    tender = world.tender(all_of=["甲证", "乙证"], any_of=["丙证", "丁证"])
    seller = world.intermediary(sells=tender.service)
    world.qualification(seller, "甲证")
    said = refused(tender, seller)
    assert (said.missing, said.one_of) == (["乙证"], ["丙证", "丁证"])
    world.qualification(seller, "乙证")
    assert refused(tender, seller).one_of == ["丙证", "丁证"]
    assert list(sellers_holding(tender.service, all_of=tender.all_of, any_of=tender.any_of, on=TODAY)) == []
    world.qualification(seller, "丁证")
    assert refused(tender, seller) is None
    found = sellers_holding(tender.service, all_of=tender.all_of, any_of=tender.any_of, on=TODAY)
    assert list(found) == [seller]


def test_a_certificate_counts_from_its_first_day_to_the_day_before_its_end():
    tender = world.tender(all_of=["甲证"])
    seller = world.intermediary(sells=tender.service)
    held = world.qualification(seller, "甲证")
    today = timezone.localdate()
    for start, end, counts in (
        (today, today + dt.timedelta(1), True),
        (today + dt.timedelta(1), None, False),
        (today - dt.timedelta(9), today, False),
    ):
        Qualification.objects.filter(pk=held.pk).update(valid=DateRange(start, end, "[)"))
        assert (refused(tender, seller) is None) is counts


def test_a_bid_without_them_is_refused_with_what_is_missing(sign_in):
    tender = world.tender(all_of=["甲证"])
    seller = world.intermediary(sells=tender.service)
    with pytest.raises(errors.NotQualified, match="does not hold: 甲证"):
        tenders.bid(tender, "900.00", by=seller.entity)
    shown = sign_in(world.member(Role.AGENT, seller.entity)).get(f"/en/tenders/{tender.ref}/bid/")
    assert "does not hold: 甲证" in shown.content.decode()


def test_published_requirements_stand_but_for_an_amendment():
    tender = world.tender(all_of=["甲证"])
    with pytest.raises(IntegrityError, match="tender_published_terms_stand"), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(all_of=[])
    terms = TermsForm.initial_of(tender)
    del terms["avoided"], terms["invited_firms"]
    made = operations.amend_tender(
        tender=tender,
        terms=operations.drafting.Terms(**terms | {"all_of": ["甲证", "乙证"]}),
        avoided=[],
        reason="x",
        by=tender.created_by,
        at=timezone.now(),
    )
    assert (made.before["all_of"], made.after["all_of"]) == ("甲证", "甲证\n乙证")


def test_names_are_one_a_line_and_the_same_one_counts_once():
    field = NamesField(required=False)
    assert field.clean(" 甲证 \n\n甲证\n乙  证") == ["甲证", "乙 证"]
    for wrong in ("\n".join(f"{n}证" for n in range(MOST_NAMES + 1)), "x" * 201):
        with pytest.raises(Exception, match=r"At most 10|Line 1"):
            field.clean(wrong)


def test_the_public_reads_who_may_bid_and_how_many_could(client):
    tender = world.tender(any_of=["甲证", "乙证"])
    world.qualification(world.intermediary(sells=tender.service), "乙证")
    shown = client.get(f"/en/tenders/{tender.ref}/").content.decode()
    assert "Who may bid" in shown
    assert "1 registered intermediary offers this service and holds them today." in shown
    assert "Who may bid" not in client.get(f"/en/tenders/{world.tender().ref}/").content.decode()


def test_a_firm_enters_its_certificate_and_ends_it(sign_in):
    seller = world.intermediary()
    agent = sign_in(world.member(Role.AGENT, seller.entity))
    sent = {"name": "甲证", "number": "A-1", "issuer": "某局", "start": "2026-01-01", "end": "2029-01-01"}
    address = "/en/directory/own/qualifications/new/"
    assert agent.post(address, sent | {"end": "2026-01-01"}).status_code == 422
    assert agent.post(address, sent).status_code == 302
    again = agent.post(address, sent)
    assert (again.status_code, Qualification.objects.count()) == (422, 1)
    assert "on record for these days already" in again.content.decode()
    held = Qualification.objects.get()
    assert Entry.objects.filter(kind="directory.qualification_recorded").count() == 1
    assert "A-1" in agent.get("/en/directory/own/").content.decode()
    end = f"/en/directory/own/qualifications/{held.pk}/end/"
    for _twice in range(2):
        assert agent.post(end).status_code == 302
    held.refresh_from_db()
    assert held.valid.upper == timezone.localdate()
    assert Entry.objects.filter(kind="directory.qualification_ended").count() == 1
    assert "A-1" in agent.get(seller.get_absolute_url()).content.decode()


def test_a_certificate_ended_at_once_is_gone_and_its_number_free_again(sign_in):
    """Entered with a wrong date, ended, entered anew; a renewal keeps the number."""
    seller, today = world.intermediary(), timezone.localdate()
    agent = sign_in(world.member(Role.AGENT, seller.entity))
    address, year = "/en/directory/own/qualifications/new/", dt.timedelta(365)
    sent = {"name": "甲证", "number": "A-1", "issuer": "某局", "start": today, "end": today + year}
    agent.post(address, sent)
    agent.post(f"/en/directory/own/qualifications/{Qualification.objects.get().pk}/end/")
    for page in ("/en/directory/own/", seller.get_absolute_url()):
        assert "A-1" not in agent.get(page).content.decode()
    assert agent.post(address, sent).status_code == 302
    assert agent.post(address, sent | {"start": today + year, "end": today + 2 * year}).status_code == 302
    with pytest.raises(IntegrityError, match="qualification_number_once_at_a_time"), transaction.atomic():
        world.qualification(world.intermediary(), "乙证", number="A-1", valid=DateRange(today, None, "[)"))


def amended(tender: Tender, *, at: dt.datetime, **changed: object) -> None:
    said = {n: getattr(tender, n) for n in Terms.__dataclass_fields__} | changed
    operations.amend_tender(
        tender=tender, terms=Terms(**said), avoided=[], reason="更正", by=tender.created_by, at=at
    )


def test_a_bid_that_stands_is_held_to_what_an_amendment_asks_for(mailoutbox):
    tender = world.tender()
    lacking, holding = (world.intermediary(sells=tender.service) for _n in range(2))
    bids = [
        tenders.bid(tender, "900.00", by=lacking.entity),
        tenders.bid(tender, "950.00", by=holding.entity),
    ]
    world.qualification(holding, "甲证")
    amended(tender, at=timezone.now(), all_of=["甲证"])
    tender.refresh_from_db()
    for bid in tender.bids.order_by("pk"):
        tell_bidder(bid, "更正")
    assert ["your sealed bid will not count" in one.body for one in mailoutbox] == [True, False]
    with pytest.raises(errors.NotQualified, match="甲证"):
        operations.confirm_bid(bid=bids[0], by=world.user(), at=timezone.now())
    operations.confirm_bid(bid=bids[1], by=world.user(), at=timezone.now())
    world.close(tender)
    operations.open_tender(tender=tender, at=timezone.now())
    assert dict(tender.bids.values_list("price", "void_reason")) == {900: "unqualified", 950: ""}
    assert list(tender.bids.in_the_running()) == [bids[1]]


def test_a_certificate_that_comes_by_the_day_of_the_deadline_is_in_time():
    tender = world.tender()
    seller = world.intermediary(sells=tender.service)
    bid = tenders.bid(tender, "900.00", by=seller.entity)
    amended(tender, at=timezone.now(), all_of=["甲证"])
    world.qualification(seller, "甲证")
    world.close(tender)
    operations.open_tender(tender=tender, at=timezone.now())
    bid.refresh_from_db()
    assert bid.void_reason == ""


def test_an_amendment_of_something_else_asks_nobody_again():
    tender = world.tender(all_of=["甲证"])
    seller = world.intermediary(sells=tender.service)
    held = world.qualification(seller, "甲证")
    bid = tenders.bid(tender, "900.00", by=seller.entity)
    amended(tender, at=timezone.now(), days=20)
    Qualification.objects.filter(pk=held.pk).update(
        valid=DateRange(world.LONG_AGO, timezone.localdate(), "[)")
    )
    tender.refresh_from_db()
    assert lacks_what_was_added(bid, tender) is None


def test_the_page_says_what_an_amendment_asks_for_and_offers_no_confirmation(sign_in):
    tender = world.tender()
    seller = world.intermediary(sells=tender.service)
    agent = world.member(Role.AGENT, seller.entity)
    bid = tenders.bid(tender, "900.00", by=seller.entity)
    amended(tender, at=timezone.now(), any_of=["甲证", "乙证"])
    browser = sign_in(agent)
    page = browser.get(tender.get_absolute_url()).content.decode()
    assert "An amendment asks for what you do not hold" in page
    confirm = reverse("tenders:bid_confirm", args=[bid.ref])
    assert confirm not in page
    assert browser.post(confirm, follow=True).status_code == 200
    assert not bid.confirmations.exists()
