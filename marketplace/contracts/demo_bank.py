"""What the bank of the demo says of the story's transfers: all fit, and one line is still unexplained."""

from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.payments.bank_queries import transfers_of
from marketplace.payments.books import to_yuan
from marketplace.payments.models import BankStatement
from marketplace.payments.models.order import OrderKind
from marketplace.payments.operations import take_bank_statement
from regulation.ledger.queries import database_now

from .demo import Tell, who


def play(tell: Tell) -> bool:
    """Take the operating centre's statement of today, once there are transfers; whether it was taken now."""
    now = database_now()
    today = timezone.localdate(now)
    there = BankStatement.objects.filter(is_invented=True).exists()
    if there or not transfers_of(None).filter(confirmed_at__isnull=False, paid_on=today).exists():
        return False
    rows = ["number,day,paid_in,paid_out,name,purpose"]
    for transfer in transfers_of(None).filter(refused_at__isnull=True, paid_on=today).order_by("pk"):
        order, charge = transfer.order, transfer.order.charge
        came_in = order.kind == OrderKind.FUND
        sums = f"{to_yuan(order.fen)}," if came_in else f",{to_yuan(order.fen)}"
        other = charge.payee if order.kind == OrderKind.RELEASE else charge.payer
        rows.append(f"{transfer.number},{today},{sums},{other.name},演示")
    rows.append(f"DEMO-INTEREST,{today},0.37,,演示银行（虚构）,结息")
    made = take_bank_statement(
        entity=None,
        content="\n".join(rows).encode(),
        name="对账单（演示）.csv",
        first=today,
        last=today,
        is_invented=True,
        by=who("cashier"),
        at=now,
    )
    tell(_("16. What the bank says is compared with the transfers on record"), made.get_absolute_url())
    return True
