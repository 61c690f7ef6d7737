"""Proposed by one, approved by another, final after the standstill; who loses, who moves up."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.tenders import choosing_errors as refused
from marketplace.tenders import operations
from marketplace.tenders.errors import NotAwardable
from marketplace.tenders.models import Award, AwardProposal, Evaluation, Exclusion, LowPrice
from marketplace.tenders.standing import award_is_final, final_award, result_for
from marketplace.tenders.tasks import finish_awards
from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from tests.factories import tenders, world
from tests.factories.tenders import award_tender

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("kind", flat=True))


def commit() -> None:
    """What is deferred to the commit, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_two_people_make_an_award():
    tender, (_dear, cheap) = tenders.opened("950.00", "900.00")
    one, other = world.user(), world.user()
    operations.propose_award(tender=tender, by=one, at=timezone.now())
    with pytest.raises(refused.SameDecider):
        operations.approve_award(tender=tender, by=one, at=timezone.now())
    assert Award.objects.count() == 0
    made = operations.approve_award(tender=tender, by=other, at=timezone.now())
    commit()
    assert (made.bid, made.price, made.proposed_by, made.awarded_by) == (cheap, Decimal("900.00"), one, other)
    tender.refresh_from_db()
    assert tender.award == made
    assert kinds().count("tenders.awarded") == kinds().count("tenders.award_proposed") == 1


def test_the_database_refuses_an_award_by_one_person_and_a_second_live_one():
    made, _bids = tenders.awarded()
    row = {
        "tender": made.tender,
        "bid": made.bid,
        "price": 1,
        "gate": made.gate,
        "awarded_by": made.awarded_by,
    }
    for proposer in (None, made.awarded_by):
        with pytest.raises(IntegrityError, match="award_by_two_people"), transaction.atomic():
            Award.objects.create(**row, proposed_by=proposer, standstill_until=timezone.now())
    with pytest.raises(IntegrityError, match="award_one_live_per_lot"), transaction.atomic():
        Award.objects.create(**row, proposed_by=world.user(), standstill_until=timezone.now())
    with pytest.raises(IntegrityError, match="proposal_decided_by_another"), transaction.atomic():
        AwardProposal.objects.update(decided_by=made.proposed_by)


