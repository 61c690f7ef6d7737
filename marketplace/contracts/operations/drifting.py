"""How far the price moved from the bid to the last payment: beyond the limit the regulators learn of it."""

from marketplace.payments.books import to_yuan
from regulation.ledger.models import Entry
from regulation.ledger.operations import record
from regulation.ledger.queries import body_of

from ..models import Contract
from ..schedule import drift


def tell_drift(contract: Contract, *, fen: int) -> bool:
    """Put on record that the contract comes to, or came to, so many fen, where that is beyond the limit.

    In the caller's transaction; the same sum is told once. Whether it was told.
    """
    price = to_yuan(fen)
    moved = drift(contract.bid_price, price)
    if abs(moved) <= contract.rule.drift_limit:
        return False
    last = Entry.objects.filter(subject=contract.urn, kind="contracts.drifted").order_by("-pk").first()
    if last is not None and body_of(last).get("price") == str(price):
        return False
    body = {
        "buyer": contract.buyer.urn,
        "seller": contract.seller.urn,
        "department": contract.department.urn,
        "bid_price": str(contract.bid_price),
        "price": str(price),
        "drift": str(moved),
        "limit": str(contract.rule.drift_limit),
    }
    record(kind="contracts.drifted", subject=contract, actor=None, body=body)
    return True
