"""After the time to agree a listed mediator whom nothing ties to a side is named, and decides in its time."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.contracts import dispute_errors, errors, operations
from marketplace.contracts.dispute_queries import standing_seat
from marketplace.contracts.life import Step
from marketplace.contracts.models import Decision, Mediator, Proposal, Seat, SeatCheck
from marketplace.contracts.rotation import in_turn
from marketplace.contracts.tasks import dispute_clocks, name_mediators
from regulation.ledger.models import Entry
from regulation.oversight.effects import note_undecided
from regulation.oversight.models import Finding
from regulation.parties.models import Role
from tests.factories import contracts, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def dispute():
    milestone = contracts.handed_in(contracts.first(contracts.signed()))
    return contracts.disputed(milestone)


def now():
    return timezone.now()


def decide(seat: Seat, fen: int | None, **told: object) -> Decision:
    wanted = {"seat": seat, "released_fen": fen, "reasons": "证据充分", "by": seat.mediator.user, "at": now()}
    made = operations.decide_dispute(**wanted | told)
    contracts.commit()
    return made


def object_(seat: Seat, side: str) -> Seat:
    who = contracts.binder(seat.dispute.milestone.contract, side).user
    done = operations.object_to_mediator(seat=seat, side=side, reason="有顾虑", by=who, at=now())
    contracts.commit()
    return done


def test_the_turn_is_by_how_often_and_then_by_a_digest_anybody_can_compute():
    """The worked example of the page: named least often first; equal ones by SHA-256 of dispute/mediator."""
    assert in_turn("d-1", [("d-a", 2), ("d-b", 0), ("d-c", 1)]) == ["d-b", "d-c", "d-a"]
    equal = [("d-a", 0), ("d-b", 0), ("d-c", 0)]
    assert in_turn("d-1", equal) == ["d-b", "d-c", "d-a"]
    assert in_turn("d-3", equal) == ["d-a", "d-c", "d-b"]


def test_no_decision_is_asked_for_while_the_sides_may_still_agree(dispute):
    contracts.mediator()
    with pytest.raises(dispute_errors.CureRuns):
        operations.ask_for_decision(dispute=dispute, side="buyer", by=world.user(), at=now())
    assert operations.name_mediator(dispute=dispute, at=now()) is None
    contracts.asked(dispute)
    with pytest.raises(dispute_errors.AskedAlready):
        operations.ask_for_decision(dispute=dispute, side="buyer", by=world.user(), at=now())
    assert contracts.seated(dispute).accepted_at is None
    assert operations.name_mediator(dispute=dispute, at=now()) is None  # one sits


def test_a_decision_splits_the_money_and_closes_the_dispute(dispute):
    contracts.mediator()
    seat = contracts.deciding(dispute)
    made = decide(seat, 100_00)
    dispute.refresh_from_db()
    assert (dispute.outcome, made.refunded_fen) == ("decided", dispute.milestone.fen - 100_00)
    assert dispute.milestone.settlement.released_fen == 100_00
    assert seat.checks.count() == 4  # each of two sides, at the naming and at the decision


def test_a_dismissed_dispute_lets_the_milestone_go_on(dispute):
    contracts.mediator()
    decide(contracts.deciding(dispute), None)
    dispute.refresh_from_db()
    dispute.milestone.refresh_from_db()
    assert dispute.outcome == "dismissed"
    assert dispute.milestone.state_at(now()) is Step.SUBMITTED
    assert not hasattr(dispute, "settlement")


@pytest.mark.parametrize(
    "tie", ["role for a side", "body of a side", "side owns body", "body owns side", "not declared"]
)
def test_whoever_is_tied_to_a_side_is_passed_over(dispute, tie):
    listed = contracts.mediator(declared=tie != "not declared")
    contract = dispute.milestone.contract
    body, user = listed.membership.entity, listed.membership.user
    if tie == "role for a side":
        world.Membership.objects.create(
            user=user,
            entity=contract.seller,
            role=Role.AGENT,
            valid=world.DateRange(world.LONG_AGO, timezone.localdate() - dt.timedelta(days=700)),
        )
    elif tie == "side owns body":
        world.interest(contract.buyer, body, "setUp")
    elif tie == "body owns side":
        world.interest(body, contract.seller, "setUp")
    elif tie == "body of a side":
        Mediator.objects.filter(pk=listed.listed.pk).update(body=contract.buyer)
    contracts.asked(dispute)
    assert operations.name_mediator(dispute=dispute, at=now()) is None
    dispute.refresh_from_db()
    assert dispute.unheard_at is not None
    assert Entry.objects.filter(kind="contracts.no_mediator").count() == 1
    free = contracts.mediator()
    assert name_mediators() == 1
    contracts.commit()
    assert standing_seat(dispute).mediator == free.listed
    assert Entry.objects.filter(kind="contracts.no_mediator").count() == 1


def test_a_mediator_may_decline_and_the_next_one_is_named(dispute):
    for _n in range(2):
        contracts.mediator()
    seat = contracts.seated(contracts.asked(dispute))
    with pytest.raises(errors.ReasonMissing):
        operations.decline_seat(seat=seat, reason="", by=seat.mediator.user, at=now())
    with pytest.raises(dispute_errors.NotSeated):
        operations.decline_seat(seat=seat, reason="忙", by=world.user(), at=now())
    operations.decline_seat(seat=seat, reason="忙", by=seat.mediator.user, at=now())
    again = contracts.seated(dispute)
    assert again.mediator != seat.mediator


def test_each_side_objects_once_in_time(dispute):
    for _n in range(4):
        contracts.mediator()
    seat = contracts.seated(contracts.asked(dispute))
    object_(seat, "buyer")
    again = contracts.seated(dispute)
    with pytest.raises(dispute_errors.ObjectedOnce):
        object_(again, "buyer")
    object_(again, "seller")
    third = contracts.seated(dispute)
    assert len({seat.mediator_id, again.mediator_id, third.mediator_id}) == 3
    contracts.late(third, answer_by=now() - dt.timedelta(seconds=1))
    with pytest.raises((dispute_errors.AnswerLate, dispute_errors.ObjectedOnce)):
        object_(third, "seller")


def test_a_decision_has_its_time(dispute):
    contracts.mediator()
    seat = contracts.seated(contracts.asked(dispute))
    with pytest.raises(dispute_errors.NotYetDecidable):
        decide(seat, 1)
    operations.accept_seat(seat=seat, by=seat.mediator.user, at=now())
    seat.refresh_from_db()
    with pytest.raises(dispute_errors.NotYetDecidable):  # a side may still object
        decide(seat, 1)
    contracts.late(seat, answer_by=now() - dt.timedelta(seconds=2))
    with pytest.raises(dispute_errors.SplitNotWhole):
        decide(seat, dispute.milestone.fen + 1)
    with pytest.raises(errors.ReasonMissing):
        decide(seat, 1, reasons=" ")
    with pytest.raises(dispute_errors.NotSeated):
        decide(seat, 1, by=world.user())
    contracts.late(seat, decide_by=now() - dt.timedelta(seconds=1))
    with pytest.raises(dispute_errors.DecisionLate):
        decide(seat, 1)
    assert not Decision.objects.exists()


def test_a_decision_missed_is_a_finding_and_another_is_named(dispute):
    contracts.mediator()
    seat = contracts.deciding(dispute)
    contracts.late(seat, decide_by=now() - dt.timedelta(seconds=1))
    other = contracts.mediator()
    assert dispute_clocks() == 2  # the time to agree, and the mediator's
    assert dispute_clocks() == 0
    contracts.commit()
    seat.refresh_from_db()
    assert seat.end == "late"
    note_undecided(Entry.objects.get(kind="contracts.seat_ended"))
    assert Finding.objects.get(kind="undecided").entity == seat.mediator.body
    assert contracts.seated(dispute).mediator == other.listed


def test_a_mediator_that_does_not_answer_no_longer_sits_and_is_no_finding(dispute):
    contracts.mediator()
    seat = contracts.seated(contracts.asked(dispute))
    contracts.late(seat, answer_by=now() - dt.timedelta(seconds=1))
    dispute_clocks()
    contracts.commit()
    seat.refresh_from_db()
    assert seat.end == "unanswered"
    note_undecided(Entry.objects.get(kind="contracts.seat_ended"))
    assert not Finding.objects.exists()


def test_a_suspended_contract_stops_the_clocks_and_gives_the_time_back(dispute):
    contracts.mediator()
    seat = contracts.deciding(dispute)
    until, contract = seat.decide_by, dispute.milestone.contract
    operations.suspend_contract(contract=contract, reason="核查", by=None, at=now())
    assert not operations.end_overdue_seat(seat=seat, at=until + dt.timedelta(days=1))
    regulator = world.member(Role.REGULATOR).user
    operations.resume_contract(
        contract=contract, reason="查清", by=regulator, at=now() + dt.timedelta(hours=3)
    )
    contracts.commit()
    seat.refresh_from_db()
    assert seat.decide_by - until >= dt.timedelta(hours=3)
    assert seat.ended_at is None


def test_a_tie_that_becomes_known_keeps_a_mediator_from_deciding(dispute):
    contracts.mediator()
    seat = contracts.deciding(dispute)
    world.interest(dispute.milestone.contract.seller, seat.mediator.body, "setUp")
    with pytest.raises(dispute_errors.TiedMediator):
        decide(seat, 1)
    contracts.commit()
    seat.refresh_from_db()
    assert seat.end == "tied"
    assert not Decision.objects.exists()


FORGED = {
    "before the cure is over": "seat_after_the_cure",
    "not on the list": "seat_of_a_listed_mediator",
    "without checks": "seat_when_clear",
    "tied since": "seat_when_clear",
}


def forge(case: str, dispute, listed) -> None:
    contract = dispute.milestone.contract
    until = now() + dt.timedelta(days=1)
    seat = Seat.objects.create(dispute=dispute, mediator=listed.listed, answer_by=until)
    if case != "without checks":
        for party, made in operations.mediating._checked(listed.listed, contract, at=now()):
            SeatCheck.objects.create(seat=seat, party=party, check_made=made)
    if case == "tied since":
        world.interest(contract.buyer, listed.membership.entity, "setUp")


@pytest.mark.parametrize("case", FORGED)
def test_the_database_seats_nobody_who_is_tied_unlisted_or_too_early(dispute, case):
    listed = contracts.mediator()
    if case != "before the cure is over":
        contracts.asked(dispute)
    if case == "not on the list":
        gone = world.DateRange(world.LONG_AGO, timezone.localdate())
        Mediator.objects.filter(pk=listed.listed.pk).update(listed=gone)
    with pytest.raises(IntegrityError, match=FORGED[case]), contracts.as_site():
        forge(case, dispute, listed)


def test_the_database_takes_no_decision_of_somebody_else_or_out_of_its_time(dispute):
    contracts.mediator()
    seat = contracts.deciding(dispute)
    told = {
        "dispute": dispute,
        "seat": seat,
        "released_fen": 1,
        "refunded_fen": dispute.milestone.fen - 1,
        "reasons": "x",
    }
    with pytest.raises(IntegrityError, match="decision_by_who_sits"), transaction.atomic():
        Decision.objects.create(**told, decided_by=world.user())
    with pytest.raises(IntegrityError, match="split_is_the_whole"), transaction.atomic():
        Decision.objects.create(**told | {"released_fen": 2}, decided_by=seat.mediator.user)
    contracts.late(seat, decide_by=now() - dt.timedelta(seconds=1))
    with pytest.raises(IntegrityError, match="decision_in_its_time"), transaction.atomic():
        Decision.objects.create(**told, decided_by=seat.mediator.user)


def test_the_list_takes_who_has_declared_and_not_oneself():
    held, at = world.member(Role.MEDIATOR), now()
    by = world.user()
    with pytest.raises(dispute_errors.NotDeclared):
        operations.list_mediator(membership=held, reason="x", by=by, at=at)
    world.Declaration.objects.create(entity=held.entity, as_of=world.LONG_AGO)
    with pytest.raises(dispute_errors.NotYourself):
        operations.list_mediator(membership=held, reason="x", by=held.user, at=at)
    made = operations.list_mediator(membership=held, reason="x", by=by, at=at)
    with pytest.raises(dispute_errors.ListedAlready):
        operations.list_mediator(membership=held, reason="x", by=by, at=at)
    operations.unlist_mediator(mediator=made, reason="x", by=by, at=at)
    with pytest.raises(dispute_errors.NotListed):
        operations.unlist_mediator(mediator=made, reason="x", by=by, at=at)


def suggest(seat: Seat, fen: int, **told: object):
    wanted = {"seat": seat, "released_fen": fen, "note": "各退一步", "by": seat.mediator.user, "at": now()}
    return operations.suggest_split(**wanted | told)


def agree(dispute, side: str, number: int):
    who = contracts.binder(dispute.milestone.contract, side).user
    return operations.agree_to_split(dispute=dispute, side=side, number=number, by=who, at=now())


def accepted(dispute) -> Seat:
    seat = contracts.seated(contracts.asked(dispute))
    return operations.accept_seat(seat=seat, by=seat.mediator.user, at=now())


def test_a_mediators_proposal_holds_once_every_side_agreed_to_it(dispute):
    contracts.mediator()
    made = suggest(accepted(dispute), 100_00)
    assert (made.side, made.assents.count()) == ("mediator", 0)
    for side in ("seller", "buyer"):
        dispute.refresh_from_db()
        assert dispute.closed_at is None
        agree(dispute, side, made.number)
    contracts.commit()
    dispute.refresh_from_db()
    assert (dispute.outcome, dispute.settlement.released_fen) == ("agreed", 100_00)
    assert Entry.objects.filter(kind="contracts.split_suggested").count() == 1


def test_a_mediator_may_still_decide_otherwise_and_a_side_propose_anew(dispute):
    contracts.mediator()
    seat = contracts.deciding(dispute)
    first = suggest(seat, 100_00)
    who = contracts.binder(dispute.milestone.contract, "buyer").user
    operations.propose_split(dispute=dispute, side="buyer", released_fen=1, note="", by=who, at=now())
    with pytest.raises(dispute_errors.SplitChanged):
        agree(dispute, "seller", first.number)
    assert decide(seat, 200_00).released_fen == 200_00


@pytest.mark.parametrize(
    ("case", "refused"),
    [
        ("not accepted yet", dispute_errors.NotYetAccepted),
        ("somebody else", dispute_errors.NotSeated),
        ("too much", dispute_errors.SplitNotWhole),
        ("too late", dispute_errors.DecisionLate),
        ("suspended", errors.NotNow),
    ],
)
def test_a_mediator_proposes_only_while_it_sits(case, refused, dispute):
    contracts.mediator()
    seat = contracts.seated(contracts.asked(dispute)) if case == "not accepted yet" else accepted(dispute)
    told = {
        "somebody else": {"by": world.user()},
        "too much": {"released_fen": dispute.milestone.fen + 1},
        "too late": {"at": seat.decide_by},
    }.get(case, {})
    if case == "suspended":
        operations.suspend_contract(contract=dispute.milestone.contract, reason="核查", by=None, at=now())
    with pytest.raises(refused):
        suggest(seat, 1, **told)
    assert not Proposal.objects.exists()


def test_the_database_takes_a_mediators_proposal_from_whoever_sits_alone(dispute):
    contracts.mediator()
    accepted(dispute)
    whole = dispute.milestone.fen
    for by in (world.user(), contracts.binder(dispute.milestone.contract, "buyer").user):
        with pytest.raises(IntegrityError, match="split_suggested_by_who_sits"), transaction.atomic():
            Proposal.objects.create(
                dispute=dispute,
                number=1,
                side="mediator",
                released_fen=1,
                refunded_fen=whole - 1,
                proposed_by=by,
            )
