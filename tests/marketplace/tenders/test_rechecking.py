"""After a change: whom it reaches up to its holders, in slices that go on, and what days alone bring."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from marketplace.tenders import tasks
from marketplace.tenders.models import Recheck, Suspension
from marketplace.tenders.operations import finalise_award, gating, rechecking
from marketplace.tenders.tasks import recheck_awards
from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of, database_now
from tests.factories import world
from tests.factories.tenders import award_tender, past
from tests.marketplace.tenders.test_gating import bid, commit, opened, run_effects, stated, won

pytestmark = pytest.mark.django_db


def owned(holder, subject, share=60):
    return stated(holder, subject, "shareholding", share=(share, share))


def test_a_bidder_that_acquires_another_is_set_aside_with_it():
    tender = world.tender()
    buyer, bought, third = bid(tender, "9100.00"), bid(tender, "9200.00"), bid(tender, "9300.00")
    opened(tender)
    run_effects()
    owned(buyer.tenderer, bought.tenderer)
    run_effects()
    assert {s.bid for s in Suspension.objects.all()} == {buyer, bought}
    assert {s.check_made.rule_code for s in Suspension.objects.all()} == {"bidders-one-control"}
    assert award_tender(tender=tender, by=world.user(), at=timezone.now()).bid == third


def test_so_is_one_that_stands_two_steps_above_it():
    tender = world.tender()
    buyer, bought = bid(tender, "100.00"), bid(tender, "200.00")
    between = world.entity()
    owned(buyer.tenderer, between)
    opened(tender)
    run_effects()
    owned(between, bought.tenderer)
    run_effects()
    assert {s.bid for s in Suspension.objects.all()} == {buyer, bought}


@pytest.mark.parametrize("whose", ["bidder's", "owner's"])
def test_a_bidder_that_acquires_the_owner_or_is_acquired_by_it_is_set_aside(whose):
    tender = world.tender(service=world.service(code="asset-appraisal"))
    made, other = bid(tender), bid(tender, "950.00")
    ends = (made.tenderer, tender.owner) if whose == "bidder's" else (tender.owner, made.tenderer)
    owned(*ends)
    run_effects()
    assert Suspension.objects.get().bid == made
    assert Suspension.objects.get().check_made.rule_code == "owner-ties"
    assert other.suspensions.count() == 0


@pytest.fixture
def many(monkeypatch):
    """Everything is more than an effect does by itself; what is queued is kept, not sent."""
    queued = []
    monkeypatch.setattr(rechecking, "AT_ONCE", 0)
    monkeypatch.setattr(rechecking, "queue", queued.append)
    monkeypatch.setattr(tasks.carry_recheck, "delay", queued.append)
    return queued


def test_a_change_that_reaches_many_goes_on_in_slices(many, monkeypatch, django_capture_on_commit_callbacks):
    tender = world.tender()
    firm = world.intermediary(sells=tender.service)
    made, other, award = bid(tender, by=firm.entity), bid(tender, "950.00"), won(world.tender())
    stated(tender.department, firm.entity)
    stated(award.tender.department, award.bid.tenderer)
    with django_capture_on_commit_callbacks(execute=True):
        run_effects()
    assert not Suspension.objects.exists()
    assert len(many) == len(set(many)) == Recheck.objects.filter(finished_at=None).count() > 0
    run_effects()
    for pk in list(many):
        start = database_now()
        ticks = iter([start, start, *[start + tasks.SLICE] * 50])
        with monkeypatch.context() as patch:  # time for one bid or award, then the slice is over
            patch.setattr(rechecking, "database_now", lambda ticks=ticks: next(ticks))
            patch.setattr(tasks, "database_now", lambda start=start: start)
            tasks.carry_recheck(pk)
        while not tasks.carry_recheck(pk):
            pass
        one = Recheck.objects.get(pk=pk)
        assert one.finished_at is not None
        assert tasks.carry_recheck(pk) is True, "what is done is not done again"
    assert Suspension.objects.get().bid == made
    assert other.suspensions.count() == 0
    found = [body_of(e) for e in Entry.objects.filter(kind="decoupling.conflict_found")]
    assert {body["closed"] for body in found} == {True, False}


def test_a_slice_goes_on_where_the_one_before_stopped(many, monkeypatch, django_capture_on_commit_callbacks):
    tender = world.tender()
    bids = [bid(tender, f"{900 + n}.00") for n in range(3)]
    entry = Entry.objects.last()
    with django_capture_on_commit_callbacks(execute=True):
        rechecking.recheck_reached(entry=entry, entities=None, at=database_now())
        rechecking.recheck_reached(entry=entry, entities=None, at=database_now())
    made = Recheck.objects.get()
    done = []
    monkeypatch.setattr(rechecking, "recheck_bid", lambda bid, at: done.append(bid.pk))
    start = database_now()
    ticks = iter([start, start, start + tasks.SLICE])
    monkeypatch.setattr(rechecking, "database_now", lambda: next(ticks, start))
    assert rechecking.carry_on(pk=made.pk, until=start + tasks.SLICE) is False
    made.refresh_from_db()
    assert (done, made.last_bid, made.done) == ([b.pk for b in bids[:2]], bids[1].pk, 2)
    assert rechecking.carry_on(pk=made.pk, until=start + tasks.SLICE) is True
    assert done == [b.pk for b in bids]


def test_a_recheck_whose_worker_is_gone_is_queued_again_once(many):
    entry = Entry.objects.last() or (stated(world.entity(), world.entity()) and Entry.objects.last())
    Recheck.objects.create(entry=entry, moved_at=database_now() - dt.timedelta(minutes=1))
    assert (tasks.resume_rechecks(), tasks.resume_rechecks()) == (1, 0)
    assert many == [Recheck.objects.get().pk]


def test_an_award_is_asked_about_again_each_night_of_its_standstill(monkeypatch):
    begins = timezone.localdate() + dt.timedelta(days=1)
    award = won(world.tender())
    world.interest(award.tender.department, award.bid.tenderer, held=DateRange(begins, None))
    assert recheck_awards() == 1
    assert not Check.objects.filter(gate="recheck").exists(), "the same answer is not stored again"
    monkeypatch.setattr(gating.timezone, "localdate", lambda _at=None: begins)
    assert (recheck_awards(), recheck_awards()) == (1, 1)
    made = Check.objects.get(gate="recheck")
    assert (made.outcome, made.rule_code, made.on) == ("conflicted", "affiliated-body", begins)
    [body] = [body_of(e) for e in Entry.objects.filter(kind="decoupling.conflict_found")]
    assert (body["closed"], body["of"]) == (True, award.tender.urn)


def test_what_is_final_is_left_to_contracts():
    award = won(world.tender())
    past(award)
    type(award.tender).objects.filter(pk=award.tender_id).update(standstill_until=timezone.now())
    finalise_award(award=award, at=timezone.now())
    assert recheck_awards() == 0


def test_checks_of_bidders_are_public_once_the_award_is_final_and_not_before(client):
    tender = world.tender()
    first, second = bid(tender), bid(tender, "950.00")
    gone = bid(tender, "990.00")
    type(gone).objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now())
    opened(tender)
    award = award_tender(tender=tender, by=world.user(), at=database_now())
    commit()
    run_effects()
    private = Check.objects.filter(gate__in=("bid", "opening"))
    addresses = {c.pk: f"/en/decoupling/checks/{c.ref}/" for c in private}
    assert {client.get(at).status_code for at in addresses.values()} == {404}
    past(award)
    type(tender).objects.filter(pk=tender.pk).update(standstill_until=timezone.now())
    finalise_award(award=award, at=timezone.now())
    assert {client.get(at).status_code for at in addresses.values()} == {404}
    page = f"/en/tenders/{tender.ref}/"
    assert "How the conflict gate answered" not in client.get(page).content.decode()
    run_effects()
    assert "How the conflict gate answered" in client.get(page).content.decode()
    shown = {pk for pk, at in addresses.items() if client.get(at).status_code == 200}
    assert shown == {c.pk for c in private if c.intermediary in (first.tenderer, second.tenderer)}
    assert {c.intermediary for c in private} - {first.tenderer, second.tenderer} == {gone.tenderer}
    run_effects()
    assert Entry.objects.filter(kind="decoupling.checks_disclosed").count() == 1


def test_a_check_of_another_tender_of_the_same_owner_stays_private(client):
    tender, other = world.tender(), None
    firm = world.intermediary(sells=tender.service)
    made = bid(tender, by=firm.entity)
    other = world.tender(
        owner=tender.owner, service=tender.service, approval=world.approval(department=tender.department)
    )
    elsewhere = bid(other, by=firm.entity)
    opened(tender)
    award = award_tender(tender=tender, by=world.user(), at=database_now())
    commit()
    past(award)
    type(tender).objects.filter(pk=tender.pk).update(standstill_until=timezone.now())
    finalise_award(award=award, at=timezone.now())
    run_effects()
    assert client.get(f"/en/decoupling/checks/{made.gate.ref}/").status_code == 200
    assert client.get(f"/en/decoupling/checks/{elsewhere.gate.ref}/").status_code == 404
