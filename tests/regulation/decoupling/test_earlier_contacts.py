"""A firm that changes a contact shortly before an opening is told of to regulators, and only that."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from regulation.decoupling.models import Check
from regulation.decoupling.operations import note_earlier_contacts
from regulation.decoupling.queries import rerun
from regulation.ledger.models import Entry
from regulation.oversight.models import Finding, FindingKind
from regulation.oversight.queries import findings_about
from regulation.parties.models import ContactRecord, Role
from tests.factories import world

from .test_contacts import account, bidding, opened, profile, run_effects

pytestmark = pytest.mark.django_db
LEAD = FindingKind.EARLIER_CONTACTS
DAY = dt.timedelta(days=1)
COMMON = {"address": "滨江路1号", "phone": "0826-2333333", "email": "office@example.org"}
AS_WRITTEN = {"address": " 滨江路 1 号", "phone": "0826 233 3333", "email": "Office@example.org"}


def looked_at(tender):
    """Opened, with what follows from that, and from what that recorded."""
    if tender.opened_at is None:
        opened(tender)
    for _ in range(2):
        run_effects()


def leads():
    return Finding.objects.filter(kind=LEAD)


@pytest.mark.parametrize("what", ["account", "address", "phone", "email"])
def test_a_contact_two_bidders_had_in_common_and_one_changed_before_the_opening_is_a_lead(what):
    one, other, third = world.intermediary(), world.intermediary(), world.intermediary()
    if what == "account":
        account(one.entity), account(other.entity)
    else:
        profile(one, **{what: COMMON[what]}), profile(other, **{what: AS_WRITTEN[what]})
    profile(third, phone="0826-2999999")
    tender, _bids = bidding(one, other, third)
    if what == "account":
        account(one.entity, "6217000123456789013")
    else:
        profile(one, **{what: f"9{COMMON[what]}"})
    looked_at(tender)
    assert {c.outcome for c in Check.objects.filter(gate="opening")} == {"clear"}, "no gate goes by it"
    assert {f.entity for f in leads()} == {one.entity, other.entity}
    found = leads().get(entity=one.entity)
    assert (found.subject, found.rule_code, found.evidence["days"]) == (tender.urn, "bidders-share", 90)
    (tie,) = found.evidence["chain"]
    attribute = "e-mail" if what == "email" else what
    assert tie["ref"] == f"earlier/{attribute}/{one.entity.pk}/{other.entity.pk}"
    assert tie["end"] == (timezone.localdate() + DAY).isoformat(), "told and changed on this day"
    assert Finding.objects.exclude(kind=LEAD).count() == 0


def ago(days):
    return timezone.localdate() - days * DAY


def on_record(entity, phone, *, since=None, until=None):
    """A telephone the register has for the days from `since` days ago up to `until` days ago."""
    held = DateRange(None if since is None else ago(since), None if until is None else ago(until))
    long_known = DateTimeTZRange(timezone.now() - 900 * DAY, None)
    ContactRecord.objects.create(entity=entity, held=held, recorded=long_known, phone=phone)


def firm_that(phone, until=None):
    """A firm with a telephone for as long as anybody knows, or until so many days ago."""
    firm = world.intermediary()
    on_record(firm.entity, phone, until=until)
    if until is not None:
        on_record(firm.entity, "0826-1111111", since=until)
    return firm


@pytest.mark.parametrize(("days", "told"), [(1, True), (89, True), (90, True), (91, False), (400, False)])
def test_what_was_changed_long_before_says_nothing(days, told):
    one, other = firm_that("0826-2333333", days), firm_that("0826-2333333")
    tender, _bids = bidding(one, other)
    looked_at(tender)
    assert leads().exists() == told
    if told:
        tie = leads().get(entity=one.entity).evidence["chain"][0]
        assert tie["end"] == ago(days).isoformat()


def test_a_number_that_one_gave_up_before_the_other_had_it_was_never_in_common():
    one, other = firm_that("0826-2333333", 30), world.intermediary()
    on_record(other.entity, "0826-2333333", since=20)
    tender, _bids = bidding(one, other)
    opened(tender)
    assert note_earlier_contacts(of=tender) == 0


def test_what_a_bidder_had_in_common_with_the_department_is_a_lead_too():
    firm = firm_that("0826-2333333", 10)
    tender, _bids = bidding(firm)
    on_record(tender.department, "0826 233 3333")
    looked_at(tender)
    found = leads().get()
    assert (found.entity, found.rule_code) == (firm.entity, "shared-with-authority")
    assert [tie["kind"] for tie in found.evidence["chain"]] == ["sameContact"]


def test_stored_checks_come_out_the_same_and_a_second_try_notes_nothing_twice():
    one, other = firm_that("0826-2333333", 10), firm_that("0826-2333333")
    tender, _bids = bidding(one, other)
    looked_at(tender)
    looked_at(tender)
    assert leads().count() == 2
    assert Entry.objects.filter(kind="decoupling.earlier_contacts_found").count() == 1
    for check in Check.objects.filter(gate="opening"):
        found, fits = rerun(check)
        assert (found.outcome, fits) == ("clear", True)


def test_with_nothing_to_look_back_at_nothing_is_recorded(settings):
    settings.CONTACTS_LOOK_BACK_DAYS = 0
    one, other = firm_that("0826-2333333", 10), firm_that("0826-2333333")
    tender, _bids = bidding(one, other)
    looked_at(tender)
    assert not leads().exists()
    assert not Entry.objects.filter(kind="decoupling.earlier_contacts_found").exists()


def test_regulators_read_it_on_its_page_and_the_firm_is_not_told(sign_in):
    one, other = firm_that("0826-2333333", 10), firm_that("0826-2333333")
    tender, _bids = bidding(one, other)
    looked_at(tender)
    found = leads().get(entity=one.entity)
    address = reverse("oversight:finding", args=[found.ref])
    page = sign_in(world.member(Role.REGULATOR)).get(address).content.decode()
    assert "A lead, not an accusation" in page
    assert other.entity.name in page
    way = reverse("tenders:tender", args=[tender.ref])
    assert f'href="{way}"' in page
    assert "0826-2333333" not in page, "what it was stands on the page of the entity"
    agent = world.member(Role.AGENT, one.entity)
    assert sign_in(agent).get(address).status_code == 404
    assert not findings_about(one.entity).exists()
