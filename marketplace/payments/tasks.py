"""Orders without an answer are looked at again, so that a lost event loses nothing."""

from celery import shared_task

from regulation.ledger.queries import database_now

from .errors import PaymentRefused
from .models import Order
from .models.account import Provider
from .operations import carry_out, follow_standing, note_accounts_named_before

AT_ONCE = 200


@shared_task(name="payments.settle")
def settle_waiting() -> int:
    """How many orders and disputes were looked at."""
    waiting = Order.objects.filter(
        charge__provider=Provider.STRIPE, failed_at__isnull=True, posting__isnull=True
    ).select_related("charge__payee")
    looked = 0
    for order in waiting.order_by("pk")[:AT_ONCE]:
        try:
            carry_out(order=order, at=database_now())
        except PaymentRefused:
            continue
        looked += 1
    return looked + follow_standing(at=database_now())


@shared_task(name="payments.note_accounts")
def note_accounts() -> int:
    """Each night: every account that is named has its digest in the register. Safe to run twice."""
    return note_accounts_named_before()
