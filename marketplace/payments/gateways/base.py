"""What a payment provider does for us, whoever it is."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ..models import Order, PayoutAccount
from ..models.account import Provider


class State(StrEnum):
    """What the provider says of an order."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """The provider's own identifier of an order, its state, its fen, and where the payer goes to pay.

    `came_back` is how many fen of what was done came back since.
    """

    external: str
    state: State
    fen: int = 0
    address: str = ""
    why: str = ""
    came_back: int = 0


@dataclass(frozen=True, slots=True)
class Disputed:
    """What the provider says of a payer's dispute with its bank: the fen disputed, taken, and given back."""

    external: str
    status: str
    fen: int
    taken: int
    given_back: int
    over: bool
    answer_by: dt.datetime | None = None


class PaymentProvider(Protocol):
    """One that carries out orders. Each call may be repeated: the order's key makes it the same call.

    Each raises ProviderAway where it does not answer, and ProviderRefused where it says no for good.
    """

    def carry_out(self, order: Order, *, account: PayoutAccount | None, back: str) -> Answer:
        """Ask for the movement; `back` is the address the payer comes back to."""
        ...

    def look(self, order: Order) -> Answer:
        """What the provider says of the order now."""
        ...


def provider_named(name: str) -> PaymentProvider | None:
    """The provider of a charge that is asked by a program; None for a bank transfer, which people make."""
    if name == Provider.STRIPE:
        from .stripe_gateway import from_settings

        return from_settings()
    return None
