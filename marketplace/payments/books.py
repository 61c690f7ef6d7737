"""Double entry for held payments. Pure: no ORM, no clock, no request.

All amounts are whole fen (1 yuan = 100 fen). A line moves `fen` into an account (positive) or out of it
(negative); the lines of one posting add up to nothing, so those of a contract do too. `held` is what the
platform or its payment institution keeps for the two sides; it is never below nothing. Where a bank takes
back what has gone out already, whoever keeps the money has covered it: then `covered` is below nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Account(StrEnum):
    """Whose money a line is about."""

    OWNER = "owner"
    HELD = "held"
    COVERED = "covered"
    INTERMEDIARY = "intermediary"
    FEE = "fee"
    REFUND = "refund"


class Move(StrEnum):
    """What a posting did."""

    FUNDED = "funded"
    RELEASED = "released"
    REFUNDED = "refunded"
    REVERSED = "reversed"
    REINSTATED = "reinstated"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a posting."""

    account: Account
    fen: int


def to_fen(yuan: Decimal) -> int:
    """Whole fen of an amount in yuan. ValueError where it has parts of a fen."""
    fen = yuan * 100
    if fen != fen.to_integral_value():
        raise ValueError(f"{yuan} yuan is not a whole number of fen")
    return int(fen)


def to_yuan(fen: int) -> Decimal:
    """Yuan with two places."""
    return (Decimal(fen) / 100).quantize(Decimal("0.01"))


def fee_of(fen: int, per_mille: Decimal) -> int:
    """The platform's fee in fen, half a fen rounded up: 0 where the rate is 0, as the rule sets it."""
    return int((Decimal(fen) * per_mille / 1000).to_integral_value(ROUND_HALF_UP))


def lines(move: Move, fen: int, *, fee: int = 0, back_from: Account = Account.INTERMEDIARY) -> list[Entry]:
    """The lines of a posting of `fen` (> 0); `fee` (0 <= fee <= fen) is taken from a release alone.

    funded: owner → held. released: held → intermediary, less the fee. refunded: held → refund.
    reversed: a payment taken back by the bank or card scheme: held → owner; reinstated: that came back.
    returned: what had gone out came back: `back_from` (the intermediary, or a refund) → held.
    """
    if fen <= 0 or not 0 <= fee <= fen or (fee and move is not Move.RELEASED):
        raise ValueError(f"{move} of {fen} fen with a fee of {fee}")
    way = {
        Move.FUNDED: (Account.OWNER, Account.HELD),
        Move.RELEASED: (Account.HELD, Account.INTERMEDIARY),
        Move.REFUNDED: (Account.HELD, Account.REFUND),
        Move.REVERSED: (Account.HELD, Account.OWNER),
        Move.REINSTATED: (Account.OWNER, Account.HELD),
        Move.RETURNED: (back_from, Account.HELD),
    }
    out, into = way[move]
    made = [Entry(out, -fen), Entry(into, fen - fee), Entry(Account.FEE, fee)]
    return [line for line in made if line.fen]


def covering(entries: Iterable[Entry], *, standing: int) -> list[Entry]:
    """The same lines, what is held and what had to be covered told apart.

    `standing` is held and covered together before. Whatever the order of a charge's postings, `held` is in
    the end what stands above nothing, and `covered` what stands below it.
    """
    made = []
    for line in entries:
        if line.account is not Account.HELD:
            made.append(line)
            continue
        after = standing + line.fen
        held = max(after, 0) - max(standing, 0)
        made += [Entry(Account.HELD, held), Entry(Account.COVERED, line.fen - held)]
    return [line for line in made if line.fen]


def balances(entries: Iterable[Entry]) -> dict[Account, int]:
    """What lies in each account, in fen. The values of all accounts add up to nothing."""
    told = dict.fromkeys(Account, 0)
    for line in entries:
        told[line.account] += line.fen
    return told
