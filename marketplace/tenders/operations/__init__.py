"""Writes: one verb, one transaction, one ledger entry."""

from .amending import amend_tender, confirm_bid
from .auctioning import close_auction, give_price, start_auction
from .awarding import approve_award, decline_proposal, end_unsigned_award, finalise_award, propose_award
from .bidding import ask_gate, foresee_gate, submit_bid, withdraw_bid
from .challenging import (
    answer_challenge,
    complain,
    decide_complaint,
    file_challenge,
    propose_decision,
    take_up_complaint,
)
from .changing import annul_tender, cancel_tender, postpone_tender, resume_tender, suspend_tender
from .clarifying import answer_question, ask_question
from .documents import (
    add_documents,
    move_document,
    remove_document,
    rename_document,
    replace_document,
)
from .drafting import (
    copy_tender,
    draft_tender,
    pass_tender,
    publish_tender,
    return_tender,
    revise_tender,
    submit_tender,
    take_back_tender,
)
from .draw_secrets import answer_draws, commit_secret, open_secret
from .drawing import (
    confirm_draw,
    end_draw,
    enter_value,
    freeze_draw,
    hold_draw,
    inputs_of,
    name_draw,
    witness_value,
)
from .excluding import decide_exclusion, propose_exclusion, withdraw_after_opening
from .filing import content_of, forget_files, keep_part
from .gating import pass_later_gate, recheck_award, recheck_bid, recheck_past
from .low_prices import ask_about_low_prices, decide_low_price, justify_price
from .marking import mark_contracted, note_contract_ended
from .opening import hand_over, open_tender, void_unopened
from .rechecking import recheck_reached
from .scoring import hand_in, name_evaluator, outliers, recuse, save_scores
from .searching import end_search, save_search
from .templating import end_template, keep_template
from .trusteeship import appoint_trustees, register_keys, register_trustee

__all__ = [
    "add_documents",
    "amend_tender",
    "annul_tender",
    "answer_challenge",
    "answer_draws",
    "answer_question",
    "appoint_trustees",
    "approve_award",
    "ask_about_low_prices",
    "ask_gate",
    "ask_question",
    "cancel_tender",
    "close_auction",
    "commit_secret",
    "complain",
    "confirm_bid",
    "confirm_draw",
    "content_of",
    "copy_tender",
    "decide_complaint",
    "decide_exclusion",
    "decide_low_price",
    "decline_proposal",
    "draft_tender",
    "end_draw",
    "end_search",
    "end_template",
    "end_unsigned_award",
    "enter_value",
    "file_challenge",
    "finalise_award",
    "foresee_gate",
    "forget_files",
    "freeze_draw",
    "give_price",
    "hand_in",
    "hand_over",
    "hold_draw",
    "inputs_of",
    "justify_price",
    "keep_part",
    "keep_template",
    "mark_contracted",
    "move_document",
    "name_draw",
    "name_evaluator",
    "note_contract_ended",
    "open_secret",
    "open_tender",
    "outliers",
    "pass_later_gate",
    "pass_tender",
    "postpone_tender",
    "propose_award",
    "propose_decision",
    "propose_exclusion",
    "publish_tender",
    "recheck_award",
    "recheck_bid",
    "recheck_past",
    "recheck_reached",
    "recuse",
    "register_keys",
    "register_trustee",
    "remove_document",
    "rename_document",
    "replace_document",
    "resume_tender",
    "return_tender",
    "revise_tender",
    "save_scores",
    "save_search",
    "start_auction",
    "submit_bid",
    "submit_tender",
    "suspend_tender",
    "take_back_tender",
    "take_up_complaint",
    "void_unopened",
    "withdraw_after_opening",
    "withdraw_bid",
    "witness_value",
]
