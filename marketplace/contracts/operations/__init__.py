"""Writes of contracts: one verb, one transaction, one ledger entry."""

from .calendaring import end_calendar, make_calendar, remind
from .changing import Wanted, agree_to_change, decline_change, propose_change
from .charging import charge_milestone
from .clocks import lapse_demand, note_cure_over
from .copying import answer_copy, give_copy
from .crediting import count_complaints, credit_of, look_for_anomalies, reckon_credit
from .delivering import (
    Judged,
    accept_silent,
    accept_work,
    hand_in_work,
    return_work,
    start_milestone,
)
from .disputing import add_evidence, agree_to_split, open_dispute, propose_split, withdraw_dispute
from .drawing_up import Part, draw_up_contract, set_milestones, who_pays
from .ending import decline_end, demand_performance, end_by_right, propose_end, sign_end
from .extending import ask_for_more_days
from .invoicing import record_invoice
from .listing import list_mediator, unlist_mediator
from .looking_back import carry_on as look_back_on
from .looking_back import look_back_after
from .mediating import (
    accept_seat,
    ask_for_decision,
    decide_dispute,
    decline_seat,
    end_overdue_seat,
    name_mediator,
    object_to_mediator,
    suggest_split,
)
from .mending import note_mending_over
from .opening import close_to_department, note_reading, open_to_department
from .paying import complete_contract, pay_what_is_due, release_milestone
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
from .settling import charge_settled_again, refund_milestone, refund_what_is_due
from .sharing import end_share, note_access, share_contract, share_work
from .signing import fall_with_award, lapse_contract, offer_contract, sign_contract, take_back_contract
from .suspending import (
    go_on_with_tender,
    resume_contract,
    stop_for_complaint,
    stop_with_tender,
    suspend_contract,
    suspend_for,
)
from .uploading import begin_upload, drop_upload, missing, sweep_uploads, take_part
from .wording import publish_schedule, publish_wording

__all__ = [
    "Judged",
    "Part",
    "Wanted",
    "accept_seat",
    "accept_silent",
    "accept_work",
    "add_evidence",
    "agree_to_change",
    "agree_to_split",
    "answer_copy",
    "ask_for_decision",
    "ask_for_more_days",
    "begin_upload",
    "charge_milestone",
    "charge_settled_again",
    "close_to_department",
    "complain_of_quality",
    "complete_contract",
    "content_digest",
    "count_complaints",
    "credit_of",
    "decide_dispute",
    "decide_plea",
    "decline_change",
    "decline_end",
    "decline_seat",
    "demand_performance",
    "disclose_reviews",
    "draw_up_contract",
    "drop_upload",
    "end_by_right",
    "end_calendar",
    "end_overdue_seat",
    "end_share",
    "fall_with_award",
    "give_copy",
    "go_on_with_tender",
    "hand_in_review",
    "hand_in_work",
    "lapse_contract",
    "lapse_demand",
    "list_mediator",
    "look_back_after",
    "look_back_on",
    "look_for_anomalies",
    "make_calendar",
    "missing",
    "name_mediator",
    "note_access",
    "note_cure_over",
    "note_mending_over",
    "note_reading",
    "object_to_mediator",
    "object_to_review",
    "offer_contract",
    "offer_repair",
    "open_dispute",
    "open_reviews",
    "open_to_department",
    "pay_what_is_due",
    "propose_change",
    "propose_end",
    "propose_on_plea",
    "propose_split",
    "publish_schedule",
    "publish_wording",
    "raise_review",
    "reckon_credit",
    "reconcile",
    "record_invoice",
    "refund_milestone",
    "refund_what_is_due",
    "release_milestone",
    "remind",
    "reply_to_plea",
    "reply_to_review",
    "resume_contract",
    "return_plea",
    "return_work",
    "set_milestones",
    "share_contract",
    "share_work",
    "sign_contract",
    "sign_end",
    "start_milestone",
    "stop_for_complaint",
    "stop_with_tender",
    "suggest_split",
    "suspend_contract",
    "suspend_for",
    "sweep_uploads",
    "take_back_contract",
    "take_part",
    "unlist_mediator",
    "who_pays",
    "withdraw_dispute",
]
