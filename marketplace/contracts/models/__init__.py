"""Contracts, their milestones, what was handed in for them, and the dated data they begin with."""

from .calendar import CalendarKey, Reminder
from .change import Change
from .contract import Contract, Side, Signature, Version
from .copy import CopyAnswer, CopyFile, CopySaid, SignedCopy
from .deliverable import MOST_SUBMISSIONS, Answer, DeliverableFile, ShareAccess, ShareLink, Submission
from .department import DepartmentGrant, DepartmentReading
from .dispute import SPLIT, Assent, Dispute, DisputeFile, Outcome, Proposal, Voice
from .ending import BY_RIGHT, Ending, EndingPart, EndingSignature, Ground
from .mediation import Decision, Mediator, Seat, SeatCheck, SeatEnd
from .milestone import ContractAct, Milestone
from .money import Invoice, MilestoneCharge, Payout
from .plea import Plea, PleaKind, PleaOutcome
from .reconciliation import Reconciliation
from .review import (
    Repair,
    Review,
    ReviewContent,
    Reviewer,
    ReviewReply,
    ReviewRound,
    ReviewRule,
)
from .rules import ContractRule, Schedule, SettlementRule, Wording
from .settlement import Refund, Settlement
from .upload import PartialUpload, UploadPart

__all__ = [
    "BY_RIGHT",
    "MOST_SUBMISSIONS",
    "SPLIT",
    "Answer",
    "Assent",
    "CalendarKey",
    "Change",
    "Contract",
    "ContractAct",
    "ContractRule",
    "CopyAnswer",
    "CopyFile",
    "CopySaid",
    "Decision",
    "DeliverableFile",
    "DepartmentGrant",
    "DepartmentReading",
    "Dispute",
    "DisputeFile",
    "Ending",
    "EndingPart",
    "EndingSignature",
    "Ground",
    "Invoice",
    "Mediator",
    "Milestone",
    "MilestoneCharge",
    "Outcome",
    "PartialUpload",
    "Payout",
    "Plea",
    "PleaKind",
    "PleaOutcome",
    "Proposal",
    "Reconciliation",
    "Refund",
    "Reminder",
    "Repair",
    "Review",
    "ReviewContent",
    "ReviewReply",
    "ReviewRound",
    "ReviewRule",
    "Reviewer",
    "Schedule",
    "Seat",
    "SeatCheck",
    "SeatEnd",
    "Settlement",
    "SettlementRule",
    "ShareAccess",
    "ShareLink",
    "Side",
    "Signature",
    "SignedCopy",
    "Submission",
    "UploadPart",
    "Version",
    "Voice",
    "Wording",
]
