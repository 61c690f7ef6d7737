"""The gate of tenders: nothing passes around it, and a change of interests reaches what it touches."""

import datetime as dt
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from marketplace.tenders import errors, tasks
from marketplace.tenders.models import Award, Suspension, Tender
from marketplace.tenders.operations import (
    gating,
    open_tender,
    pass_later_gate,
    submit_bid,
)
from marketplace.tenders.sealing import PlainBid
from marketplace.tenders.tasks import recheck_live
from regulation.decoupling.models import Check, Gate, Outcome
from regulation.decoupling.operations import decide_determination, propose_determination
from regulation.ledger.effects import all_effects
from regulation.ledger.models import Entry
from regulation.ledger.operations import record
from regulation.ledger.queries import body_of, database_now
from regulation.ledger.stories import told_kinds
from regulation.ledger.tasks import deliver
from regulation.parties.models import Notice, Role
from regulation.parties.operations import end_interest, state_interest
from tests.factories import world
from tests.factories.tenders import award_tender

pytestmark = pytest.mark.django_db


def bid(tender: Tender, price: str = "900.00", *, by=None, user=None):
    tenderer = by or world.intermediary(sells=tender.service).entity
    return submit_bid(
        tender=tender,
        tenderer=tenderer,
        bid=PlainBid(Decimal(price), 10),
        by=user or world.user(),
        at=timezone.now(),
    )


def opened(tender: Tender) -> Tender:
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    tender.refresh_from_db()
    return tender


def run_effects() -> None:
    for entry in Entry.objects.order_by("pk"):
        deliver(entry.pk)


def stated(holder, subject, kind="setUp", **fields):
    return state_interest(
        holder=holder, subject=subject, kind=kind, start=world.LONG_AGO, source="登记", by=None, **fields
    )


def test_every_night_live_bids_are_checked_again_with_all_that_is_known_of_their_tender(monkeypatch):
    """An interest that begins later records no entry on its day: nothing but the calendar tells of it."""
    begins = timezone.localdate() + dt.timedelta(days=1)
    tender = world.tender(service=world.service(code="asset-appraisal"))
    made, other = bid(tender), bid(tender, "950.00")
    world.interest(tender.owner, made.tenderer, held=DateRange(begins, None))
    assert recheck_live() == 2
    assert not Suspension.objects.exists()
    monkeypatch.setattr(gating.timezone, "localdate", lambda _at=None: begins)
    assert recheck_live(after=made.pk) == 1
    assert recheck_live() == 2
    assert Suspension.objects.get().bid == made
    assert Suspension.objects.get().check_made.rule_code == "owner-ties"
    assert other.suspensions.count() == 0


def test_what_a_night_has_no_time_for_goes_back_to_the_queue(monkeypatch):
    tender = world.tender()
    made, other = bid(tender), bid(tender, "950.00")
    start = database_now()
    clock = iter([start, start, start, start + tasks.SLICE, start + tasks.SLICE])
    monkeypatch.setattr(tasks, "database_now", lambda: next(clock))
    queued = []
    monkeypatch.setattr(tasks.recheck_live, "delay", queued.append)
    assert (recheck_live(), queued) == (1, [made.pk])
    assert other.pk > made.pk


def won(tender: Tender) -> Award:
    made = bid(tender)
    opened(tender)
    award = award_tender(tender=tender, by=world.user(), at=database_now())
    commit()
    assert award.bid == made
    return award


def is_clear(made: Check, gate: str, award: Award) -> bool:
    """What a trigger of a higher room asks at the commit, as the site's own role."""
    keys = [made.pk, gate, award.bid.tenderer_id, award.tender.department_id]
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE qinqing_site")
        cursor.execute("SELECT decoupling_clear(%s, %s, %s, %s)", keys)
        found = cursor.fetchone()[0]
        cursor.execute("RESET ROLE")
    return found


@pytest.mark.parametrize("gate", [Gate.CONTRACT, Gate.PAYOUT])
def test_a_contract_and_a_payout_pass_the_gate_again(gate):
    award = won(world.tender())
    made = pass_later_gate(award=award, gate=gate, by=world.user(), at=database_now())
    assert (made.gate, made.outcome, made.matter["owner"]) == (gate, "clear", award.tender.owner.urn)
    assert is_clear(made, gate, award)
    assert not is_clear(award.gate, gate, award), "the award's own check opens no later gate"
    stated(award.tender.department, award.bid.tenderer)
    assert not is_clear(made, gate, award), "what the record learned meanwhile shuts it at the commit"
    with pytest.raises(errors.GateShut) as refusal:
        pass_later_gate(award=award, gate=gate, by=world.user(), at=database_now())
    kept = refusal.value.check
    assert (kept.outcome, kept.rule_code, kept.gate) == ("conflicted", "affiliated-body", gate)
    assert Entry.objects.filter(kind="decoupling.conflict_found", subject=kept.urn).count() == 1
    assert not is_clear(kept, gate, award)


