"""Objections and complaints: who, until when, with whose reply, decided by which two; and what follows."""

import datetime as dt

import pgtrigger
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.contracts import effects, errors, operations
from marketplace.contracts.indicators import By
from marketplace.contracts.models import Plea, PleaOutcome, ReviewRound
from marketplace.contracts.review_queries import pleas_to_decide, pleas_to_reply, rated
from marketplace.directory.models import Sanction
from regulation.ledger.models import Entry
from regulation.oversight.effects import note_odd_reviews
from regulation.oversight.models import Finding
from tests.factories import contracts, reviews, world

pytestmark = pytest.mark.django_db


def of_buyer(contract):
    return contract.reviews.get(side="buyer", number=1)


def test_an_objection_is_replied_to_proposed_and_decided_by_two_and_sets_the_review_aside():
    contract = reviews.disclosed(buyer=1)
    plea = reviews.objection(of_buyer(contract))
    assert (plea.side, plea.reply_until - plea.raised_at) == ("seller", dt.timedelta(days=5))
    assert list(pleas_to_reply(contract.buyer, sells=False)) == [plea]
    assert list(pleas_to_reply(contract.seller, sells=True)) == []
    staff, second = world.user(is_staff=True), world.user(is_staff=True)
    told = {"plea": plea, "outcome": PleaOutcome.UPHELD, "reason": "经核查", "at": timezone.now()}
    with pytest.raises(errors.RightOfReply), transaction.atomic():
        operations.propose_on_plea(by=staff, **told)
    reviews.replied(plea)
    assert plea in pleas_to_decide(staff)
    operations.propose_on_plea(by=staff, **told)
    assert plea not in pleas_to_decide(staff)
    assert plea in pleas_to_decide(second)
    with pytest.raises(errors.ASecondPerson), transaction.atomic():
        operations.decide_plea(plea=plea, by=staff, at=timezone.now())
    assert rated(contract.seller, now=timezone.now())[0].marks == {"buyer": 1}
    operations.decide_plea(plea=plea, by=second, at=timezone.now())
    assert rated(contract.seller, now=timezone.now()) == []
    with pytest.raises(errors.PleaDecided), transaction.atomic():
        operations.decide_plea(plea=plea, by=second, at=timezone.now())
    with pytest.raises(IntegrityError, match="plea_stands"), transaction.atomic():
        Plea.objects.update(outcome_reason="别的理由")


def test_a_returned_proposal_is_proposed_anew():
    contract = reviews.disclosed(buyer=1)
    plea = reviews.replied(reviews.objection(of_buyer(contract)))
    one, other = world.user(is_staff=True), world.user(is_staff=True)
    told = {"outcome": PleaOutcome.UPHELD, "reason": "经核查", "at": timezone.now()}
    operations.propose_on_plea(plea=plea, by=one, **told)
    with pytest.raises(errors.ASecondPerson), transaction.atomic():
        operations.return_plea(plea=plea, reason="证据不足", by=one, at=timezone.now())
    operations.return_plea(plea=plea, reason="证据不足", by=other, at=timezone.now())
    plea.refresh_from_db()
    assert (plea.outcome, plea.proposed_by) == ("", None)
    with pytest.raises(errors.NothingToDecide), transaction.atomic():
        operations.decide_plea(plea=plea, by=other, at=timezone.now())


def test_the_database_asks_for_two_people_of_the_centre_who_act_for_no_party():
    contract = reviews.disclosed(buyer=1)
    plea = reviews.replied(reviews.objection(of_buyer(contract)))
    tied = reviews.person(contract, By.SELLER)
    tied.is_staff = True
    tied.save()
    told = {"plea": plea, "outcome": PleaOutcome.UPHELD, "reason": "经核查", "at": timezone.now()}
    for stranger in (tied, world.user()):
        with pytest.raises(errors.ByTheCentre), transaction.atomic():
            operations.propose_on_plea(by=stranger, **told)
    staff = world.user(is_staff=True)
    operations.propose_on_plea(by=staff, **told)
    with pytest.raises(IntegrityError, match="plea_decided_by_two"), transaction.atomic():
        Plea.objects.update(decided_by=staff, decided_at=timezone.now())
    with pytest.raises(IntegrityError, match="plea_decided_as_proposed"), transaction.atomic():
        Plea.objects.update(
            decided_by=world.user(is_staff=True), decided_at=timezone.now(), outcome="rejected"
        )
    with pytest.raises(errors.ByTheCentre), transaction.atomic():
        operations.decide_plea(plea=plea, by=world.user(), at=timezone.now())


def test_whoever_gave_the_centres_review_does_not_decide_on_it():
    contract = reviews.opened()
    staff = world.user(is_staff=True)
    made = reviews.review(contract, By.CENTRE, 1, who=staff)
    reviews.review(contract, By.BUYER)
    reviews.review(contract, By.SELLER)
    plea = reviews.objection(made)
    assert plea.reply_until == plea.raised_at  # nobody's reply is waited for: the centre decides itself
    with pytest.raises(errors.ByTheCentre), transaction.atomic():
        operations.propose_on_plea(
            plea=plea, outcome=PleaOutcome.REJECTED, reason="无误", by=staff, at=timezone.now()
        )
    reviews.decided(plea, PleaOutcome.REJECTED)


