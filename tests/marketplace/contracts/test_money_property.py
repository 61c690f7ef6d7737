"""Whatever is done in whatever order, the books add up and nothing is paid without its ground."""

import contextlib
from collections.abc import Iterator

import pytest
import stripe
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from marketplace.contracts import operations
from marketplace.contracts.dispute_queries import (
    ordered_of,
    settlement_of,
    standing_dispute,
    standing_ending,
    standing_proposal,
    standing_seat,
)
from marketplace.contracts.errors import ContractRefused
from marketplace.contracts.models import Contract, Dispute, Milestone
from marketplace.contracts.queries import charge_of, milestones_of
from marketplace.contracts.tasks import pay_due
from marketplace.payments.errors import PaymentRefused
from marketplace.payments.gateways import stripe_gateway
from marketplace.payments.models import Charge, Hold, Order, Posting, PostingLine
from marketplace.payments.operations import carry_out, end_hold, fail_order, order_funding, take_event
from marketplace.tenders.errors import TenderRefused
from tests.factories import contracts, payments
from tests.factories.stripe_stand_in import KEY, SECRET, StandIn

pytestmark = pytest.mark.django_db
PLACES = st.integers(min_value=0, max_value=1)
SIDES = st.sampled_from(["buyer", "seller"])
TENTHS = st.integers(min_value=0, max_value=10)


@pytest.fixture
def stand_in(settings, monkeypatch) -> StandIn:
    """Stripe in this process, where the site would reach it."""
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, SECRET
    there = StandIn()
    provider = stripe_gateway.StripeProvider(
        stripe.StripeClient(KEY, http_client=there, max_network_retries=0)
    )
    monkeypatch.setattr(stripe_gateway, "from_settings", lambda: provider)
    there.provider = provider
    return there


@contextlib.contextmanager
def tried() -> Iterator[None]:
    """What is refused by its name leaves nothing; anything else is a fault."""
    with contextlib.suppress(ContractRefused, PaymentRefused, TenderRefused), transaction.atomic():
        yield
        contracts.commit()


