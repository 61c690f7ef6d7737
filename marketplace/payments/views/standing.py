"""Where a payment stands, in two words, and what it waits for."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ..books import Account
from ..models import Charge
from ..models.account import Provider
from ..models.order import OrderKind


def _by_bank(transfers: list[Any]) -> str:
    standing = [one for one in transfers if one.refused_at is None]
    if not standing:
        return _("Whoever sends the money records the transfer.")
    if standing[-1].received_at is None:
        return _("Whoever the money goes to says that it arrived.")
    return _("A second person of the operating centre confirms that it arrived.")


def _waits_for(charge: Charge, row: dict[str, Any]) -> str:
    if charge.provider == Provider.BANK:
        return _by_bank(row["transfers"])
    if row["order"].kind == OrderKind.FUND:
        return _("The payer pays on the page of the payment institution.")
    return _("The payment institution carries it out.")


def standing(charge: Charge, told: dict[Any, int], orders: list[dict[str, Any]]) -> dict[str, str]:
    """`tone` and `words` of its tag, and in `next` a sentence, empty where nothing is to come."""
    moving = {
        OrderKind.FUND: ("warn", _("Being paid in")),
        OrderKind.RELEASE: ("info", _("Being paid out")),
        OrderKind.REFUND: ("info", _("Going back to the payer")),
    }
    waiting = next((row for row in orders if not row["done"] and not row["order"].failed_at), None)
    if charge.cancelled_at:
        tone, words, then = "neutral", _("Cancelled"), ""
    elif waiting:
        tone, words = moving[OrderKind(waiting["order"].kind)]
        then = _waits_for(charge, waiting)
    elif told[Account.HELD]:
        tone, words = "info", pgettext("payment", "Held")
        then = _("It is paid out once the work is accepted.")
    elif told[Account.INTERMEDIARY] or told[Account.REFUND]:
        tone, words, then = "good", _("Carried out"), ""
    else:
        tone, words, then = "warn", _("To be paid in"), _("The payer begins the payment.")
    return {"tone": tone, "words": words, "next": then}
