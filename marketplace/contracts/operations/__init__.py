"""Writes of contracts: one verb, one transaction, one ledger entry."""

from .changing import Wanted, agree_to_change, decline_change, propose_change
from .charging import charge_milestone
from .crediting import count_complaints, credit_of, look_for_anomalies, reckon_credit
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
from .pleading import (
    complain_of_quality,
    decide_plea,
    object_to_review,
    propose_on_plea,
    reply_to_plea,
    return_plea,
)
from .reconciling import reconcile
from .reviewing import (
    content_digest,
    disclose_reviews,
    hand_in_review,
    offer_repair,
    open_reviews,
    raise_review,
    reply_to_review,
)
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
    "complain_of_quality",
    "complete_contract",
    "content_digest",
    "count_complaints",
    "credit_of",
    "decide_plea",
    "decline_change",
    "disclose_reviews",
    "draw_up_contract",
    "end_share",
    "hand_in_review",
    "hand_in_work",
    "lapse_contract",
    "look_for_anomalies",
    "note_access",
    "object_to_review",
    "offer_contract",
    "offer_repair",
    "open_reviews",
    "pay_what_is_due",
    "propose_change",
    "propose_on_plea",
    "publish_wording",
    "raise_review",
    "reckon_credit",
    "reconcile",
    "record_invoice",
    "release_milestone",
    "reply_to_plea",
    "reply_to_review",
    "resume_contract",
    "return_plea",
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
