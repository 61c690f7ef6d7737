"""The story goes on: the award's contract is signed, its first milestone delivered, accepted and paid.

Played through the operations the pages call, once. Everything in it is invented and says so.
"""

import time
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.payments.models import Order
from marketplace.payments.models.order import OrderKind
from marketplace.payments.operations import (
    confirm_transfer,
    name_bank_account,
    order_funding,
    receive_transfer,
    record_transfer,
)
from marketplace.tenders.demo.story import STORY_TITLE
from marketplace.tenders.demo.world import DOMAIN
from regulation.ledger.queries import database_now
from regulation.parties.models import Role, User
from regulation.parties.operations import declare_interests

from . import operations
from .models import Contract, Mediator, Milestone
from .queries import charge_of, latest_version, milestones_of

PATIENCE = 180  # seconds: the standstill of the demo, and the worker
REPORT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n"
)

Tell = Callable[[str, str], None]


def who(key: str) -> User:
    return User.objects.get(email=f"{key}@{DOMAIN}")


def play(tell: Tell, *, patience: float = PATIENCE, agent: User | None = None) -> bool:
    """Play it once; where it was played, or no award came to be, tell nothing. Whether it was played now.

    `agent` acts for the intermediary: whoever sent the bid, where nobody else is named.
    """
    contract = _drawn_up(patience)
    if contract is None or contract.signed_at is not None:
        return False
    agent = agent or contract.award.bid.submitted_by
    _sign(contract, agent)
    contract.refresh_from_db()
    tell(_("11. The contract is signed by both sides"), contract.get_absolute_url())
    _copy(contract, agent)
    operations.open_to_department(contract=contract, milestone=None, by=who("enterprise"), at=database_now())
    first, *others = milestones_of(contract)
    fund(first)
    deliver(first, agent, REPORT)
    accept(first)
    tell(
        _("12. The first milestone is delivered, accepted and ordered to be paid"),
        contract.get_absolute_url(),
    )
    _pay(first, agent)
    for second in others[:1]:
        deliver(second, agent, REPORT + b"\n")
        _return(second)
        tell(_("13. The second one is returned with reasons"), contract.get_absolute_url())
    list_the_mediator()
    for third in others[1:2]:
        _dispute(third, agent)
        tell(_("14. The third one is disputed, and its money is split as both sides agree"), _page(third))
    return True


def _page(milestone: Milestone) -> str:
    found = milestone.disputes.first()
    return found.get_absolute_url() if found else milestone.contract.get_absolute_url()


def list_the_mediator() -> None:
    """The demo's mediator declares what its body has, and is put on the list; once."""
    user = User.objects.filter(email=f"mediator@{DOMAIN}").first()
    membership = user.memberships.filter(role=Role.MEDIATOR).first() if user else None
    if user is None or membership is None or Mediator.objects.filter(user=user).exists():
        return
    now = database_now()
    declare_interests(entity=membership.entity, as_of=timezone.localdate(now), by=user)
    operations.list_mediator(
        membership=membership,
        reason="演示：调解员，人员和机构均为虚构。",
        by=who("regulator"),
        at=now,
    )


def _drawn_up(patience: float) -> Contract | None:
    """The contract the worker draws up once the award's standstill is over."""
    give_up = time.monotonic() + patience
    while time.monotonic() < give_up:
        found = Contract.objects.filter(award__tender__title=STORY_TITLE).select_related("award__bid").first()
        if found is not None:
            return found
        time.sleep(0.5)
    return None


def _sign(contract: Contract, agent: User) -> None:
    operations.offer_contract(contract=contract, by=who("enterprise"), at=database_now())
    contract.refresh_from_db()
    version = latest_version(contract)
    for side, by in (("buyer", who("enterprise2")), ("seller", agent)):
        operations.sign_contract(
            contract=contract,
            side=side,
            entity=getattr(contract, side),
            read=version.digest if version else "",
            proof="password",
            by=by,
            at=database_now(),
        )


def _copy(contract: Contract, agent: User) -> None:
    """The signed paper as a scan: the buyer gives it, the intermediary confirms it."""
    told: dict[str, Any] = {"contract": contract, "proof": "password", "at": database_now()}
    scan = SimpleUploadedFile("纸质合同扫描件（演示）.pdf", REPORT + b"\n% paper\n")
    copy = operations.give_copy(
        side="buyer",
        entity=contract.buyer,
        files=[scan],
        note="演示：纸质合同一式两份，内容虚构。",
        by=who("enterprise2"),
        **told,
    )
    confirm: dict[str, Any] = {"number": copy.number, "answer": "confirmed", "reason": ""}
    operations.answer_copy(side="seller", entity=contract.seller, by=agent, **confirm, **told)