def test_nobody_objects_twice_too_late_to_a_sealed_review_or_for_another():
    contract = reviews.opened()
    sealed = reviews.review(contract, By.BUYER, 1)
    with pytest.raises(errors.StillSealed), transaction.atomic():
        reviews.objection(sealed)
    reviews.review(contract, By.SELLER)
    with pytest.raises(errors.NotYourReview), transaction.atomic():
        operations.object_to_review(review=sealed, reason="不实", by=world.user(), at=timezone.now())
    reviews.objection(sealed)
    with pytest.raises(errors.ObjectedAlready), transaction.atomic():
        reviews.objection(sealed)
    of_seller = contract.reviews.get(side="seller")
    with pgtrigger.ignore("contracts.ReviewRound:stands"):
        ReviewRound.objects.update(disclosed_at=timezone.now() - dt.timedelta(days=10))
    with pgtrigger.ignore("contracts.Review:append_only"):
        type(of_seller).objects.update(at=timezone.now() - dt.timedelta(days=10))
    with pytest.raises(errors.TooLateToObject), transaction.atomic():
        reviews.objection(of_seller)


def test_a_review_does_not_count_while_the_centre_is_late():
    contract = reviews.disclosed(buyer=1)
    plea = reviews.objection(of_buyer(contract))
    before, after = plea.due_at - dt.timedelta(seconds=1), plea.due_at
    assert len(rated(contract.seller, now=before)) == 1
    assert rated(contract.seller, now=after) == []


def test_a_reply_is_given_once_by_the_other_side():
    contract = reviews.disclosed(buyer=1)
    plea = reviews.objection(of_buyer(contract))
    with pytest.raises(errors.NotReviewed), transaction.atomic():
        operations.reply_to_plea(
            plea=plea, text="答复", by=reviews.person(contract, By.SELLER), at=timezone.now()
        )
    reviews.replied(plea)
    with pytest.raises(errors.RepliedAlready), transaction.atomic():
        reviews.replied(plea)


def test_an_objection_to_the_departments_review_waits_for_the_departments_reply():
    contract = reviews.opened()
    made = reviews.review(contract, By.DEPARTMENT, 2)
    reviews.review(contract, By.BUYER)
    reviews.review(contract, By.SELLER)
    plea = reviews.objection(made)
    assert list(pleas_to_reply(contract.department, sells=False)) == [plea]
    assert list(pleas_to_reply(contract.buyer, sells=False)) == []
    reviews.replied(plea)
    assert list(pleas_to_reply(contract.department, sells=False)) == []


def test_three_verified_complaints_within_a_year_open_a_removal():
    reviews.rules()
    service = world.service()
    seller = world.intermediary(sells=service).entity
    held = [reviews.signed(seller=seller, service=service) for _n in range(3)]
    for n, contract in enumerate(held):
        plea = reviews.complaint(contract, By.BUYER if n else By.DEPARTMENT)
        with pytest.raises(errors.ComplaintWaits), transaction.atomic():
            reviews.complaint(contract, By.BUYER if n else By.DEPARTMENT)
        assert plea in pleas_to_reply(seller, sells=True)
        reviews.decided(plea)
        effects.follow_a_decision(Entry.objects.filter(kind="contracts.plea_decided").latest("pk"))
        assert Sanction.objects.count() == int(n == 2)
    sanction = Sanction.objects.get()
    assert (sanction.kind, len(sanction.grounds["complaints"])) == ("remove", 3)
    effects.follow_a_decision(Entry.objects.filter(kind="contracts.plea_decided").latest("pk"))
    assert Sanction.objects.count() == 1


def test_rejected_or_old_complaints_count_for_nothing():
    reviews.rules()
    service = world.service()
    seller = world.intermediary(sells=service).entity
    for n in range(3):
        contract = reviews.signed(seller=seller, service=service)
        reviews.decided(reviews.complaint(contract), PleaOutcome.REJECTED if n else PleaOutcome.UPHELD)
    assert not operations.count_complaints(entity=seller, at=timezone.now())
    with pgtrigger.ignore("contracts.Plea:stands"):
        Plea.objects.update(outcome="upheld")
    assert not operations.count_complaints(entity=seller, at=timezone.now() + dt.timedelta(days=366))
    assert operations.count_complaints(entity=seller, at=timezone.now())


def test_nobody_else_complains_and_not_before_the_contract_is_signed():
    contract = reviews.signed()
    reviews.rules()
    for stranger in (world.user(), reviews.person(contract, By.SELLER)):
        with pytest.raises(errors.NotYourReview), transaction.atomic():
            operations.complain_of_quality(
                contract=contract, side=By.BUYER, reason="差", by=stranger, at=timezone.now()
            )
    draft = contracts.drawn_up()
    with pytest.raises(errors.NotYourReview), transaction.atomic():
        reviews.complaint(draft)


def test_a_ring_becomes_a_lead_for_regulators_once():
    buyer, service = world.entity(), world.service()
    seller = world.intermediary(sells=service).entity
    for n in range(3):
        contract = reviews.disclosed(
            reviews.completed(reviews.signed(buyer=buyer, seller=seller, service=service)), buyer=5, seller=5
        )
        entry = Entry.objects.filter(kind="contracts.reviews_disclosed").latest("pk")
        effects.reckon_after_reviews(entry)
        effects.reckon_after_reviews(entry)
        assert Entry.objects.filter(kind="contracts.review_odd").count() == int(n == 2)
    note_odd_reviews(Entry.objects.get(kind="contracts.review_odd"))
    finding = Finding.objects.get()
    assert (finding.kind, len(finding.evidence["reviews"]["contracts"])) == ("review_ring", 3)
    assert contract.urn not in Entry.objects.get(kind="contracts.review_odd").subject
