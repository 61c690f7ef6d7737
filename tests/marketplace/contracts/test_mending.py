"""Returned work is mended within its time; after it both sides learn what may follow."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts import effects, operations
from marketplace.contracts.due import due_for
from marketplace.contracts.models import Milestone
from marketplace.contracts.operations.mending import note_mending_over
from marketplace.contracts.queries import not_mended
from marketplace.contracts.tasks import dispute_clocks
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from tests.factories import contracts, world

pytestmark = pytest.mark.django_db


def sent_back() -> Milestone:
    return contracts.returned(contracts.handed_in(contracts.first(contracts.signed())))


@pytest.fixture
def returned():
    return sent_back()


def told() -> int:
    return Entry.objects.filter(kind="contracts.mending_over").count()


def test_a_return_gives_24_hours_by_rule(returned):
    assert returned.mend_until - returned.returned_at == dt.timedelta(hours=24)
    assert body_of(Entry.objects.get(kind="contracts.returned"))["mend_by"] == returned.mend_until.isoformat()
    seller = contracts.binder(returned.contract, "seller")
    assert [one.at for one in due_for(seller) if one.key == f"mend-{returned.pk}"] == [returned.mend_until]
    assert not any(one.key == f"hand-in-{returned.pk}" for one in due_for(seller))


def test_late_it_is_told_once_and_may_still_be_handed_in(returned, client):
    assert dispute_clocks() == 0
    contracts.past_mending(returned)
    assert dispute_clocks() == 1
    assert dispute_clocks() == 0
    assert told() == 1
    assert list(not_mended(returned.contract.buyer)) == [returned]
    sides = {contracts.binder(returned.contract, side).user.email for side in ("buyer", "seller")}
    effects.tell_of_mending(Entry.objects.get(kind="contracts.mending_over"))
    assert {address for one in mail.outbox for address in one.to} >= sides
    client.force_login(contracts.binder(returned.contract, "buyer").user)
    way = reverse("contracts:milestone", args=[returned.contract.ref, returned.position])
    page = client.get(way)
    assert page.context["mends_late"]
    assert (
        reverse("contracts:dispute_new", args=[returned.contract.ref, returned.position])
        in page.content.decode()
    )
    contracts.handed_in(returned, b"%PDF-2")
    assert not list(not_mended(returned.contract.buyer))
    assert not client.get(way).context["mends_late"]


def test_work_handed_in_again_or_disputed_is_not_late(returned):
    contracts.past_mending(returned)
    contracts.disputed(returned)
    assert dispute_clocks() == 0
    assert told() == 0


def test_a_suspension_and_a_dispute_give_the_time_back(returned):
    before, now = returned.mend_until, timezone.now()
    contract = returned.contract
    operations.suspend_contract(contract=contract, reason="核查", by=world.user(), at=now)
    contracts.commit()
    operations.resume_contract(
        contract=contract, reason="查清", by=world.user(), at=now + dt.timedelta(hours=5)
    )
    contracts.commit()
    returned.refresh_from_db()
    assert returned.mend_until - before == dt.timedelta(hours=5)
    dispute = contracts.disputed(returned)
    operations.withdraw_dispute(
        dispute=dispute,
        side="buyer",
        reason="和解",
        by=contracts.binder(contract, "buyer").user,
        at=dispute.opened_at + dt.timedelta(hours=3),
    )
    contracts.commit()
    returned.refresh_from_db()
    assert returned.mend_until - before == dt.timedelta(hours=8)


MOVES = {
    "later": dt.timedelta(hours=1),
    "earlier": dt.timedelta(hours=-1),
    "never": None,
}


def moved(milestone: Milestone, until: dt.datetime | None) -> None:
    with pytest.raises(IntegrityError, match="milestone_time_to_mend_stands"), contracts.as_site():
        Milestone.objects.filter(pk=milestone.pk).update(mend_until=until)


def later(milestone: Milestone) -> None:
    moved(milestone, milestone.mend_until + dt.timedelta(hours=1))


@pytest.mark.parametrize("case", MOVES)
def test_the_database_moves_the_time_to_mend_for_nothing_else(case, returned):
    by = MOVES[case]
    moved(returned, returned.mend_until + by if by else None)


def test_the_database_gives_no_time_to_mend_to_what_was_not_returned():
    moved(contracts.handed_in(contracts.first(contracts.signed())), timezone.now())


def test_the_database_holds_the_time_to_mend_by_itself(returned):
    for facts, name in (
        (
            {"mend_until": returned.mend_until - dt.timedelta(hours=1)},
            "milestone_time_to_mend_stands",
        ),
        ({"mend_noted_at": timezone.now()}, "milestone_mending_is_over"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Milestone.objects.filter(pk=returned.pk).update(**facts)
    assert not note_mending_over(milestone=returned, at=timezone.now())
