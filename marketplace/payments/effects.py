"""An order on record is carried out by its provider, at least once and each time with the same key."""

from regulation.ledger.effects import effect
from regulation.ledger.models import Entry
from regulation.ledger.queries import database_now
from regulation.ledger.receipts import gives_receipt

from .models import Order
from .operations import carry_out
from .queries import MOVED

gives_receipt(*MOVED)


@effect("payments.ordered")
def carry_out_order(entry: Entry) -> None:
    """Ask the provider for what the entry ordered; a bank transfer is made by people."""
    order = Order.objects.select_related("charge__payee").filter(key=bytes(entry.commitment).hex()).first()
    if order is not None:
        carry_out(order=order, at=database_now())
