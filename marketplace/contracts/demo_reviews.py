"""The story's end: the rest of the work is delivered and paid, and all review it. Invented, and says so."""

from django.utils.translation import gettext as _

from marketplace.payments.models import Order
from marketplace.payments.models.order import OrderKind
from marketplace.tenders.demo.story import STORY_TITLE
from regulation.ledger.queries import database_now
from regulation.parties.models import User

from . import operations
from .demo import REPORT, Tell, accept, deliver, fund, transferred, who
from .indicators import By, indicators_for
from .life import Step
from .models import Contract, Milestone, Review
from .queries import charge_of, milestones_of

SAID = {
    By.BUYER: (5, {"usable": 3, "prompt": 4}, "第二次提交补齐了附图，报告可以直接使用。（演示）"),
    By.SELLER: (5, {"answers": 4}, "资料提供及时，验收意见具体。（演示）"),
    By.DEPARTMENT: (4, {"usable": 3}, "报告完整；首次提交缺少附图。（演示）"),
    By.CENTRE: (4, {}, "按合同约定履行，过程记录齐全。（演示）"),
}
REPLY = "附图已在第二次提交时补齐，今后提交前增加内部复核。（演示）"
OBJECTION = "首次提交缺少附图一事已在约定期限内补正，请予复核。（演示）"


def play(tell: Tell, *, agent: User | None = None) -> bool:
    """Play it once, after the contract's own story; where there is none, tell nothing."""
    contract = (
        Contract.objects.filter(award__tender__title=STORY_TITLE, signed_at__isnull=False)
        .select_related("award__bid__submitted_by")
        .first()
    )
    if contract is None or contract.reviews.exists():
        return False
    agent = agent or contract.award.bid.submitted_by
    for milestone in milestones_of(contract):
        if milestone.state_at(database_now()) is not Step.ACCEPTED:
            _finish(milestone, agent)
    operations.complete_contract(contract=contract, at=database_now())
    contract.refresh_from_db()
    if contract.completed_at is None:
        return False
    operations.open_reviews(contract=contract, at=database_now())
    for by, person in _reviewers(agent).items():
        value, apart, words = SAID[by]
        scores = {one.code: value for one in indicators_for(by)} | apart
        operations.hand_in_review(
            contract=contract, side=by, scores=scores, words=words, by=person, at=database_now()
        )
    tell(
        _("15. The work is complete; both sides, the department and the centre have reviewed it"),
        f"{contract.get_absolute_url()}reviews/",
    )
    _answer(contract, agent)
    return True


def _reviewers(agent: User) -> dict[By, User]:
    """Who reviews, the sealed sides last: with them everything is read."""
    found = {By.DEPARTMENT: who("department"), By.CENTRE: who("cashier")}
    return found | {By.BUYER: who("enterprise"), By.SELLER: agent}


def _finish(milestone: Milestone, agent: User) -> None:
    """Deliver, accept and pay what is left of the work."""
    fund(milestone)
    milestone.refresh_from_db()
    deliver(milestone, agent, REPORT + b"\n\n")
    accept(milestone)
    operations.pay_what_is_due(at=database_now(), contract=milestone.contract)
    order = Order.objects.filter(charge=charge_of(milestone), kind=OrderKind.RELEASE).first()
    if order is not None:
        transferred(order, f"DEMO-OUT-{order.pk}", who("admin"), agent, who("cashier"))


def _answer(contract: Contract, agent: User) -> None:
    """The intermediary replies to its buyer, and objects to what the department said."""
    reviews = {one.side: one for one in Review.objects.filter(contract=contract).select_related("contract")}
    operations.reply_to_review(review=reviews[By.BUYER], text=REPLY, by=agent, at=database_now())
    operations.object_to_review(review=reviews[By.DEPARTMENT], reason=OBJECTION, by=agent, at=database_now())