def transferred(order: Order, number: str, *people: User) -> None:
    """A bank transfer by three people: who records it, who sees it arrive, who confirms it."""
    recorded, received, confirmed = people
    held = record_transfer(
        order=order, number=number, paid_on=timezone.localdate(), voucher=None, by=recorded
    )
    receive_transfer(transfer=held, by=received, at=database_now())
    confirm_transfer(transfer=held, by=confirmed, at=database_now())


def fund(milestone: Milestone) -> None:
    charge: Any = charge_of(milestone)
    order = order_funding(charge=charge, by=who("enterprise"))
    transferred(order, f"DEMO-IN-{charge.pk}", who("enterprise"), who("admin"), who("cashier"))


def deliver(milestone: Milestone, agent: User, content: bytes) -> None:
    if milestone.started_at is None:
        operations.start_milestone(milestone=milestone, by=agent, at=database_now())
    operations.hand_in_work(
        milestone=milestone,
        files=[SimpleUploadedFile(f"{milestone.name}（演示）.pdf", content)],
        note="演示文件，内容虚构。",
        by=agent,
        at=database_now(),
    )


def accept(milestone: Milestone) -> None:
    lines = [operations.Judged(met=True) for _line in milestone.checklist]
    operations.accept_work(milestone=milestone, judged=lines, by=who("enterprise"), at=database_now())
    operations.share_work(
        milestone=milestone, whom="审批窗口（演示）", days=30, by=who("enterprise"), at=database_now()
    )


def _return(milestone: Milestone) -> None:
    lines = [operations.Judged(met=False, why="缺少整改复核意见的附图。（演示）")]
    lines += [operations.Judged(met=True) for _line in milestone.checklist[1:]]
    operations.return_work(milestone=milestone, judged=lines, by=who("enterprise"), at=database_now())


def _dispute(milestone: Milestone, agent: User) -> None:
    """Handed in and disputed; proposal, counter-proposal, agreement; both parts go their way at the bank."""
    fund(milestone)
    deliver(milestone, agent, REPORT + b"\n\n")
    buyer = who("enterprise")
    dispute = operations.open_dispute(
        milestone=milestone,
        side="buyer",
        claim="演示：终稿缺少两处整改前后的对照照片，要求扣减本节点款项的五分之一。",
        files=[SimpleUploadedFile("现场照片说明（演示）.pdf", REPORT)],
        by=buyer,
        at=database_now(),
    )
    fifth, tenth = milestone.fen // 5, milestone.fen // 10
    for side, by, cut, note in (
        ("buyer", buyer, fifth, "演示：缺两处照片，扣五分之一。"),
        ("seller", agent, tenth, "演示：照片已经补交，愿意扣十分之一。"),
    ):
        held = operations.propose_split(
            dispute=dispute,
            side=side,
            released_fen=milestone.fen - cut,
            note=note,
            by=by,
            at=database_now(),
        )
    operations.agree_to_split(dispute=dispute, side="buyer", number=held.number, by=buyer, at=database_now())
    operations.pay_what_is_due(at=database_now(), contract=milestone.contract)
    operations.refund_what_is_due(at=database_now(), contract=milestone.contract)
    for kind, receiver in ((OrderKind.RELEASE, agent), (OrderKind.REFUND, buyer)):
        for order in Order.objects.filter(charge=charge_of(milestone), kind=kind, posting__isnull=True):
            transferred(order, f"DEMO-OUT-{order.pk}", who("admin"), receiver, who("cashier"))


def _pay(milestone: Milestone, agent: User) -> None:
    """The intermediary names its account; the payout is ordered; three people carry it out."""
    name_bank_account(
        entity=milestone.contract.seller,
        holder=f"{milestone.contract.seller.name}",
        bank="演示银行广安支行",
        number="6222000000000000",
        by=agent,
        at=database_now(),
    )
    operations.pay_what_is_due(at=database_now(), contract=milestone.contract)
    order = Order.objects.filter(charge=charge_of(milestone), kind=OrderKind.RELEASE).first()
    if order is not None:
        transferred(order, f"DEMO-OUT-{order.pk}", who("admin"), agent, who("cashier"))
        operations.record_invoice(
            milestone=milestone,
            number=f"{order.pk:020d}",
            code="",
            issued_on=timezone.localdate(),
            fen=milestone.fen,
            by=agent,
            at=database_now(),
        )