def test_a_later_gate_waits_for_two_regulators():
    award = won(world.tender())
    stated(award.tender.department, award.bid.tenderer, "shareholding")
    with pytest.raises(errors.GateShut, match="Two regulators have yet to decide"):
        pass_later_gate(award=award, gate=Gate.PAYOUT, by=None, at=database_now())
    assert Check.objects.first().due_at is not None
    assert not Entry.objects.filter(kind="decoupling.conflict_found").exists()
    with pytest.raises(ValueError, match="bid is no gate after an award"):
        pass_later_gate(award=award, gate=Gate.BID, by=None, at=database_now())


@pytest.mark.parametrize(
    "case", ["another firm", "another department", "too old", "no entry", "a later doubt"]
)
def test_the_database_knows_what_opens_no_later_gate(case):
    award = won(world.tender())
    made = pass_later_gate(award=award, gate=Gate.CONTRACT, by=None, at=database_now())
    firm, department = award.bid.tenderer, award.tender.department
    forged = {"intermediary": firm, "department": department, "gate": "contract"}
    if case == "another firm":
        made = world.check(**forged | {"intermediary": world.entity("intermediary")})
    elif case == "another department":
        made = world.check(**forged | {"department": world.department()})
    elif case == "too old":
        made = world.check(**forged, made_at=timezone.now() - dt.timedelta(hours=2))
    elif case == "no entry":
        made = world.check(**forged)
    if case not in ("no entry", "a later doubt"):
        note(made)
    if case == "a later doubt":
        world.check(**forged, outcome="unknown", due_at=timezone.now())
    assert not is_clear(made, "contract", award)


def award_row(tender: Tender, of, gate: Check) -> None:
    Award.objects.create(
        tender=tender,
        bid=of,
        price=1,
        gate=gate,
        proposed_by=world.user(),
        awarded_by=world.user(),
        awarded_at=timezone.now(),
        standstill_until=timezone.now(),
    )
    commit()


