"""Equal contacts and accounts: where they come from, and what the gate makes of them."""

from decimal import Decimal

import pytest
from django.utils import timezone

from marketplace.directory.operations import revise_profile
from marketplace.payments import operations as payments
from marketplace.payments.operations import name_bank_account
from marketplace.tenders import errors
from marketplace.tenders.models import Suspension
from marketplace.tenders.operations import open_tender, submit_bid
from marketplace.tenders.sealing import PlainBid
from regulation.decoupling.models import Check
from regulation.decoupling.operations import decide_determination, propose_determination
from regulation.decoupling.queries import reached_by_entry, regather, rerun
from regulation.ledger.models import Entry
from regulation.ledger.tasks import deliver
from regulation.oversight.models import Finding
from regulation.parties.identifiers import account_digest
from regulation.parties.models import Role
from tests.factories import world
from tests.factories.tenders import award_tender

pytestmark = pytest.mark.django_db
NUMBER = "6217 0001 2345 6789 012"


def run_effects() -> None:
    for entry in Entry.objects.order_by("pk"):
        deliver(entry.pk)


def account(entity, number=NUMBER):
    return name_bank_account(
        entity=entity, holder=entity.name, bank="某银行", number=number, by=world.user(), at=timezone.now()
    )


def profile(firm, **contact):
    said = {"address": "", "phone": "", "email": ""} | contact
    return revise_profile(intermediary=firm, summary="s", summary_en="", by=world.user(), **said)


def bidding(*firms, tender=None):
    tender = tender or world.tender()
    bids = []
    for n, firm in enumerate(firms):
        world.offer(firm, tender.service)
        bids.append(
            submit_bid(
                tender=tender, tenderer=firm.entity, bid=PlainBid(Decimal(9000 + n), 10), by=world.user(),
                at=timezone.now(),
            )
        )  # fmt: skip
    return tender, bids


def opened(tender):
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    tender.refresh_from_db()
    return tender


@pytest.mark.parametrize("what", ["account", "address", "phone", "email"])
def test_two_bidders_with_one_account_or_contact_are_referred_and_a_finding_is_raised(what):
    one, other = world.intermediary(), world.intermediary()
    told = {"address": " 滨江路 1 号", "phone": "0826-2333333", "email": "Office@example.org"}
    again = {"address": "滨江路1号", "phone": "0826 233 3333", "email": "office@example.org"}
    if what == "account":
        account(one.entity)
        account(other.entity, NUMBER.replace(" ", ""))
    else:
        profile(one, **{what: told[what]})
        profile(other, **{what: again[what]})
    tender, _bids = bidding(one, other)
    opened(tender)
    run_effects()
    made = Check.objects.filter(gate="opening")
    assert {(c.outcome, c.rule_code) for c in made} == {("unknown", "bidders-share")}
    assert made.first().chain[0]["kind"] == {
        "account": "sameAccount", "address": "samePremises", "phone": "sameContact", "email": "sameContact"
    }[what]  # fmt: skip
    assert {f.entity for f in Finding.objects.filter(kind="bidders_share")} == {one.entity, other.entity}
    with pytest.raises(errors.AwaitsDetermination):
        award_tender(tender=tender, by=world.user(), at=timezone.now())


def test_different_accounts_and_contacts_say_nothing():
    one, other = world.intermediary(), world.intermediary()
    account(one.entity), account(other.entity, "6217000123456789013")
    profile(one, phone="0826-2333333"), profile(other, phone="0826-2333334")
    tender, _bids = bidding(one, other)
    opened(tender)
    assert {c.outcome for c in Check.objects.filter(gate="opening")} == {"clear"}


def test_an_account_named_after_the_opening_reaches_the_bids_of_both():
    one, other = world.intermediary(), world.intermediary()
    account(one.entity)
    tender, _bids = bidding(one, other)
    opened(tender)
    run_effects()
    assert not Check.objects.filter(outcome="unknown").exists()
    account(other.entity)
    run_effects()
    found = Check.objects.filter(gate="recheck", outcome="unknown", rule_code="bidders-share")
    assert {c.intermediary for c in found} == {one.entity, other.entity}
    assert not Suspension.objects.exists(), "not yet known sets nothing aside"


def test_the_number_is_kept_as_a_keyed_digest_alone(settings):
    firm = world.intermediary()
    account(firm.entity)
    firm.entity.refresh_from_db()
    digest = bytes(firm.entity.account_digest)
    assert digest == account_digest(NUMBER, key=settings.IDENTITY_HMAC_KEY.encode())
    assert digest != account_digest(NUMBER, key=b"another key")
    digits = NUMBER.replace(" ", "")
    assert not [e for e in Entry.objects.all() if digits in e.body or digest.hex() in e.body]


