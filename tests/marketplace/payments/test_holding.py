"""What a bank takes back or returns: told in any order it ends in one state, and nothing moves before."""

import random

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.payments import errors
from marketplace.payments.models import Hold, Order, Posting, PostingLine, ProviderEvent
from marketplace.payments.models.event import EventState
from marketplace.payments.operations import (
    carry_out,
    compare_with_provider,
    end_hold,
    note_external,
    order_funding,
    order_refund,
    order_release,
    settle,
    take_event,
)
from marketplace.payments.queries import balances_of, came_back, owed, to_pay, waiting_for_staff
from marketplace.payments.tasks import settle_waiting
from regulation.ledger.models import Entry
from tests.factories import payments, world
from tests.factories.stripe_stand_in import wired

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripes(settings, monkeypatch):
    return wired(settings, monkeypatch)


@pytest.fixture
def charge(stripes):
    """1,000 fen, paid in and held."""
    made = payments.a_charge(1000, provider="stripe")
    payments.account(made, external=stripes.provider.open_account(email="a@example.org", key="k"))
    fund(stripes, made)
    return made


def now():
    return timezone.now()


def fund(stripes, charge):
    order = order_funding(charge=charge, by=None)
    carry_out(order=order, at=now())
    order.refresh_from_db()
    stripes.pay(order.external)
    carry_out(order=order, at=now())
    return order


def session_of(charge):
    return charge.orders.filter(kind="fund").latest("pk").external


def out(charge, fen, act=order_release):
    order = act(charge=charge, fen=fen, reason="", by=None)
    carry_out(order=order, at=now())
    order.refresh_from_db()
    return order


def take(stripes, *events):
    """The rows, by which none may be an event the site does not know."""
    rows = [take_event(event=e, raw=b"{}", provider=stripes.provider, at=now()) for e in events]
    assert {row.state for row in rows} == {EventState.APPLIED}
    return rows


def told(charge):
    return {str(k): v for k, v in balances_of([charge.pk])[charge.pk].items() if v}


def dispute_of(events):
    return events[0]["data"]["object"]["id"]


def posted_by_hand(charge, move, lines, **more):
    """What no operation would write."""
    with transaction.atomic():
        made = Posting.objects.create(charge=charge, move=move, external="by hand", **more)
        for account, fen in lines.items():
            PostingLine.objects.create(posting=made, charge=charge, account=account, fen=fen)
        connection.check_constraints()


def kinds(charge):
    return list(Entry.objects.filter(subject=charge.urn).order_by("pk").values_list("kind", flat=True))


def test_a_dispute_takes_held_money_back_and_holds_the_rest(stripes, charge):
    events = stripes.dispute(session_of(charge), fen=600)
    take(stripes, *events, *events)
    assert told(charge) == {"owner": -400, "held": 400}
    hold = Hold.objects.get()
    assert (hold.external, hold.fen, hold.ended_at) == (dispute_of(events), 600, None)
    assert hold.answer_by is not None
    for act in (order_release, order_refund):
        with pytest.raises(errors.HeldBack):
            act(charge=charge, fen=100, reason="", by=None)
    with pytest.raises(errors.HeldBack):
        order_funding(charge=charge, by=None)
    assert waiting_for_staff()["held_back"] == 1


def test_the_database_orders_nothing_of_what_is_held_back(stripes, charge):
    take(stripes, *stripes.dispute(session_of(charge), fen=600))
    for kind in ("release", "refund", "fund"):
        with pytest.raises(IntegrityError, match="order_held_back"), transaction.atomic():
            Order.objects.create(charge=charge, kind=kind, fen=100, key=f"k-{kind}")


def test_a_dispute_that_is_won_is_booked_back(stripes, charge):
    events = stripes.dispute(session_of(charge))
    take(stripes, *events)
    assert told(charge) == {}
    take(stripes, *stripes.decide(dispute_of(events), won=True))
    assert told(charge) == {"owner": -1000, "held": 1000}
    hold = Hold.objects.get()
    assert (hold.told, hold.reason) == ("won", "won")
    assert hold.ended_at is not None
    out(charge, 1000)
    assert told(charge) == {"owner": -1000, "intermediary": 1000}
    assert kinds(charge).count("payments.reinstated") == 1


