"""Writes of contracts: one verb, one transaction, one ledger entry."""

from .changing import Wanted, agree_to_change, decline_change, propose_change
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
from .reconciling import reconcile
from .sharing import end_share, note_access, share_work
from .signing import lapse_contract, offer_contract, sign_contract, take_back_contract
from .suspending import resume_contract, suspend_contract, suspend_for
from .wording import publish_wording

__all__ = [
    "Judged",
    "Part",
    "Wanted",
    "accept_silent",
    "accept_work",
    "agree_to_change",
    "charge_milestone",
    "complete_contract",
    "decline_change",
    "draw_up_contract",
    "end_share",
    "hand_in_work",
    "lapse_contract",
    "note_access",
    "offer_contract",
    "pay_what_is_due",
    "propose_change",
    "publish_wording",
    "reconcile",
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
