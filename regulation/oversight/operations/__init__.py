"""Writes of this room."""

from .answering import answer_report, confirm_answer, return_answer
from .evidence import attach_evidence, clear_unfiled_evidence, detach_evidence
from .filing import Demand, Filed, Reporter, ask_review, count_knock, file_report, withdraw_report
from .handling import ask_view, close_lead, note_overdue, record_view, take_report

__all__ = [
    "Demand",
    "Filed",
    "Reporter",
    "answer_report",
    "ask_review",
    "ask_view",
    "attach_evidence",
    "clear_unfiled_evidence",
    "close_lead",
    "confirm_answer",
    "count_knock",
    "detach_evidence",
    "file_report",
    "note_overdue",
    "record_view",
    "return_answer",
    "take_report",
    "withdraw_report",
]
