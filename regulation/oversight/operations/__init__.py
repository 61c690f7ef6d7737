"""Writes of this room."""

from .answering import answer_report, confirm_answer, return_answer
from .closing import decide_closure, explain_finding, propose_closure, reply_to_finding
from .evidence import attach_evidence, clear_unfiled_evidence, detach_evidence
from .filing import (
    Demand,
    Filed,
    Reporter,
    ask_review,
    count_knock,
    file_report,
    keep_report,
    withdraw_report,
)
from .handling import ask_view, close_lead, note_overdue, record_view, take_report
from .noting import Seen, note_finding, note_leads, note_sweep, note_view

__all__ = [
    "Demand",
    "Filed",
    "Reporter",
    "Seen",
    "answer_report",
    "ask_review",
    "ask_view",
    "attach_evidence",
    "clear_unfiled_evidence",
    "close_lead",
    "confirm_answer",
    "count_knock",
    "decide_closure",
    "detach_evidence",
    "explain_finding",
    "file_report",
    "keep_report",
    "note_finding",
    "note_leads",
    "note_overdue",
    "note_sweep",
    "note_view",
    "propose_closure",
    "record_view",
    "reply_to_finding",
    "return_answer",
    "take_report",
    "withdraw_report",
]
