"""More days for a milestone: the short way to a change that touches days alone."""

import datetime as dt

from marketplace.payments.books import to_yuan
from regulation.parties.models import User

from ..dispute_errors import NotLonger
from ..models import Change, Contract, Milestone
from ..queries import milestones_of
from .changing import Wanted, propose_change


def ask_for_more_days(
    *,
    contract: Contract,
    side: str,
    milestone: Milestone,
    days: int,
    later: bool,
    reason: str,
    by: User,
    at: dt.datetime,
) -> Change:
    """Propose so many working days more for a milestone, and with `later` for those after it that are open.

    The whole time grows where it must. Raises NotLonger, and what propose_change raises.
    """
    if days < 1:
        raise NotLonger
    wanted, last = {}, contract.days
    for one in milestones_of(contract):
        moved = one.pk == milestone.pk or (later and one.position > milestone.position)
        if moved and one.submitted_at is None and one.accepted_at is None and one.cancelled_at is None:
            wanted[one.position] = Wanted(to_yuan(one.fen), one.days + days)
            last = max(last, one.days + days)
    return propose_change(contract=contract, side=side, wanted=wanted, days=last, reason=reason, by=by, at=at)
