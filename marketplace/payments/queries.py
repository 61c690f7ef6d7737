"""Reads of payments."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from regulation.ledger.models import ReceiptLink
from regulation.ledger.receipts import receipts_about
from regulation.parties.models import Entity, User

from .books import Account, fee_of
from .models import BankTransfer, Charge, FeeRule, Hold, Order, PayoutAccount, PostingLine, ProviderEvent
from .models.account import Provider
from .models.event import EventState
from .models.order import OrderKind

# Entries of what moved, which mostly no person's click has written: both sides are given their receipts.
MOVED = (
    "payments.funded",
    "payments.released",
    "payments.refunded",
    "payments.reversed",
    "payments.reinstated",
    "payments.returned",
)


def fee_in_force(fen: int, *, at: dt.datetime) -> int:
    """The platform's fee for a release ordered at a moment: nothing where no rule stands."""
    rule = FeeRule.objects.filter(in_force__contains=timezone.localdate(at)).first()
    return fee_of(fen, rule.per_mille) if rule else 0


def fee_rules() -> QuerySet[FeeRule]:
    """What the platform took, takes and will take, the newest first."""
    return FeeRule.objects.order_by("-in_force")


def balances_of(charges: Iterable[int]) -> dict[int, dict[str, int]]:
    """Of each charge what lies in each account, in fen: one query whatever their number."""
    keys = list(charges)
    told: dict[int, dict[str, int]] = {key: dict.fromkeys(Account, 0) for key in keys}
    summed = PostingLine.objects.filter(charge__in=keys).values_list("charge", "account").annotate(Sum("fen"))
    for key, account, fen in summed.order_by():
        told[key][account] = fen
    return told


def held(charge: Charge) -> int:
    """Fen held for a charge now."""
    return balances_of([charge.pk])[charge.pk][Account.HELD]


def owed(charge: Charge) -> int:
    """Fen that the payer has not paid in, or that its bank has taken back."""
    paid = PostingLine.objects.filter(charge=charge, account=Account.OWNER).aggregate(n=Sum("fen"))["n"]
    return max(0, charge.fen + int(paid or 0))


def holds_on(charge: Charge) -> QuerySet[Hold]:
    """What stands in the way of each payment of a charge, and what stood."""
    return charge.holds.order_by("ended_at", "-pk")


def standing_holds() -> QuerySet[Hold]:
    """Payments held back, the oldest first."""
    found = Hold.objects.filter(ended_at__isnull=True)
    return found.select_related("charge__payer", "charge__payee").order_by("pk")


def came_back(charge: Charge, kind: str) -> int:
    """Fen of a charge that went out in a direction and came back."""
    account = {"release": Account.INTERMEDIARY, "refund": Account.REFUND}[kind]
    found = PostingLine.objects.filter(charge=charge, account=account, posting__move="returned")
    return -int(found.aggregate(n=Sum("fen"))["n"] or 0)


def charges_of(entity: Entity) -> QuerySet[Charge]:
    """What an entity pays or is paid, the newest first."""
    found = Charge.objects.filter(Q(payer=entity) | Q(payee=entity))
    return found.select_related("payer", "payee").order_by("-pk")


def to_pay(entity: Entity) -> QuerySet[Charge]:
    """What an entity owes and has not begun to pay, or its bank has taken back; the oldest first."""
    begun = Order.objects.filter(
        charge=OuterRef("pk"), kind=OrderKind.FUND, failed_at__isnull=True, posting__isnull=True
    )
    held_back = Hold.objects.filter(charge=OuterRef("pk"), ended_at__isnull=True)
    paid = (
        PostingLine.objects.filter(charge=OuterRef("pk"), account=Account.OWNER).order_by().values("charge")
    )
    left = F("fen") + Coalesce(Subquery(paid.annotate(n=Sum("fen")).values("n")), 0)
    found = Charge.objects.filter(~Exists(begun), ~Exists(held_back), payer=entity, cancelled_at__isnull=True)
    return found.alias(left=left).filter(left__gt=0).select_related("payee").order_by("pk")


def to_see_arrive(entity: Entity) -> QuerySet[BankTransfer]:
    """Transfers to an entity that it has not yet seen arrive: payouts to a payee, refunds to a payer."""
    found = unanswered_transfers().filter(received_at__isnull=True)
    out = Q(order__kind=OrderKind.RELEASE, order__charge__payee=entity)
    return found.filter(out | Q(order__kind=OrderKind.REFUND, order__charge__payer=entity))


def all_charges() -> QuerySet[Charge]:
    return Charge.objects.select_related("payer", "payee").order_by("-pk")


def orders_of(charge: Charge) -> QuerySet[Order]:
    return charge.orders.select_related("posting").prefetch_related("transfers").order_by("pk")


def receipts_of(charge: Charge, user: User) -> QuerySet[ReceiptLink]:
    """The receipts of a payment for a reader who sees it: of its own acts, and of what moved."""
    return receipts_about(subject=charge, user=user, kinds=MOVED)


def open_account(entity: Entity, provider: str) -> PayoutAccount | None:
    return PayoutAccount.objects.filter(entity=entity, provider=provider, closed_at__isnull=True).first()


def unanswered_transfers() -> QuerySet[BankTransfer]:
    """Recorded transfers that nobody has confirmed or refused, the oldest first."""
    found = BankTransfer.objects.filter(confirmed_at__isnull=True, refused_at__isnull=True)
    return found.select_related("order__charge__payer", "order__charge__payee").order_by("pk")


def to_transfer() -> QuerySet[Order]:
    """Payouts and refunds that the staff have to transfer at the bank and to record, the oldest first."""
    there = BankTransfer.objects.filter(order=OuterRef("pk"), refused_at__isnull=True)
    found = Order.objects.filter(
        ~Exists(there),
        kind__in=[OrderKind.RELEASE, OrderKind.REFUND],
        charge__provider=Provider.BANK,
        failed_at__isnull=True,
        posting__isnull=True,
    )
    return found.select_related("charge__payer", "charge__payee").order_by("pk")


def waiting_for_staff() -> dict[str, int]:
    """How much of each kind waits for the site's staff, by a word."""
    open_ones = unanswered_transfers()
    return {
        "held_back": standing_holds().count(),
        "to_see": open_ones.filter(received_at__isnull=True, order__kind=OrderKind.FUND).count(),
        "to_confirm": open_ones.filter(received_at__isnull=False).count(),
        "to_transfer": to_transfer().count(),
        "failed": events().filter(state=EventState.FAILED).count(),
    }


def events() -> QuerySet[ProviderEvent]:
    return ProviderEvent.objects.order_by("-pk")


def lines_of_month(entity: Entity, first: dt.date) -> QuerySet[PostingLine]:
    """Each line of the entity's charges posted in the month that begins on `first` (Asia/Shanghai)."""
    here = timezone.get_default_timezone()
    start = dt.datetime(first.year, first.month, 1, tzinfo=here)
    end = dt.datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=here)
    found = PostingLine.objects.filter(posting__posted_at__gte=start, posting__posted_at__lt=end)
    found = found.filter(Q(charge__payer=entity) | Q(charge__payee=entity))
    return found.select_related("posting", "charge__payer", "charge__payee").order_by("posting_id", "pk")


def totals_of(lines: QuerySet[PostingLine]) -> list[tuple[str, int]]:
    """By account what lines come to together, in fen, in the order of the books."""
    told = dict(lines.order_by().values_list("account").annotate(Sum("fen")))
    return [(str(account), told[account]) for account in Account if account in told]