def test_an_award_stands_as_made_and_ends_once():
    made, _bids = tenders.awarded()
    commit()
    with pytest.raises(DatabaseError, match="award_stands"), transaction.atomic():
        Award.objects.filter(pk=made.pk).update(price=1)
    with pytest.raises(DatabaseError, match="award_waits"), transaction.atomic():
        Award.objects.filter(pk=made.pk).update(final_at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()


def test_a_proposal_is_turned_down_with_a_reason_and_another_may_follow():
    tender, _bids = tenders.opened("900.00")
    operations.propose_award(tender=tender, by=world.user(), at=timezone.now())
    with pytest.raises(refused.ProposalWaits):
        operations.propose_award(tender=tender, by=world.user(), at=timezone.now())
    with pytest.raises(refused.SayWhy):
        operations.decline_proposal(tender=tender, reason=" ", by=world.user(), at=timezone.now())
    operations.decline_proposal(tender=tender, reason="再核", by=world.user(), at=timezone.now())
    with pytest.raises(refused.NothingProposed):
        operations.approve_award(tender=tender, by=world.user(), at=timezone.now())
    operations.propose_award(tender=tender, by=world.user(), at=timezone.now())
    assert Evaluation.objects.filter(tender=tender).count() == 2


def test_a_bidder_tied_since_the_proposal_is_not_awarded():
    tender, (_one,) = tenders.opened("900.00")
    proposal = operations.propose_award(tender=tender, by=world.user(), at=timezone.now())
    world.interest(tender.department, proposal.bid.tenderer, "setUp")
    with pytest.raises(refused.GateChanged):
        operations.approve_award(tender=tender, by=world.user(), at=timezone.now())
    proposal.refresh_from_db()
    assert (Award.objects.count(), proposal.declined_because) == (0, "gate")
    assert Check.objects.filter(outcome="conflicted").exists()


def test_the_evaluation_keeps_rank_score_and_what_it_was_made_from():
    tender, (dear, cheap) = tenders.opened("950.00", "900.00")
    made = award_tender(tender=tender, by=world.user(), at=timezone.now())
    assert [(row["bid"], row["rank"], row["price"]) for row in made.evaluation.standing] == [
        (cheap.pk, 1, "900.00"),
        (dear.pk, 2, "950.00"),
    ]
    lost = result_for(tender, dear)
    assert (lost["row"]["rank"], lost["of"], lost["gap"], lost["won"]) == (2, 2, Decimal("50.00"), False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Evaluation.objects.update(digest="0" * 64)


def test_nothing_follows_before_the_standstill_is_over():
    made, _bids = tenders.awarded()
    commit()
    assert finish_awards() == 0
    with pytest.raises(refused.AwardWaits):
        operations.finalise_award(award=made, at=timezone.now())
    assert not award_is_final(made)
    tenders.past(made)
    assert finish_awards() == 1
    assert finish_awards() == 0
    assert final_award(made.tender) == made
    assert kinds().count("tenders.award_final") == 1


def test_the_runner_up_moves_up_when_the_winner_steps_back():
    made, (first, second) = tenders.awarded("900.00", "950.00")
    commit()
    with pytest.raises(refused.SayWhy):
        operations.withdraw_after_opening(bid=first, reason="", by=world.user(), at=timezone.now())
    operations.withdraw_after_opening(bid=first, reason="人员离职", by=world.user(), at=timezone.now())
    made.refresh_from_db()
    tender = made.tender
    tender.refresh_from_db()
    assert (made.end_kind, tender.awarded_at, tender.award) == ("withdrawn", None, None)
    again = award_tender(tender=tender, by=world.user(), at=timezone.now())
    commit()
    assert (again.bid, tender.awards.count()) == (second, 2)


def test_a_final_award_is_not_given_back_here():
    made, (first, _second) = tenders.awarded()
    commit()
    operations.finalise_award(award=tenders.past(made), at=timezone.now())
    with pytest.raises(refused.NotDecidable):
        operations.withdraw_after_opening(bid=first, reason="晚了", by=world.user(), at=timezone.now())


def test_two_people_disqualify_and_one_alone_does_not():
    made, (first, _second) = tenders.awarded()
    commit()
    one = world.user()
    proposed = operations.propose_exclusion(bid=first, reason="材料虚假", by=one, at=timezone.now())
    with pytest.raises(refused.SameDecider):
        operations.decide_exclusion(exclusion=proposed, confirm=True, by=one, at=timezone.now())
    made.refresh_from_db()
    assert made.ended_at is None
    operations.decide_exclusion(exclusion=proposed, confirm=True, by=world.user(), at=timezone.now())
    made.refresh_from_db()
    assert made.end_kind == "disqualified"
    with pytest.raises(DatabaseError), transaction.atomic():
        Exclusion.objects.update(reason="另一个")


def test_an_exclusion_turned_down_leaves_the_bid_in_the_running():
    tender, (first,) = tenders.opened("900.00")
    proposed = operations.propose_exclusion(bid=first, reason="疑问", by=world.user(), at=timezone.now())
    with pytest.raises(refused.StillOpenExclusion):
        operations.propose_award(tender=tender, by=world.user(), at=timezone.now())
    operations.decide_exclusion(exclusion=proposed, confirm=False, by=world.user(), at=timezone.now())
    assert award_tender(tender=tender, by=world.user(), at=timezone.now()).bid == first


def low() -> LowPrice:
    tender, _bids = tenders.opened("300.00", "900.00", "950.00", "1000.00", ceiling=Decimal("1100.00"))
    (made,) = operations.ask_about_low_prices(tender=tender, at=timezone.now())
    return made


def test_an_abnormally_low_price_is_asked_about_once_and_holds_the_award_up():
    made = low()
    assert {row["test"] for row in made.grounds} == {"mean", "next", "ceiling"}
    assert made.due_at - made.asked_at == dt.timedelta(hours=24)
    assert operations.ask_about_low_prices(tender=made.bid.tender, at=timezone.now()) == []
    with pytest.raises(refused.StillOpenPrices):
        operations.propose_award(tender=made.bid.tender, by=world.user(), at=timezone.now())


def test_nobody_is_decided_against_unheard():
    made = low()
    decide = {"low": made, "reason": "理由", "by": world.user()}
    with pytest.raises(refused.TooEarly):
        operations.decide_low_price(**decide, accept=False, at=timezone.now())
    with pytest.raises(refused.TooLate):
        operations.justify_price(low=made, answer="迟到", by=world.user(), at=made.due_at)
    operations.justify_price(low=made, answer="自有设备", by=world.user(), at=timezone.now())
    operations.decide_low_price(**decide, accept=True, at=timezone.now())
    assert award_tender(tender=made.bid.tender, by=world.user(), at=timezone.now()).bid == made.bid


def test_a_price_not_justified_goes_out_by_two_people():
    made = low()
    operations.justify_price(low=made, answer="无", by=world.user(), at=timezone.now())
    one = world.user()
    operations.decide_low_price(low=made, accept=False, reason="不成立", by=one, at=timezone.now())
    proposed = Exclusion.objects.get()
    with pytest.raises(refused.SameDecider):
        operations.decide_exclusion(exclusion=proposed, confirm=True, by=one, at=timezone.now())
    operations.decide_exclusion(exclusion=proposed, confirm=True, by=world.user(), at=timezone.now())
    made.refresh_from_db()
    assert (made.accepted, made.decision) == (False, "不成立")
    assert award_tender(tender=made.bid.tender, by=world.user(), at=timezone.now()).price == Decimal("900.00")


def test_a_direct_choice_needs_a_bid_and_a_reason_and_goes_through_two_people():
    tender, (cheap, dear) = tenders.opened(
        "900.00", "950.00", method="direct_choice", method_parameters={"reason": "续做同一储罐的年度检测工作"}
    )
    propose = {"tender": tender, "by": world.user(), "at": timezone.now()}
    for wrong in ({}, {"bid": dear}, {"bid": dear, "reason": "短"}):
        with pytest.raises(refused.NothingChosen):
            operations.propose_award(**propose, **wrong)
    operations.propose_award(**propose, bid=dear, reason="去年由其检测同一储罐，熟悉情况")
    made = operations.approve_award(tender=tender, by=world.user(), at=timezone.now())
    assert (made.bid, made.reason) == (dear, "去年由其检测同一储罐，熟悉情况")
    assert [row["bid"] for row in made.evaluation.left] == [cheap.pk]


def test_the_average_price_wins_by_the_tender_s_own_parameters():
    tender, bids = tenders.opened(
        "900.00", "1000.00", "1040.00", "1090.00", "1600.00", method="average_price", ceiling=Decimal("10000")
    )
    assert award_tender(tender=tender, by=world.user(), at=timezone.now()).bid == bids[2]


def test_an_awarded_tender_is_not_awarded_again():
    made, _bids = tenders.awarded()
    for act in (operations.propose_award, operations.approve_award):
        with pytest.raises(NotAwardable):
            act(tender=made.tender, by=world.user(), at=timezone.now())
