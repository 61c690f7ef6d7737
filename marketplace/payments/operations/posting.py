"""What moved."""

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..books import Account, Entry, Move, covering, lines, to_yuan
from ..errors import WrongProvider
from ..models import Charge, Order, Posting, PostingLine
from ..models.account import Provider
from ..models.order import OrderKind
from ..queries import balances_of, fee_in_force

_MOVES = {OrderKind.FUND: Move.FUNDED, OrderKind.RELEASE: Move.RELEASED, OrderKind.REFUND: Move.REFUNDED}
_OUT = {OrderKind.RELEASE: Account.INTERMEDIARY, OrderKind.REFUND: Account.REFUND}


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
    _write(made, lines(move, locked.fen, fee=fee))
    body = {"move": str(move), "amount": str(to_yuan(locked.fen)), "fee": str(to_yuan(fee))}
    record(kind=f"payments.{move}", subject=locked.charge, actor=by, body=body | {"key": locked.key})
    return made


def post_reversal(*, charge: Charge, fen: int, external: str) -> Posting:
    """Post that the card scheme took a payment back, as the provider told; once per `external`.

    Raises WrongProvider: of bank transfers nobody tells us but people, by refusing them.
    """
    return _by_the_bank(charge, Move.REVERSED, fen, external)


def post_reinstatement(*, charge: Charge, fen: int, external: str) -> Posting:
    """Post that the card scheme gave back what it had taken; once per `external`. Raises WrongProvider."""
    return _by_the_bank(charge, Move.REINSTATED, fen, external)


@transaction.atomic
def _by_the_bank(charge: Charge, move: Move, fen: int, external: str) -> Posting:
    if charge.provider == Provider.BANK:
        raise WrongProvider
    Charge.objects.select_for_update().get(pk=charge.pk)
    there = Posting.objects.filter(external=external, move=move).first()
    if there is not None:
        return there
    made = Posting.objects.create(charge=charge, move=move, external=external)
    _write(made, lines(move, fen))
    record(
        kind=f"payments.{move}",
        subject=charge,
        actor=None,
        body=_told(charge, fen) | {"event": external},
    )
    return made


@transaction.atomic
def post_return(*, order: Order, whole: int) -> Posting | None:
    """Post what came back of an order that was carried out: `whole` is all that came back so far, in fen.

    The posting, or None where all of it is posted.
    """
    charge = Charge.objects.select_for_update().get(pk=order.charge_id)
    account = _OUT[OrderKind(order.kind)]
    posted = sum(-line.fen for line in PostingLine.objects.filter(posting__back_of=order, account=account))
    if whole <= posted:
        return None
    fen = whole - posted
    made = Posting.objects.create(
        charge=charge, move=Move.RETURNED, back_of=order, external=f"{order.external}/{whole}"
    )
    _write(made, lines(Move.RETURNED, fen, back_from=account))
    body = _told(charge, fen) | {"of": order.kind, "key": order.key}
    record(kind="payments.returned", subject=charge, actor=None, body=body)
    return made


def _told(charge: Charge, fen: int) -> dict[str, str]:
    """What is said of money that moved by nobody's order here."""
    charge = Charge.objects.select_related("payer", "payee").get(pk=charge.pk)
    return {
        "amount": str(to_yuan(fen)),
        "payer": charge.payer.urn,
        "payee": charge.payee.urn,
        "group": charge.group,
    }


def _write(posting: Posting, entries: list[Entry]) -> None:
    """The lines, what is held and what is covered told apart, under a lock of the charge."""
    Charge.objects.select_for_update().get(pk=posting.charge_id)
    told = balances_of([posting.charge_id])[posting.charge_id]
    standing = told[Account.HELD] + told[Account.COVERED]
    PostingLine.objects.bulk_create(
        PostingLine(posting=posting, charge_id=posting.charge_id, account=line.account, fen=line.fen)
        for line in covering(entries, standing=standing)
    )