def test_won_it_stays_held_back_until_the_money_is_there(stripes, charge):
    events = stripes.dispute(session_of(charge))
    take(stripes, *events)
    stripes.things[dispute_of(events)]["status"] = "won"
    take(stripes, stripes.event("charge.dispute.closed", dispute_of(events)))
    assert Hold.objects.get().ended_at is None
    assert not to_pay(charge.payer).filter(pk=charge.pk).exists()


def test_lost_before_the_payout_the_payer_owes_again(stripes, charge):
    events = stripes.dispute(session_of(charge))
    take(stripes, *events, *stripes.decide(dispute_of(events), won=False))
    assert owed(charge) == 1000
    assert to_pay(charge.payer).filter(pk=charge.pk).exists()
    again = fund(stripes, charge)
    assert again.fen == 1000
    assert told(charge) == {"owner": -1000, "held": 1000}
    with pytest.raises(errors.AlreadyOrdered):
        order_funding(charge=charge, by=None)
    refund = out(charge, 1000, order_refund)
    asked = [told for verb, path, told in stripes.calls if (verb, path) == ("POST", "refunds")][-1]
    assert asked["payment_intent"] == stripes.things[again.external]["payment_intent"]
    assert refund.posting.move == "refunded"


def test_taken_back_after_the_payout_it_is_covered_and_paid_again_once(stripes, charge):
    out(charge, 600)
    events = stripes.dispute(session_of(charge))
    take(stripes, *events)
    assert told(charge) == {"covered": -600, "intermediary": 600}
    take(stripes, *stripes.decide(dispute_of(events), won=False))
    fund(stripes, charge)
    assert told(charge) == {"owner": -1000, "held": 400, "intermediary": 600}


def test_covered_is_never_more_than_was_taken_back(stripes, charge):
    for move in ("reversed", "reinstated"):
        with pytest.raises(IntegrityError, match="covered_is_what_was_taken_back"):
            posted_by_hand(charge, move, {"covered": -5, "intermediary": 5})


def test_an_inquiry_takes_nothing_and_holds_back(stripes, charge):
    created = stripes.dispute(session_of(charge))[0]
    thing = stripes.things[dispute_of([created])]
    thing |= {"status": "warning_needs_response", "balance_transactions": []}
    take(stripes, created)
    assert told(charge) == {"owner": -1000, "held": 1000}
    with pytest.raises(errors.HeldBack):
        order_release(charge=charge, fen=1, reason="", by=None)
    thing["status"] = "warning_closed"
    assert settle_waiting() == 1  # the event was lost: the clock asks
    out(charge, 1000)


def test_a_dispute_in_another_currency_is_booked_by_what_is_disputed(stripes, charge):
    events = stripes.dispute(session_of(charge))
    for one in stripes.things[dispute_of(events)]["balance_transactions"]:
        one |= {"currency": "hkd", "amount": -1090}
    take(stripes, *events)
    assert told(charge) == {}


def test_a_transfer_that_comes_back_is_held_until_a_person_lets_it_go(stripes, charge):
    order = out(charge, 1000)
    take(stripes, stripes.send_back(order.external, 300), stripes.send_back(order.external, 100))
    assert told(charge) == {"owner": -1000, "held": 400, "intermediary": 600}
    assert came_back(charge, "release") == 400
    order.refresh_from_db()
    assert order.failed_at is None
    with pytest.raises(errors.HeldBack):
        order_release(charge=charge, fen=400, reason="", by=None)
    staff = world.user()
    for hold in Hold.objects.all():
        with pytest.raises(errors.ReasonNeeded):
            end_hold(hold=hold, reason=" ", by=staff, at=now())
        end_hold(hold=hold, reason="账户已更正", by=staff, at=now())
        with pytest.raises(errors.HoldEnded):
            end_hold(hold=hold, reason="账户已更正", by=staff, at=now())
    out(charge, 400)
    assert told(charge) == {"owner": -1000, "intermediary": 1000}


def test_no_more_comes_back_than_went_out(stripes, charge):
    order = out(charge, 300)
    with pytest.raises(IntegrityError, match="posting_back_of_what_went"):
        posted_by_hand(charge, "returned", {"intermediary": -301, "held": 301}, back_of=order)