def commit() -> None:
    """What is deferred to the commit, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


FORGED = {
    "another gate": {"gate": "bid"},
    "another bidder": {"intermediary": None},
    "another department": {"department": None},
    "not clear": {"outcome": "conflicted", "rule_code": "r", "chain": [{"ref": "x"}]},
    "too old": {"made_at": timezone.now() - dt.timedelta(hours=2)},
    "no entry": {},
}


@pytest.mark.parametrize("case", FORGED)
def test_an_award_without_its_clear_check_is_not_committed(case, as_site_role):
    tender = world.tender()
    made = bid(tender)
    opened_by_hand = {"intermediary": made.tenderer, "department": tender.department, "gate": "award"}
    fields = {k: v for k, v in (opened_by_hand | FORGED[case]).items() if v is not None}
    gate = world.check(**fields)
    if case != "no entry":
        note(gate)
    with pytest.raises(IntegrityError, match="award_needs_a_clear_check"), transaction.atomic():
        award_row(tender, made, gate)


def note(gate: Check) -> None:
    record(kind="decoupling.checked", subject=gate, actor=None, body={})


def proper(tender: Tender, made) -> Check:
    gate = world.check(
        intermediary=made.tenderer, department=tender.department, gate="award", on=timezone.localdate()
    )
    note(gate)
    return gate


def test_an_award_with_it_is_and_not_once_a_later_check_says_otherwise():
    tender = world.tender()
    made = bid(tender)
    gate = proper(tender, made)
    with transaction.atomic():
        award_row(tender, made, gate)
        transaction.set_rollback(True)
    later = {"intermediary": made.tenderer, "department": tender.department}
    world.check(**later, outcome="unknown", due_at=timezone.now())
    with pytest.raises(IntegrityError, match="award_needs_a_clear_check"), transaction.atomic():
        award_row(tender, made, gate)


def test_a_tie_recorded_after_the_check_stops_the_award_at_the_commit():
    tender = world.tender()
    made = bid(tender)
    gate = proper(tender, made)
    world.interest(tender.department, made.tenderer)
    with pytest.raises(IntegrityError, match="award_needs_a_clear_check"), transaction.atomic():
        award_row(tender, made, gate)


def test_a_new_tie_suspends_a_sealed_bid_and_its_end_lifts_that():
    tender = world.tender()
    made = bid(tender)
    centre = world.entity("public_institution")
    stated(centre, made.tenderer)
    run_effects()
    assert not Suspension.objects.exists()
    tie = stated(tender.department, centre, "affiliation")
    run_effects()
    suspended = Suspension.objects.get()
    assert (suspended.bid, suspended.check_made.outcome) == (made, Outcome.CONFLICTED)
    assert suspended.check_made.gate == "bid", "before the opening nothing public tells who bids"
    run_effects()
    assert Suspension.objects.count() == 1
    end_interest(interest=tie, end=timezone.localdate(), by=None, at=timezone.now())
    run_effects()
    suspended.refresh_from_db()
    assert suspended.lifted_by.outcome == Outcome.CLEAR
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {"tenders.bid_suspended", "tenders.bid_reinstated", "decoupling.conflict_found"} <= kinds


def test_a_suspended_bid_is_not_awarded_and_a_tie_elsewhere_suspends_nobody():
    tender = world.tender()
    cheap, dear = bid(tender, "100.00"), bid(tender, "200.00")
    stated(world.department(), cheap.tenderer)
    run_effects()
    assert not Suspension.objects.exists()
    stated(tender.department, cheap.tenderer)
    run_effects()
    assert Suspension.objects.get().bid == cheap
    award = award_tender(tender=opened(tender), by=world.user(), at=timezone.now())
    assert award.bid == dear


def test_a_tie_that_comes_after_the_award_is_found_and_the_award_stays():
    tender = world.tender()
    made = bid(tender)
    award = award_tender(tender=opened(tender), by=world.user(), at=timezone.now())
    commit()
    stated(tender.department, made.tenderer)
    run_effects()
    found = Entry.objects.get(kind="decoupling.conflict_found")
    assert '"closed":true' in found.body
    assert Award.objects.get() == award
    assert not Suspension.objects.exists()


@pytest.mark.parametrize("who", ["official", "kin"])
def test_what_is_said_of_people_reaches_the_bids_of_their_bodies(who):
    tender = world.tender()
    made = bid(tender)
    head, relative = world.person(), world.person()
    stated(head, made.tenderer, "legalRepresentative")
    if who == "kin":
        stated(relative, head, "closeKin")
    run_effects()
    assert not Suspension.objects.exists()
    stated(relative if who == "kin" else head, tender.department, "official", rank="leading")
    run_effects()
    assert Suspension.objects.get().check_made.rule_code == (
        "kin-of-official" if who == "kin" else "serving-official"
    )


def test_bidders_with_one_responsible_person_are_both_set_aside_at_the_opening():
    tender = world.tender()
    one, other, third = bid(tender, "100.00"), bid(tender, "200.00"), bid(tender, "300.00")
    head = world.person()
    for made in (one, other):
        stated(head, made.tenderer, "legalRepresentative")
    run_effects()
    assert not Suspension.objects.exists(), "before the opening nobody knows the rivals"
    opened(tender)
    assert {s.bid for s in Suspension.objects.all()} == {one, other}
    assert {s.check_made.rule_code for s in Suspension.objects.all()} == {"bidders-one-control"}
    assert award_tender(tender=tender, by=world.user(), at=timezone.now()).bid == third


@pytest.mark.parametrize("when", ["opened", "awarded"])
def test_bidders_that_turn_out_to_have_one_responsible_person_after_the_opening_are_found_at_once(when):
    tender = world.tender()
    one, other = bid(tender, "100.00"), bid(tender, "200.00")
    opened(tender)
    if when == "awarded":
        award_tender(tender=tender, by=world.user(), at=database_now())
        commit()
    head = world.person()
    for made in (one, other):
        stated(head, made.tenderer, "legalRepresentative")
    run_effects()
    if when == "opened":
        assert {s.bid for s in Suspension.objects.all()} == {one, other}
    found = Check.objects.filter(gate="recheck", outcome="conflicted")
    assert {c.rule_code for c in found} == {"bidders-one-control"}
    told = [body_of(e) for e in Entry.objects.filter(kind="decoupling.conflict_found")]
    assert any(body["closed"] is (when == "awarded") for body in told)


def test_two_bids_sent_by_one_account_wait_for_two_regulators():
    tender, user = world.tender(), world.user()
    one, _ = bid(tender, "100.00", user=user), bid(tender, "200.00", user=user)
    opened(tender)
    with pytest.raises(errors.AwaitsDetermination):
        award_tender(tender=tender, by=world.user(), at=timezone.now())
    tender.refresh_from_db()
    assert (tender.awarded_at, tender.failed_at) == (None, None)
    first, second, at = world.user(), world.user(), timezone.now()
    waiting = Check.objects.filter(outcome="unknown", intermediary=one.tenderer).first()
    asked = Check.objects.filter(outcome="unknown", intermediary=one.tenderer)
    assert len({check.due_at for check in asked}) == 1, "asking again moves no deadline"
    answer = propose_determination(check_made=waiting, outcome="clear", reason="同一代理", by=first, at=at)
    decide_determination(determination=answer, confirm=True, by=second, at=at)
    assert award_tender(tender=tender, by=world.user(), at=timezone.now()).bid == one


def test_who_is_not_settled_in_time_is_passed_over():
    tender, user = world.tender(), world.user()
    bid(tender, "100.00", user=user), bid(tender, "200.00", user=user)
    third = bid(tender, "300.00")
    opened(tender)
    due = Check.objects.filter(outcome="unknown").first().due_at
    award = award_tender(tender=tender, by=world.user(), at=due)
    assert award.bid == third
    assert [p["outcome"] for p in award.passed_over] == ["unknown", "unknown"]


def test_before_the_opening_no_check_names_a_rival():
    tender, user = world.tender(), world.user()
    one, other = bid(tender, "100.00", user=user), bid(tender, "200.00", user=user)
    stated(world.entity(), one.tenderer)
    run_effects()
    for check in Check.objects.filter(intermediary=one.tenderer):
        assert check.matter["rivals"] == []
        assert other.tenderer.urn not in str(check.graph)


def test_no_effect_waits_for_a_kind_that_nothing_records():
    assert {kind for kind in all_effects() if not kind.startswith("test.")} - told_kinds() == set()


def test_a_file_of_interests_rechecks_the_bids_it_reaches():
    tender = world.tender()
    made = bid(tender)
    world.interest(tender.department, made.tenderer, "affiliation")
    record(kind="parties.import_written", subject=made.tenderer, actor=None, body={})
    run_effects()
    assert Suspension.objects.get().bid == made


def test_a_regulator_finds_the_checks_of_bidders_once_the_tender_is_open_and_not_before(sign_in):
    tender, other = world.tender(), world.tender()
    bids = [bid(one) for one in (tender, tender, other)]
    regulator = sign_in(world.member(Role.REGULATOR))
    addresses = [one.gate.get_absolute_url() for one in bids]

    def listed(query: str = "") -> list[bool]:
        text = regulator.get(f"/en/checks/{query}").content.decode()
        return [address in text for address in addresses]

    assert listed() == [False, False, False]
    open_tender(tender=world.close(tender), at=timezone.now())
    assert listed() == [True, True, False]
    assert listed("?outcome=clear&gate=bid") == [True, True, False]
    page = regulator.get(f"/en/tenders/{tender.ref}/").content.decode()
    query = f"?of={quote(tender.urn, safe='')}"
    assert query in page
    assert listed(query) == [True, True, False]
    assert listed(f"?of={quote(other.urn, safe='')}") == [False, False, False]


def test_also_of_a_tender_all_of_whose_bids_are_void(sign_in):
    tender = world.tender()
    void = bid(tender, "99999.00")
    open_tender(tender=world.close(tender), at=timezone.now())
    text = sign_in(world.member(Role.REGULATOR)).get("/en/checks/").content.decode()
    assert void.gate.get_absolute_url() in text


def test_the_owner_reads_why_a_bid_is_set_aside_once_bids_are_open_and_nobody_else_does(sign_in, client):
    tender = world.tender()
    owner, reader = world.member(Role.OWNER, tender.owner), world.member(Role.OWNER)
    tied, free = bid(tender, "100.00"), bid(tender, "200.00")
    bidder = world.member(Role.AGENT, tied.tenderer)
    stated(tender.department, tied.tenderer)
    run_effects(), run_effects()
    address = f"/en/tenders/{tender.ref}/choosing/"
    assert 'id="gate"' not in sign_in(owner).get(address).content.decode(), "nobody knows who bids"
    told = Notice.objects.filter(kind="tenders.bid_suspended")
    assert [n.user for n in told] == [bidder.user], "nor that a bid is there to be set aside"
    opened(tender)
    stated(tender.department, free.tenderer)
    run_effects(), run_effects()
    page = sign_in(owner).get(address).content.decode()
    assert page.count("The bid is set aside") == 2
    assert free.tenderer.name in page
    assert "The check</a>" not in page, "the chain is for the firm and the regulators"
    assert [n.about for n in told.filter(user=owner.user)] == [tender.title]
    regulator = sign_in(world.member(Role.REGULATOR)).get(address).content.decode()
    assert regulator.count("The check</a>") == 2
    for other in (sign_in(reader), sign_in(bidder), client):
        assert 'id="gate"' not in other.get(address).content.decode()
