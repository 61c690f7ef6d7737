"""Who finds what in their inbox as a tender and a contract go on."""

import pytest
from django.utils import timezone

from marketplace.contracts import noticing as of_contracts
from marketplace.tenders import noticing, operations
from regulation.ledger.models import Entry
from regulation.ledger.operations import record
from regulation.ledger.stories import told_kinds
from regulation.ledger.tasks import deliver
from regulation.parties.models import Notice, Role
from regulation.registry.models import Following
from tests.factories import contracts, tenders, world

pytestmark = pytest.mark.django_db


def run_effects():
    done = 0
    while done != (done := Entry.objects.count()):
        for entry in Entry.objects.order_by("pk"):
            deliver(entry.pk)


def kinds_of(member):
    return list(Notice.objects.filter(user=member.user).order_by("pk").values_list("kind", flat=True))


def test_every_kind_that_is_told_has_its_sentence():
    assert set(noticing.WHOM) | {noticing.QUESTION} | set(of_contracts.KINDS) <= told_kinds()


def test_owner_winner_and_loser_are_told_as_a_tender_goes_on():
    award, bids = tenders.awarded("900.00", "950.00")
    owner = world.member(Role.OWNER, award.tender.owner)
    winner, loser = (world.member(Role.AGENT, bid.tenderer) for bid in bids)
    tenders.challenge(award, bids[1])
    run_effects()
    assert kinds_of(winner) == ["tenders.opened", "tenders.awarded", "tenders.challenged"]
    assert kinds_of(loser) == kinds_of(winner)
    assert kinds_of(owner) == [
        "tenders.opened",
        "tenders.award_proposed",
        "tenders.awarded",
        "tenders.challenged",
    ]
    one = Notice.objects.filter(user=loser.user).first()
    assert (one.entity, one.about, one.args) == (bids[1].tenderer, award.tender.title, [award.tender.ref])


def test_who_asked_and_who_bid_read_the_answer_and_the_owner_learns_of_neither():
    tender = world.tender()
    owner = world.member(Role.OWNER, tender.owner)
    asker = world.member(Role.AGENT, world.intermediary().entity)
    made = tenders.bid(tender, "900.00")
    bidder = world.member(Role.AGENT, made.tenderer)
    question = operations.ask_question(
        tender=tender, asker=asker.entity, text="几个储罐？", by=asker.user, at=timezone.now()
    )
    run_effects()
    assert kinds_of(owner) == ["tenders.question_asked"]
    operations.answer_question(question=question, answer="两个", by=owner.user, at=timezone.now())
    run_effects()
    assert kinds_of(asker) == kinds_of(bidder) == ["tenders.question_answered"]
    assert kinds_of(owner) == ["tenders.question_asked"], "not of their own act"


def test_only_the_bidder_is_told_that_its_bid_is_out():
    _tender, bids = tenders.opened("900.00", "950.00", "980.00")
    out, other = (world.member(Role.AGENT, bid.tenderer) for bid in bids[:2])
    made = operations.propose_exclusion(bid=bids[0], reason="证书过期", by=world.user(), at=timezone.now())
    operations.decide_exclusion(exclusion=made, confirm=True, by=world.user(), at=timezone.now())
    run_effects()
    assert "tenders.bid_excluded" in kinds_of(out)
    assert "tenders.bid_excluded" not in kinds_of(other)


def test_followers_and_the_invited_are_told_of_a_new_tender():
    tender = world.tender()
    follower = world.user()
    Following.objects.create(
        user=follower, topic="service", key=tender.service.code, told_until=timezone.now()
    )
    entry = record(kind="tenders.published", subject=tender, actor=None, body={})
    deliver(entry.pk)
    assert list(Notice.objects.filter(user=follower).values_list("kind", "entity")) == [
        ("tenders.published", None)
    ]


def test_both_sides_of_a_contract_are_told_and_nobody_of_a_review_the_other_has_written():
    contract = contracts.drawn_up()
    buyer = world.member(Role.OWNER, contract.buyer)
    seller = world.member(Role.AGENT, contract.seller)
    run_effects()
    assert "contracts.drawn_up" in kinds_of(buyer)
    assert "contracts.drawn_up" in kinds_of(seller)
    assert "contracts.reviewed" not in of_contracts.KINDS
    assert "contracts.shared" not in of_contracts.KINDS