def test_a_dispute_is_not_ended_by_staff(stripes, charge):
    take(stripes, *stripes.dispute(session_of(charge)))
    with pytest.raises(errors.BankDecides):
        end_hold(hold=Hold.objects.get(), reason="x", by=world.user(), at=now())
    with pytest.raises(IntegrityError, match="hold_ended_by_its_kind"), transaction.atomic():
        Hold.objects.update(ended_at=now(), ended_by=world.user(), reason="x")


def test_a_refund_that_fails_after_it_was_done_comes_back(stripes, charge):
    order = out(charge, 300, order_refund)
    event = stripes.fail_refund(order.external)
    take(stripes, event, event)
    assert told(charge) == {"owner": -1000, "held": 1000}
    assert Hold.objects.get().cause == "returned"


def test_the_nights_comparison_sees_what_nobody_told(stripes, charge):
    order = out(charge, 1000)
    event = stripes.send_back(order.external, 250)
    seen = compare_with_provider(at=now())[1]
    assert [(one["what"], one["ours"], one["theirs"]) for one in seen] == [("came_back", "0.00", "2.50")]
    take(stripes, event)
    assert compare_with_provider(at=now())[1] == []


def test_a_dispute_about_somebody_elses_payment_moves_nothing(stripes, charge):
    events = stripes.dispute(session_of(charge))
    intent = stripes.things[session_of(charge)]["payment_intent"]
    stripes.things[intent]["metadata"] = {"order": "999999", "key": "x"}
    rows = [take_event(event=e, raw=b"{}", provider=stripes.provider, at=now()) for e in events]
    assert {row.state for row in rows} == {EventState.NOTHING}
    assert told(charge) == {"owner": -1000, "held": 1000}


def test_events_of_a_dispute_in_any_order_end_in_one_state(stripes):
    """Funding, payout, a part sent back, dispute and its end, in 100 orders and some twice."""
    charge = payments.a_charge(1000, provider="stripe")
    payments.account(charge, external=stripes.provider.open_account(email="a@example.org", key="k"))
    funding = order_funding(charge=charge, by=None)
    carry_out(order=funding, at=now())
    funding.refresh_from_db()
    paid = stripes.pay(funding.external)
    settle(order=funding, answer=stripes.provider.look(funding), at=now())
    release = order_release(charge=charge, fen=600, reason="", by=None)
    answer = stripes.provider.carry_out(release, account=charge.payee.payout_accounts.get(), back="")
    release = note_external(order=release, external=answer.external)
    disputed = stripes.dispute(funding.external)
    events = [
        paid,
        stripes.event("transfer.created", release.external),
        stripes.send_back(release.external, 200),
        *disputed,
        *stripes.decide(dispute_of(disputed), won=True),
    ]
    chance, ends = random.Random(5), set()
    for _ in range(100):
        mixed = events + chance.sample(events, 2)
        chance.shuffle(mixed)
        point = transaction.savepoint()
        take(stripes, *mixed)
        holds = tuple(sorted((h.cause, h.fen, h.ended_at is None) for h in Hold.objects.all()))
        ends.add((tuple(sorted(told(charge).items())), holds))
        transaction.savepoint_rollback(point)
    assert ends == {
        (
            (("held", 600), ("intermediary", 400), ("owner", -1000)),
            (("disputed", 1000, False), ("returned", 200, True)),
        )
    }


def test_events_told_while_it_goes_on_end_in_one_state(stripes, charge):
    """Each event is told as things stand at its own moment at Stripe, and again later in any order."""
    release = order_release(charge=charge, fen=600, reason="", by=None)
    answer = stripes.provider.carry_out(release, account=charge.payee.payout_accounts.get(), back="")
    release = note_external(order=release, external=answer.external)
    events = stripes.dispute(session_of(charge))
    take(stripes, *events)
    assert told(charge) == {}
    take(stripes, stripes.event("transfer.created", release.external))  # late: it is covered
    assert told(charge) == {"covered": -600, "intermediary": 600}
    take(stripes, stripes.send_back(release.external, 600))
    assert told(charge) == {}
    more = stripes.decide(dispute_of(events), won=True)
    take(stripes, *reversed(more))
    assert told(charge) == {"owner": -1000, "held": 1000}
    assert ProviderEvent.objects.filter(state=EventState.UNKNOWN).count() == 0
