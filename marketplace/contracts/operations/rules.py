"""The dated rule of a contract's region on disputes and early ends."""

import datetime as dt

from django.utils import timezone

from ..dispute_queries import settlement_rule_for
from ..models import Contract, SettlementRule
from ..seed import ensure_terms


def rule_of(contract: Contract, *, at: dt.datetime) -> SettlementRule:
    """The one in force at a moment; where none is on record the site's own is put there first."""
    on = timezone.localdate(at)
    if settlement_rule_for(contract.region, on=on) is None:
        ensure_terms()
    found = settlement_rule_for(contract.region, on=on)
    if found is None:
        raise LookupError("no rule on disputes is in force for this contract")
    return found