class Money(RuleBasedStateMachine):
    """One contract of three milestones, put back to its signature before each run."""

    contract: Contract
    people: dict[str, object]
    there: StandIn | None = None
    seen: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    def at(self, place: int) -> Milestone:
        found = milestones_of(self.contract)[place]
        found.contract = Contract.objects.get(pk=self.contract.pk)
        return found

    def moved(self, order: Order) -> None:
        if self.there is None:
            payments.transferred(order)
            return
        carry_out(order=order, at=timezone.now())
        order.refresh_from_db()
        if order.kind == "fund" and order.external:
            self.there.pay(order.external)
            carry_out(order=order, at=timezone.now())

    @initialize(paid=st.sets(PLACES), done=st.sets(PLACES))
    def under_way(self, paid: set[int], done: set[int]) -> None:
        """Runs begin with money held and work handed in, some of them."""
        for place in sorted(paid):
            self.fund(place, True)
        for place in sorted(done):
            self.hand_in(place)

    @rule(place=PLACES, arrives=st.booleans())
    def fund(self, place: int, arrives: bool) -> None:
        with tried():
            charge = charge_of(self.at(place))
            if charge is not None:
                order = order_funding(charge=charge, by=None)
                if arrives:
                    self.moved(order)

    @rule(arrives=st.sampled_from([True, True, True, False]))
    def what_is_on_its_way_comes_or_fails(self, arrives: bool) -> None:
        with tried():
            for order in Order.objects.filter(failed_at__isnull=True, posting__isnull=True):
                if arrives:
                    self.moved(order)
                else:
                    fail_order(order=order, why="expired", at=timezone.now())
            for one in self.contract.milestones.filter(settlement__isnull=False):
                operations.charge_settled_again(milestone=one, at=timezone.now())

    @rule(arrives=st.booleans())
    def the_clock_pays(self, arrives: bool) -> None:
        pay_due()
        if arrives:
            self.what_is_on_its_way_comes_or_fails(True)

    @rule(place=PLACES)
    def hand_in(self, place: int) -> None:
        with tried():
            one = self.at(place)
            by, at = self.people["seller"], timezone.now()
            if one.started_at is None:
                operations.start_milestone(milestone=one, by=by, at=at)
            files = [contracts.upload(f"%PDF-{one.submissions.count()}".encode())]
            operations.hand_in_work(milestone=one, files=files, note="", by=by, at=at)

    @rule(place=PLACES, met=st.booleans())
    def answer(self, place: int, met: bool) -> None:
        with tried():
            one = self.at(place)
            act = operations.accept_work if met else operations.return_work
            judged = contracts.judged(one, "" if met else "不齐")
            act(milestone=one, judged=judged, by=self.people["buyer"], at=timezone.now())

    @rule(place=PLACES, side=SIDES)
    def dispute(self, place: int, side: str) -> None:
        with tried():
            operations.open_dispute(
                milestone=self.at(place),
                side=side,
                claim="不服",
                files=[],
                by=self.people[side],
                at=timezone.now(),
            )

    @rule(place=PLACES, side=SIDES, tenths=TENTHS)
    def propose(self, place: int, side: str, tenths: int) -> None:
        if (held := standing_dispute(self.at(place))) is not None:
            with tried():
                operations.propose_split(
                    dispute=held,
                    side=side,
                    released_fen=held.milestone.fen * tenths // 10,
                    note="",
                    by=self.people[side],
                    at=timezone.now(),
                )

    @rule(place=PLACES, side=SIDES, tenths=TENTHS)
    def agree(self, place: int, side: str, tenths: int) -> None:
        """To the newest proposal; where there is none, the other side makes one first."""
        held = standing_dispute(self.at(place))
        if held is None:
            return
        if standing_proposal(held) is None:
            self.propose(place, "buyer" if side == "seller" else "seller", tenths)
        proposal = standing_proposal(held)
        if proposal is not None:
            with tried():
                operations.agree_to_split(
                    dispute=held,
                    side=side,
                    number=proposal.number,
                    by=self.people[side],
                    at=timezone.now(),
                )

    @rule(place=PLACES, side=SIDES)
    def withdraw(self, place: int, side: str) -> None:
        if (held := standing_dispute(self.at(place))) is not None:
            with tried():
                operations.withdraw_dispute(
                    dispute=held, side=side, reason="和解", by=self.people[side], at=timezone.now()
                )

    @rule(place=PLACES, tenths=st.none() | TENTHS)
    def decide(self, place: int, tenths: int | None) -> None:
        held = standing_dispute(self.at(place))
        if held is None or standing_seat(held) is not None:
            return
        with tried():
            seat = contracts.deciding(held)
            operations.decide_dispute(
                seat=seat,
                released_fen=None if tenths is None else held.milestone.fen * tenths // 10,
                reasons="查明",
                by=seat.mediator.user,
                at=timezone.now(),
            )

    @rule(tenths=TENTHS, side=SIDES)
    def propose_end(self, tenths: int, side: str) -> None:
        with tried():
            operations.propose_end(
                contract=self.contract,
                side=side,
                released={m.position: m.fen * tenths // 10 for m in milestones_of(self.contract)},
                reason="停办",
                by=self.people[side],
                at=timezone.now(),
            )

    @rule(side=SIDES)
    def sign_end(self, side: str) -> None:
        if (held := standing_ending(self.contract)) is not None:
            with tried():
                operations.sign_end(
                    contract=self.contract,
                    side=side,
                    entity=getattr(self.contract, side),
                    read=held.digest,
                    proof="password",
                    by=self.people[side],
                    at=timezone.now(),
                )

    @invariant()
    def the_books_add_up(self) -> None:
        contracts.commit()
        self.seen.update(
            Posting.objects.filter(charge__group=self.contract.urn).values_list("move", flat=True)
        )
        self.seen.update(Dispute.objects.values_list("outcome", flat=True))
        told = PostingLine.objects.filter(charge__group=self.contract.urn)
        assert (told.aggregate(n=Sum("fen"))["n"] or 0) == 0
        owned = {
            r["charge"]: r["n"] for r in told.filter(account="owner").values("charge").annotate(n=Sum("fen"))
        }
        fen = dict(Charge.objects.filter(pk__in=owned).values_list("pk", "fen"))
        assert all(-paid <= fen[pk] for pk, paid in owned.items())
        held = told.filter(account="held").values("charge").annotate(n=Sum("fen"))
        assert all(row["n"] >= 0 for row in held)

    @invariant()
    def nothing_moves_without_its_ground(self) -> None:
        for one in milestones_of(self.contract):
            charges = Charge.objects.filter(milestone_charge__milestone=one)
            out = sum(ordered_of(charge, "release") for charge in charges)
            back = sum(ordered_of(charge, "refund") for charge in charges)
            settlement = settlement_of(one)
            if settlement is not None:
                assert out <= settlement.released_fen
                assert back <= settlement.refunded_fen
            else:
                assert back == 0
                assert out in ((0, one.fen) if one.accepted_at else (0,))


class WithABank(Money):
    """The same with a payer's bank and a provider that take back, give back and return what moved."""

    def __init__(self) -> None:
        super().__init__()
        self.disputed: set[str] = set()

    @initialize(places=st.sets(PLACES))
    def under_way(self, places: set[int]) -> None:
        """Runs begin with one milestone paid out and another held, some of them."""
        self.fund(0, True)
        self.fund(1, True)
        for place in sorted(places):
            self.hand_in(place)
            self.answer(place, True)
        self.the_clock_pays(True)

    def paid_by_stripe(self, place: int) -> str | None:
        """What was paid in last for a milestone, as Stripe calls it; none while a bank has a say."""
        charge = charge_of(self.at(place))
        if self.there is None or charge is None or Hold.objects.filter(ended_at=None).exists():
            return None
        paid = charge.orders.filter(kind="fund", posting__isnull=False).order_by("-pk").first()
        return paid.external if paid is not None else None

    def told_by_stripe(self, events: list[dict[str, object]]) -> None:
        for event in reversed(events):
            told = take_event(event=event, raw=b"{}", provider=self.there.provider, at=timezone.now())
            assert told.state in ("applied", "nothing")

    @rule(place=PLACES)
    def the_bank_takes_back(self, place: int) -> None:
        if (session := self.paid_by_stripe(place)) is not None and session not in self.disputed:
            self.disputed.add(session)
            self.told_by_stripe(self.there.dispute(session))

    @rule(won=st.booleans())
    def the_bank_decides(self, won: bool) -> None:
        for hold in Hold.objects.filter(ended_at=None, cause="disputed"):
            self.told_by_stripe(self.there.decide(hold.external, won=won))

    @rule(place=PLACES, tenths=st.integers(min_value=1, max_value=10))
    def a_payout_comes_back(self, place: int, tenths: int) -> None:
        charge = charge_of(self.at(place))
        if self.there is None or charge is None:
            return
        for order in charge.orders.filter(kind="release", posting__isnull=False):
            left = order.fen - self.there.things[order.external]["amount_reversed"]
            if fen := left * tenths // 10:
                self.told_by_stripe([self.there.send_back(order.external, fen)])

    @rule()
    def staff_let_it_go(self) -> None:
        for hold in Hold.objects.filter(ended_at=None, cause="returned"):
            end_hold(hold=hold, reason="已更正", by=self.people["buyer"], at=timezone.now())

    @invariant()
    def nothing_moves_without_its_ground(self) -> None:
        """No more reaches the seller than was accepted or settled, whatever came back in between."""
        for one in milestones_of(self.contract):
            lines = PostingLine.objects.filter(charge__milestone_charge__milestone=one)
            out = lines.filter(account__in=["intermediary", "fee"]).aggregate(n=Sum("fen"))["n"] or 0
            settlement = settlement_of(one)
            most = settlement.released_fen if settlement else (one.fen if one.accepted_at else 0)
            assert 0 <= out <= most


def play(
    contract: Contract,
    there: StandIn | None,
    machine: type[Money] = Money,
    wanted: tuple[str, ...] = ("funded", "released", "refunded", "agreed", "decided"),
) -> None:
    contracts.mediator()
    people = {side: contracts.binder(contract, side).user for side in ("buyer", "seller")}
    seen: set[str] = set()
    told = {"contract": contract, "people": people, "there": there, "seen": seen}
    run_state_machine_as_test(
        type("Played", (machine,), told),
        settings=settings(
            max_examples=10,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert seen >= set(wanted)  # it was put to the test


def test_no_sequence_breaks_the_books_with_bank_transfers():
    contract = contracts.signed()
    payments.account(charge_of(contracts.first(contract)))
    play(contract, None)


def by_stripe(stand_in: StandIn) -> Contract:
    contract = contracts.offered()
    external = stand_in.provider.open_account(email="a@example.org", key="k")
    of = Charge(payee=contract.seller, provider="stripe")
    payments.account(of, external=external)
    for side in contract.sides:
        contracts.sign(contract, side)
    contracts.commit()
    assert charge_of(contracts.first(contract)).provider == "stripe"
    return contract


def test_no_sequence_breaks_the_books_with_stripe(stand_in):
    play(by_stripe(stand_in), stand_in)


def test_no_sequence_breaks_the_books_when_a_bank_takes_back(stand_in):
    contract = by_stripe(stand_in)
    play(contract, stand_in, WithABank, ("funded", "released", "reversed", "reinstated", "returned"))
