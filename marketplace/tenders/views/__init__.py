"""Pages of tenders: the owner's, the bidder's, the trustee's, the public's; and how bids are chosen."""

from .acts import (
    tender_annul,
    tender_cancel,
    tender_pass,
    tender_publish,
    tender_resume,
    tender_return,
    tender_submit,
    tender_suspend,
    tender_take_back,
)
from .auction import auction, auction_live, auction_price, auction_start
from .awarding import (
    award,
    award_decide,
    bid_exclude,
    bid_step_back,
    exclusion_decide,
    low_price_decide,
    low_price_justify,
)
from .bidder import bid_card, bid_new, bid_receipt, bid_withdraw
from .boards import own_bids, own_tenders, review_list
from .challenges import challenge, challenge_act, challenge_list, challenge_new
from .changing import tender_amend, tender_copy, tender_postpone
from .choosing import choosing, methods
from .clarifying import bid_confirm, question_answer, question_ask
from .documents import (
    document,
    document_move,
    document_remove,
    document_rename,
    document_replace,
    tender_documents,
)
from .drawing import draw, draw_act, draw_inputs, draw_new, draw_script
from .feeds import tender_calendar, tender_feed
from .files import bid_file, bid_part
from .machine import trustee_draws, trustee_keys, trustee_shares, trustee_waiting
from .mapping import tender_map
from .notices import notice, notice_feed, notice_list
from .openings import opening, opening_live
from .owner import tender_edit, tender_new
from .public import tender, tender_list
from .scoring import evaluator_name, evaluator_recuse, score
from .searches import search_end, search_list, search_save, search_stop
from .templates import template_end, template_keep, template_list
from .trustee import trustee_answer, trustee_desk, trustee_file

__all__ = [
    "auction",
    "auction_live",
    "auction_price",
    "auction_start",
    "award",
    "award_decide",
    "bid_card",
    "bid_confirm",
    "bid_exclude",
    "bid_file",
    "bid_new",
    "bid_part",
    "bid_receipt",
    "bid_step_back",
    "bid_withdraw",
    "challenge",
    "challenge_act",
    "challenge_list",
    "challenge_new",
    "choosing",
    "document",
    "document_move",
    "document_remove",
    "document_rename",
    "document_replace",
    "draw",
    "draw_act",
    "draw_inputs",
    "draw_new",
    "draw_script",
    "evaluator_name",
    "evaluator_recuse",
    "exclusion_decide",
    "low_price_decide",
    "low_price_justify",
    "methods",
    "notice",
    "notice_feed",
    "notice_list",
    "opening",
    "opening_live",
    "own_bids",
    "own_tenders",
    "question_answer",
    "question_ask",
    "review_list",
    "score",
    "search_end",
    "search_list",
    "search_save",
    "search_stop",
    "template_end",
    "template_keep",
    "template_list",
    "tender",
    "tender_amend",
    "tender_annul",
    "tender_calendar",
    "tender_cancel",
    "tender_copy",
    "tender_documents",
    "tender_edit",
    "tender_feed",
    "tender_list",
    "tender_map",
    "tender_new",
    "tender_pass",
    "tender_postpone",
    "tender_publish",
    "tender_resume",
    "tender_return",
    "tender_submit",
    "tender_suspend",
    "tender_take_back",
    "trustee_answer",
    "trustee_desk",
    "trustee_draws",
    "trustee_file",
    "trustee_keys",
    "trustee_shares",
    "trustee_waiting",
]
