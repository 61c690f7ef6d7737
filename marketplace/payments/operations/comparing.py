"""What the provider says of past orders, beside what stands in our books."""

import datetime as dt
from typing import Any

from ..books import to_yuan
from ..errors import ProviderAway, ProviderRefused
from ..gateways import State, provider_named
from ..models import Order, PostingLine
from ..models.account import Provider
from ..models.order import OrderKind
from ..queries import fee_in_force

LOOK_BACK = dt.timedelta(days=35)
_OUT = ("intermediary", "refund")


def compare_with_provider(*, at: dt.datetime) -> tuple[int, list[dict[str, Any]]]:
    """How many of the last weeks' orders were asked for, and each that the provider tells otherwise.

    Bank transfers have no provider to ask: people confirm each, and `compare_with_banks` reads statements.
    An order the provider does not answer for is told as such, and asked for again the next day. Nothing is
    changed.
    """
    asked, told = 0, []
    recent = Order.objects.filter(charge__provider=Provider.STRIPE, ordered_at__gt=at - LOOK_BACK)
    recent = recent.exclude(external="").select_related("charge__payee", "posting")
    for order in recent.order_by("pk").iterator(chunk_size=200):
        asked += 1
        if (difference := _difference(order)) is not None:
            told.append({"charge": order.charge.ref, "party": order.charge.payee.urn, **difference})
    return asked, told


def _difference(order: Order) -> dict[str, Any] | None:
    provider = provider_named(order.charge.provider)
    if provider is None:
        return {"what": "provider_unset", "ours": "", "theirs": ""}
    posted = hasattr(order, "posting")
    try:
        answer = provider.look(order)
    except (ProviderAway, ProviderRefused) as failure:
        return {"what": "provider_silent", "ours": "", "theirs": str(failure)[:200]}
    back = -sum(line.fen for line in PostingLine.objects.filter(posting__back_of=order, account__in=_OUT))
    if posted and answer.state is State.FAILED and back == order.fen:
        return None  # a refund that was done and failed afterwards: posted as such
    if posted != (answer.state is State.DONE):
        ours = "posted" if posted else ("failed" if order.failed_at else "waiting")
        return {"what": "state", "ours": ours, "theirs": str(answer.state)}
    fee = fee_in_force(order.fen, at=order.ordered_at) if order.kind == OrderKind.RELEASE else 0
    if posted and answer.came_back != back:
        return {
            "what": "came_back",
            "ours": str(to_yuan(back)),
            "theirs": str(to_yuan(answer.came_back)),
        }
    if posted and answer.fen != order.fen - fee:
        return {
            "what": "amount",
            "ours": str(to_yuan(order.fen - fee)),
            "theirs": str(to_yuan(answer.fen)),
        }
    return None
