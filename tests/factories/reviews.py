"""Reviews for tests, as plain as they can be."""

import datetime as dt

import pgtrigger
from django.utils import timezone

from marketplace.contracts import operations
from marketplace.contracts.indicators import By, indicators_for
from marketplace.contracts.models import Contract, Plea, PleaOutcome, Review, ReviewRound
from marketplace.contracts.review_queries import round_of
from marketplace.contracts.seed import ensure_review_rules
from marketplace.directory.seed import ensure_consequences
from regulation.parties.models import Membership, Role, User
from tests.factories import contracts, tenders, world

ROLES = {By.BUYER: Role.OWNER, By.SELLER: Role.AGENT, By.DEPARTMENT: Role.OWNER}


def rules() -> None:
    ensure_review_rules()
    ensure_consequences()


def signed(buyer=None, seller=None, **fields: object) -> Contract:
    """A contract in force between these two, or between others."""
    told = {"owner": buyer} if buyer else {}
    if seller is None:
        service = fields.get("service") or world.service()
        seller = world.intermediary(sells=service).entity
        told["service"] = service
    tender = world.tender(**told | fields)
    tenders.bid(tender, "900.00", by=seller)
    return contracts.signed(contracts.of_opened(tender))


def completed(contract: Contract | None = None, **fields: object) -> Contract:
    """One whose work is over, as only the owner of the database can say without doing it."""
    held = contract or signed(**fields)
    with pgtrigger.ignore("contracts.Contract:told_by_an_act"):
        Contract.objects.filter(pk=held.pk).update(completed_at=timezone.now())
        contracts.commit()
    held.refresh_from_db()
    return held


def opened(contract: Contract | None = None, **fields: object) -> Contract:
    """A contract whose work is reviewed now."""
    rules()
    held = contract or completed(**fields)
    operations.open_reviews(contract=held, at=timezone.now())
    contracts.commit()
    return held


def round_over(contract: Contract) -> ReviewRound:
    """Move the end of the time to review into the past."""
    with pgtrigger.ignore("contracts.ReviewRound:stands"):
        ReviewRound.objects.filter(contract=contract).update(until=timezone.now() - dt.timedelta(seconds=1))
    return round_of(contract)


def scores(by: By, value: int = 4, **apart: int) -> dict[str, int]:
    return {one.code: value for one in indicators_for(by)} | apart


def person(contract: Contract, by: By) -> User:
    """Somebody who may review for a side."""
    if by is By.CENTRE:
        return world.user(is_staff=True)
    return member(contract, by).user


def member(contract: Contract, by: By) -> Membership:
    entity = getattr(contract, by.value)
    found = Membership.objects.filter(entity=entity, role=ROLES[by]).first()
    return found or world.member(ROLES[by], entity)


def review(contract: Contract, by: By, value: int = 4, words: str = "", who: User | None = None) -> Review:
    made = operations.hand_in_review(
        contract=contract,
        side=by,
        scores=scores(by, value),
        words=words,
        by=who or person(contract, by),
        at=timezone.now(),
    )
    contracts.commit()
    return made


def disclosed(
    contract: Contract | None = None, buyer: int = 4, seller: int = 4, **fields: object
) -> Contract:
    """A contract both sides of which have reviewed each other."""
    held = opened(contract, **fields)
    review(held, By.BUYER, buyer, words="买方的话")
    review(held, By.SELLER, seller, words="卖方的话")
    return held


def mended(contract: Contract, text: str = "已补齐附图") -> None:
    operations.offer_repair(contract=contract, text=text, by=person(contract, By.SELLER), at=timezone.now())
    contracts.commit()


def objection(review_: Review, reason: str = "与事实不符") -> Plea:
    by = By.BUYER if review_.side == By.SELLER else By.SELLER
    return operations.object_to_review(
        review=review_, reason=reason, by=person(review_.contract, by), at=timezone.now()
    )


def complaint(contract: Contract, by: By = By.BUYER, reason: str = "报告数据错误") -> Plea:
    return operations.complain_of_quality(
        contract=contract, side=by, reason=reason, by=person(contract, by), at=timezone.now()
    )


def replied(plea: Plea, text: str = "另一方的答复") -> Plea:
    other = By(plea.review.side) if plea.review else By.SELLER
    return operations.reply_to_plea(plea=plea, text=text, by=person(plea.contract, other), at=timezone.now())


def decided(plea: Plea, outcome: PleaOutcome = PleaOutcome.UPHELD) -> Plea:
    """Replied to where it takes a reply, proposed by one of the centre's people, decided by another."""
    if timezone.now() < plea.reply_until:
        plea = replied(plea)
    operations.propose_on_plea(
        plea=plea, outcome=outcome, reason="经核查", by=world.user(is_staff=True), at=timezone.now()
    )
    made = operations.decide_plea(plea=plea, by=world.user(is_staff=True), at=timezone.now())
    contracts.commit()
    return made
