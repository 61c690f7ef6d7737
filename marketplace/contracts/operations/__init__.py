"""Writes of contracts: one verb, one transaction, one ledger entry."""

from .charging import charge_milestone
from .delivering import (
    Judged,
    accept_silent,
    accept_work,
    hand_in_work,
    return_work,
    start_milestone,
)
from .drawing_up import Part, draw_up_contract, set_milestones, who_pays
from .paying import complete_contract, pay_what_is_due, record_invoice, release_milestone
from .sharing import end_share, note_access, share_work
from .signing import lapse_contract, offer_contract, sign_contract, take_back_contract
from .suspending import resume_contract, suspend_contract, suspend_for
from .wording import publish_wording

__all__ = [
    "Judged",
    "Part",
    "accept_silent",
    "accept_work",
    "charge_milestone",
    "complete_contract",
    "draw_up_contract",
    "end_share",
    "hand_in_work",
    "lapse_contract",
    "note_access",
    "offer_contract",
    "pay_what_is_due",
    "publish_wording",
    "record_invoice",
    "release_milestone",
    "resume_contract",
    "return_work",
    "set_milestones",
    "share_work",
    "sign_contract",
    "start_milestone",
    "suspend_contract",
    "suspend_for",
    "take_back_contract",
    "who_pays",
]
