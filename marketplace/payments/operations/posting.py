"""What moved."""

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..books import Move, lines, to_yuan
from ..errors import WrongProvider
from ..models import Charge, Order, Posting, PostingLine
from ..models.account import Provider
from ..models.order import OrderKind
from ..queries import fee_in_force

_MOVES = {OrderKind.FUND: Move.FUNDED, OrderKind.RELEASE: Move.RELEASED, OrderKind.REFUND: Move.REFUNDED}


@transaction.atomic
def post(*, order: Order, external: str = "", by: User | None = None) -> Posting:
    """Post that an order was carried out; the same again gives the same posting (DESIGN §3.8)."""
    locked = Order.objects.select_for_update(no_key=True).select_related("charge").get(pk=order.pk)
    there = Posting.objects.filter(order=locked).first()
    if there is not None:
        return there
    move = _MOVES[OrderKind(locked.kind)]
    fee = fee_in_force(locked.fen, at=locked.ordered_at) if move is Move.RELEASED else 0
    made = Posting.objects.create(
        charge=locked.charge, order=locked, move=move, external=external or locked.external
    )
    _write(made, move, locked.fen, fee=fee)
    body = {"move": str(move), "amount": str(to_yuan(locked.fen)), "fee": str(to_yuan(fee))}
    record(kind=f"payments.{move}", subject=locked.charge, actor=by, body=body | {"key": locked.key})
    return made


@transaction.atomic
def post_reversal(*, charge: Charge, fen: int, external: str) -> Posting:
    """Post that the card scheme took a payment back, as the provider told; once per `external`.

    Raises WrongProvider: of bank transfers nobody tells us but people, by refusing them.
    """
    if charge.provider == Provider.BANK:
        raise WrongProvider
    Charge.objects.select_for_update().get(pk=charge.pk)
    there = Posting.objects.filter(external=external, move=Move.REVERSED).first()
    if there is not None:
        return there
    made = Posting.objects.create(charge=charge, move=Move.REVERSED, external=external)
    _write(made, Move.REVERSED, fen)
    record(
        kind="payments.reversed",
        subject=charge,
        actor=None,
        body={"amount": str(to_yuan(fen)), "event": external},
    )
    return made


def _write(posting: Posting, move: Move, fen: int, *, fee: int = 0) -> None:
    PostingLine.objects.bulk_create(
        PostingLine(posting=posting, charge_id=posting.charge_id, account=line.account, fen=line.fen)
        for line in lines(move, fen, fee=fee)
    )