def test_accounts_named_before_get_their_digest_at_night_and_without_a_key_nothing_is_made(settings):
    firm = world.intermediary()
    key, settings.IDENTITY_HMAC_KEY = settings.IDENTITY_HMAC_KEY, ""
    account(firm.entity)
    firm.entity.refresh_from_db()
    assert firm.entity.account_digest is None
    settings.IDENTITY_HMAC_KEY = key
    assert (payments.note_accounts_named_before(), payments.note_accounts_named_before()) == (1, 0)
    firm.entity.refresh_from_db()
    assert firm.entity.account_digest is not None


def test_what_another_source_put_on_record_a_firm_does_not_take_off_by_telling_something_else(sign_in):
    firm = world.intermediary(entity=world.entity("intermediary", phone="0826-1111111"))
    assert profile(firm, phone="0826-2222222", address="滨江路1号") == ["phone"]
    firm.entity.refresh_from_db()
    assert (firm.entity.phone, firm.entity.address) == ("0826-1111111", "滨江路1号")
    assert profile(firm, phone="0826-1111111", address="滨江路2号") == []
    firm.entity.refresh_from_db()
    assert firm.entity.address == "滨江路2号", "what it told itself it may change"
    client = sign_in(world.member(Role.AGENT, firm.entity))
    said = {"summary": "s", "summary_en": "", "phone": "0826-3333333", "email": "", "address": "滨江路3号"}
    page = client.post("/en/directory/own/", said, follow=True)
    assert page.status_code == 200
    assert "checks go by that one" in page.content.decode()
    assert "滨江路3号" in page.content.decode()
    public = client.get(firm.get_absolute_url()).content.decode()
    assert "滨江路3号" in public


def test_whom_a_contact_reaches_is_whoever_has_it_too():
    firms = [world.intermediary() for _n in range(4)]
    profile(firms[0], phone="0826-2333333")
    profile(firms[1], phone="08262333333")
    profile(firms[2], phone="n/a"), profile(firms[3], phone="none")
    reached = {
        e.subject: set(reached_by_entry(e)) for e in Entry.objects.filter(kind="parties.contacts_told")
    }
    pair = {firms[0].entity.pk, firms[1].entity.pk}
    assert reached[firms[1].entity.urn] == reached[firms[0].entity.urn] == pair
    assert reached[firms[3].entity.urn] == {firms[3].entity.pk}, "no digit is no telephone"


def sharing():
    """Two bidders with one telephone whose bids are open, and the tender."""
    one, other = world.intermediary(), world.intermediary()
    profile(one, phone="0826-2333333"), profile(other, phone="0826-2333333")
    tender, bids = bidding(one, other)
    opened(tender)
    run_effects()
    return one, other, tender, bids


def last_checks():
    return {c.intermediary: c for c in Check.objects.order_by("pk")}.values()


def test_a_contact_told_anew_after_the_opening_takes_nothing_off_the_bids():
    one, _other, tender, _bids = sharing()
    profile(one, phone="0826-2444444")
    run_effects()
    assert Check.objects.filter(gate="recheck").exists()
    assert {(c.outcome, c.rule_code) for c in last_checks()} == {("unknown", "bidders-share")}
    with pytest.raises(errors.AwaitsDetermination):
        award_tender(tender=tender, by=world.user(), at=timezone.now())
    for check in Check.objects.filter(of=tender.urn):
        found, fits = rerun(check)
        assert (found.outcome, fits, regather(check).agrees) == (check.outcome, True, True)


def test_what_two_regulators_answered_about_it_holds_after_it_was_told_anew():
    one, other, tender, _bids = sharing()
    for check in Check.objects.filter(gate="opening"):
        proposed = propose_determination(
            check_made=check, outcome="clear", reason="r", by=world.user(), at=timezone.now()
        )
        decide_determination(determination=proposed, confirm=True, by=world.user(), at=timezone.now())
    profile(one, phone="0826-2444444")
    run_effects()
    assert {c.outcome for c in last_checks()} == {"clear"}
    assert award_tender(tender=tender, by=world.user(), at=timezone.now()).bid.tenderer in (
        one.entity,
        other.entity,
    )


def test_without_the_contacts_of_the_opening_a_call_to_another_number_would_clear_the_bids(monkeypatch):
    one, _other, _tender, _bids = sharing()
    read = "regulation.decoupling.queries.asking.with_contacts_of"
    monkeypatch.setattr(read, lambda graph, *_rivals, **_at: graph)
    profile(one, phone="0826-2444444")
    run_effects()
    assert Check.objects.filter(intermediary=one.entity).order_by("-pk")[0].outcome == "clear"
