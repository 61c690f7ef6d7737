"""Offers after a change: set aside, standing again, and told; nothing is stored where nothing changed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from marketplace.directory import effects, operations, tasks
from marketplace.directory.models import Offer, OfferSuspension
from marketplace.directory.operations import listing, recheck_offer
from marketplace.directory.tasks import recheck_offers
from marketplace.tenders.eligibility import conditions
from marketplace.tenders.errors import ConflictedBidder
from marketplace.tenders.operations import submit_bid
from marketplace.tenders.sealing import PlainBid
from regulation.decoupling.models import Check, Exemption
from regulation.decoupling.operations import decide_determination, propose_determination
from regulation.decoupling.queries import CHANGES, reached_by_entry
from regulation.ledger.models import Entry
from regulation.ledger.operations import record
from regulation.ledger.queries import body_of, database_now
from regulation.ledger.stories import told_kinds
from regulation.ledger.tasks import deliver
from regulation.oversight.models import Finding
from regulation.parties.models import Notice, Role
from regulation.parties.operations import merge_records, retract_interest, state_interest
from tests.factories import world

pytestmark = pytest.mark.django_db


def run_effects() -> None:
    """Of every entry, and of the entries these effects record."""
    done: set[int] = set()
    while waiting := set(Entry.objects.values_list("pk", flat=True)) - done:
        for key in sorted(waiting):
            deliver(key)
        done |= waiting


def asks(sells):
    """A department whose approval asks for the service."""
    approval = world.approval()
    world.ruling(service=sells, approval=approval)
    return approval.department


def stated(holder, subject, kind="setUp", **fields):
    fields = {"start": world.LONG_AGO, "source": "登记", "by": None} | fields
    return state_interest(holder=holder, subject=subject, kind=kind, **fields)


@pytest.fixture
def sells():
    return world.service()


@pytest.fixture
def department(sells):
    return asks(sells)


@pytest.fixture
def firm(sells, department):
    return world.intermediary(sells=sells)


def standing() -> list[Offer]:
    return list(Offer.objects.standing_on(timezone.localdate()))


def kinds(prefix: str = "directory.offer_") -> list[str]:
    return [e.kind for e in Entry.objects.filter(kind__startswith=prefix).order_by("pk")]


def test_a_new_interest_sets_an_offer_aside_and_its_retraction_brings_it_back(
    firm, sells, department, client, sign_in
):
    interest = stated(department, firm.entity)
    assert standing() == [firm.offers.get()]
    run_effects()
    suspended = OfferSuspension.objects.get()
    assert (suspended.offer, suspended.lifted_at) == (firm.offers.get(), None)
    made = suspended.check_made
    assert (made.gate, made.outcome, made.rule_code) == ("offer", "conflicted", "affiliated-body")
    assert standing() == []
    assert kinds() == ["directory.offer_suspended"]
    finding = Finding.objects.get()
    assert (finding.entity, finding.department, finding.rule_code) == (
        firm.entity,
        department,
        "affiliated-body",
    )
    # to the public it is no price, to its firm it is one with a reason
    assert "9,000.00" not in client.get(firm.get_absolute_url()).content.decode()
    assert "9,000.00" not in client.get("/en/directory/").content.decode()
    assert firm.entity.name not in client.get(f"/en/directory/?service={sells.code}").content.decode()
    approval = department.approvals.get()
    asked = {"tender": world.tender(service=sells, approval=approval), "tenderer": firm.entity}
    assert not [c for c in conditions(**asked, at=timezone.now()) if c.refusal]
    with pytest.raises(ConflictedBidder) as refused:  # by the gate itself, with the chain
        submit_bid(**asked, bid=PlainBid(Decimal(100), 5), by=world.user(), at=timezone.now())
    assert refused.value.check.chain
    own = sign_in(world.member(Role.AGENT, firm.entity)).get("/en/directory/own/").content.decode()
    assert "set aside" in own
    assert made.get_absolute_url() in own
    assert "A check set this price aside" in client.get("/en/desk/").content.decode()

    retract_interest(interest=interest, reason="误登", by=world.user(), at=database_now())
    run_effects()
    suspended.refresh_from_db()
    assert suspended.lifted_by.outcome == "clear"
    assert standing() == [firm.offers.get()]
    assert kinds() == ["directory.offer_suspended", "directory.offer_reinstated"]


def test_a_conflict_with_one_of_two_departments_is_told_and_leaves_the_offer(firm, sells, department):
    other = asks(sells)
    stated(department, firm.entity)
    run_effects()
    assert standing() == [firm.offers.get()]
    assert [f.department for f in Finding.objects.all()] == [department]
    assert dict(Check.objects.values_list("department", "outcome")) == {
        department.pk: "conflicted",
        other.pk: "clear",
    }
    stated(other, firm.entity)
    run_effects()
    assert standing() == []
    assert {f.department for f in Finding.objects.all()} == {department, other}


def test_what_is_not_settled_sets_nothing_aside_and_waits_for_two_regulators(firm, department):
    stated(department, firm.entity, "shareholding")
    run_effects()
    made = Check.objects.get()
    assert (made.outcome, OfferSuspension.objects.count()) == ("unknown", 0)
    at = database_now()
    answer = propose_determination(
        check_made=made, outcome="conflicted", reason="实际控制", by=world.user(), at=at
    )
    decide_determination(determination=answer, confirm=True, by=world.user(), at=at)
    run_effects()
    assert OfferSuspension.objects.get().check_made.reason_code == f"determination/{answer.pk}"


def test_a_merge_and_an_exemption_reach_an_offer(firm, department):
    holder, twin = world.entity(name="某公司", credit_code=None), world.entity(name="某公司")
    world.interest(department, holder)
    world.interest(twin, firm.entity)
    merge_records(one=holder, other=twin, agreeing=["address", "phone"], reason="同一家", by=world.user())
    run_effects()
    assert OfferSuspension.objects.get().lifted_at is None
    granted = Exemption.objects.create(
        intermediary=firm.entity,
        department=department,
        rules=["affiliated-body"],
        kind="transition",
        plan="计划",
        reason="过渡",
        valid=DateRange(world.LONG_AGO, dt.date(2100, 1, 1)),
        proposed_by=world.user(),
        confirmed_by=world.user(),
        confirmed_at=database_now(),
    )
    record(kind="decoupling.exemption_confirmed", subject=granted, actor=None, body={})
    run_effects()
    assert OfferSuspension.objects.get().lifted_at is not None


@pytest.mark.parametrize("kind", ["parties.import_written", "decoupling.pack_published"])
def test_what_may_reach_everyone_rechecks_every_offer(firm, department, kind):
    world.interest(department, firm.entity)  # by a file: no entry of its own
    record(kind=kind, subject=firm, actor=None, body={})
    run_effects()
    assert OfferSuspension.objects.get().offer == firm.offers.get()


def test_many_offers_go_to_a_job(firm, department, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(effects, "AT_ONCE", 0)
    sent = []
    monkeypatch.setattr(
        effects.current_app, "send_task", lambda name, given, **_more: sent.append((name, given))
    )
    world.interest(department, firm.entity)
    entry = record(kind="parties.import_written", subject=firm, actor=None, body={})
    with django_capture_on_commit_callbacks(execute=True):
        effects.recheck_offers_after_change(entry)
    assert sent == [("directory.recheck_offers", [0, None])]
    assert not OfferSuspension.objects.exists()
    assert recheck_offers(*sent[0][1]) == 1
    assert OfferSuspension.objects.exists()


def test_every_night_what_begins_by_itself_is_found_and_what_has_no_time_goes_back(
    firm, sells, department, monkeypatch
):
    other = world.intermediary(sells=sells)
    begins = timezone.localdate() + dt.timedelta(days=1)
    world.interest(department, firm.entity, held=DateRange(begins, None))
    assert recheck_offers() == 2
    assert not OfferSuspension.objects.exists()
    start = database_now()
    clock = iter([start, start, start, start + dt.timedelta(days=1), start + tasks.SLICE])
    monkeypatch.setattr(tasks, "database_now", lambda: next(clock))
    queued = []
    monkeypatch.setattr(tasks.recheck_offers, "delay", lambda *given: queued.append(given))
    assert recheck_offers() == 1
    assert queued == [(firm.offers.get().pk, None)]
    assert other.offers.get().pk > firm.offers.get().pk
    assert OfferSuspension.objects.get().offer == firm.offers.get()


def test_an_answer_that_is_the_same_is_not_stored_again(firm, department):
    offer = firm.offers.get()
    recheck_offer(offer=offer, at=database_now())
    recheck_offer(offer=offer, at=database_now())
    assert Check.objects.count() == 1
    stated(department, firm.entity)
    for _again in range(3):
        recheck_offer(offer=offer, at=database_now())
    assert Check.objects.count() == 2
    assert Entry.objects.filter(kind="decoupling.conflict_found").count() == 1
    assert kinds() == ["directory.offer_suspended"]


def test_an_offer_that_ended_is_left_alone(firm, department):
    Offer.objects.update(valid=DateRange(world.LONG_AGO, timezone.localdate()))
    stated(department, firm.entity)
    run_effects()
    assert recheck_offer(offer=firm.offers.get(), at=database_now()) is None
    assert Check.objects.count() == OfferSuspension.objects.count() == 0


def test_where_nobody_asks_any_more_the_offer_stands_again(firm, department):
    stated(department, firm.entity)
    run_effects()
    offer = firm.offers.get()
    Offer.objects.update(region=world.region("130200", "唐山市"))  # where no ruling asks for it
    assert recheck_offer(offer=offer, at=database_now()) is None
    suspended = OfferSuspension.objects.get()
    assert suspended.lifted_at is not None
    assert suspended.lifted_by is None


def test_a_change_recorded_while_an_offer_was_being_checked_is_found_once_it_is_published(
    firm, department, monkeypatch
):
    sells = world.service()
    approval = world.approval(department=department)
    world.ruling(service=sells, approval=approval)
    pass_offer = listing.pass_offer

    def overtaken(*given, **more):
        checks = pass_offer(*given, **more)
        stated(department, firm.entity)
        run_effects()  # the offer is not there yet
        return checks

    monkeypatch.setattr(listing, "pass_offer", overtaken)
    offer = operations.publish_offer(
        intermediary=firm,
        service=sells,
        region=world.region(),
        price_basis="fixed",
        amount=Decimal(100),
        days=5,
        start=world.LONG_AGO,
        by=None,
    )
    assert OfferSuspension.objects.filter(offer=offer, lifted_at=None).exists()


def test_the_database_refuses_two_suspensions_and_a_check_without_its_moment(firm, department):
    made = world.check(intermediary=firm.entity, department=department)
    offer = firm.offers.get()
    OfferSuspension.objects.create(offer=offer, check_made=made)
    with pytest.raises(IntegrityError, match="offer_suspended_once_at_a_time"), transaction.atomic():
        OfferSuspension.objects.create(offer=offer, check_made=made)
    with pytest.raises(IntegrityError, match="offer_suspension_lifted_with_its_check"), transaction.atomic():
        OfferSuspension.objects.update(lifted_by=made)


def test_every_kind_of_change_is_one_that_is_recorded_and_a_strange_subject_reaches_nobody(firm):
    assert set(CHANGES) <= told_kinds()
    for kind in CHANGES:
        entry = record(kind=kind, subject=firm, actor=None, body={"entity": "x/1", "check": None})
        assert not reached_by_entry(entry) or kind == "parties.interests_declared", kind
        assert body_of(entry)["entity"] == "x/1"


def test_a_price_set_aside_and_back_stands_in_the_inbox_of_its_firm_alone(firm, department):
    member, other = world.member(Role.AGENT, firm.entity), world.member(Role.AGENT)
    interest = stated(department, firm.entity)
    run_effects()
    retract_interest(interest=interest, reason="误登", by=world.user(), at=database_now())
    run_effects()
    told = [n.kind for n in Notice.objects.filter(user=member.user, kind__startswith="directory.")]
    assert sorted(told) == ["directory.offer_reinstated", "directory.offer_suspended"]
    assert not Notice.objects.filter(user=other.user).exists()
