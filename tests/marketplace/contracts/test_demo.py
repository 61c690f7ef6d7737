"""The demo's contract: one milestone paid, one returned, one split; then all of it delivered and reviewed."""

import pytest
from django.utils import timezone

from marketplace.contracts import demo, demo_bank, demo_reviews
from marketplace.contracts.life import State, Step
from marketplace.contracts.models import Invoice, Mediator, Plea
from marketplace.contracts.queries import milestones_of, money_of
from marketplace.payments.bank_queries import comparison
from marketplace.payments.models import BankStatement
from marketplace.tenders.demo.story import STORY_TITLE
from regulation.parties.models import Role, User
from tests.factories import contracts, tenders, world

pytestmark = pytest.mark.django_db


def test_the_story_goes_on_once_and_says_each_step():
    tender = world.tender(title=STORY_TITLE, is_invented=True)
    winner = world.intermediary(sells=tender.service)
    agent = world.member(Role.AGENT, winner.entity)
    tenders.bid(tender, "900.00", by=winner.entity)
    for key, entity in (
        ("enterprise", tender.owner),
        ("enterprise2", tender.owner),
        ("department", tender.department),
        ("admin", None),
        ("cashier", None),
        ("regulator", None),
        ("mediator", world.entity()),
    ):
        user = User.objects.create_user(f"{key}@{demo.DOMAIN}", world.PASSWORD, is_staff=entity is None)
        if entity:
            role = Role.MEDIATOR if key == "mediator" else Role.OWNER
            world.Membership.objects.create(
                user=user, entity=entity, role=role, valid=world.DateRange(world.LONG_AGO, None)
            )
    made = contracts.of_opened(tender)
    told: list[str] = []
    assert demo.play(lambda text, _path: told.append(text), agent=agent.user)
    contracts.commit()
    made.refresh_from_db()
    assert made.state_at(timezone.now()) is State.IN_FORCE
    first, second, third = milestones_of(made)
    assert [m.state_at(timezone.now()) for m in (first, second, third)] == [
        Step.ACCEPTED,
        Step.RETURNED,
        Step.ACCEPTED,
    ]
    assert money_of([first])[first.pk]["intermediary"] == first.fen
    assert Invoice.objects.count() == 1
    money = money_of([third])[third.pk]
    assert (money["intermediary"], money["refund"]) == (third.fen - third.fen // 10, third.fen // 10)
    assert Mediator.objects.get().is_invented == tender.owner.is_invented
    assert [text.partition(".")[0] for text in told] == ["11", "12", "13", "14"]
    assert demo.play(lambda text, _path: told.append(text)) is False
    assert len(told) == 4
    assert demo_reviews.play(lambda text, _path: told.append(text), agent=agent.user)
    contracts.commit()
    made.refresh_from_db()
    assert made.state_at(timezone.now()) is State.COMPLETED
    assert {one.side for one in made.reviews.all()} == {"buyer", "seller", "department", "centre"}
    assert made.review_round.disclosed_at is not None
    assert Plea.objects.get().review.side == "department"
    assert demo_reviews.play(lambda text, _path: told.append(text)) is False
    assert len(told) == 5
    assert demo_bank.play(lambda text, _path: told.append(text))
    assert demo_bank.play(lambda text, _path: told.append(text)) is False
    days = BankStatement.objects.get().days
    found = comparison(None, (days.lower, days.upper), today=timezone.localdate())
    assert [str(one.result) for one in found if one.result != "fits"] == ["unrecorded"]
    assert len(found) > 4
    assert not any(one.due for one in found)
