"""Without competition only on a ground that is in force in the region."""

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from ..errors import NoDirectChoice
from ..models import Method, Tender
from ..standing import direct_choice_rules


def ground_refusal(tender: Tender, *, ceiling: Decimal | None, at: dt.datetime) -> NoDirectChoice | None:
    """Why the owner may not choose directly: no rule lets it, or not with this ceiling; else None.

    What the database holds by `tender_direct_choice_has_its_ground`.
    """
    if tender.method != Method.DIRECT_CHOICE:
        return None
    rule = direct_choice_rules(tender.region, on=timezone.localdate(at)).get(tender.direct_ground)
    if rule is None:
        return NoDirectChoice()
    over = rule.amount is not None and (ceiling is None or ceiling >= rule.amount)
    return NoDirectChoice(rule.amount) if over else None


def assert_ground(tender: Tender, *, ceiling: Decimal | None, at: dt.datetime) -> None:
    """Raises NoDirectChoice where `ground_refusal` finds one."""
    if refusal := ground_refusal(tender, ceiling=ceiling, at=at):
        raise refusal
