"""Contracts, their milestones, what was handed in for them, and the dated data they begin with."""

from .change import Change
from .contract import Contract, Side, Signature, Version
from .deliverable import MOST_SUBMISSIONS, Answer, DeliverableFile, ShareAccess, ShareLink, Submission
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
from .rules import ContractRule, Schedule, Wording

__all__ = [
    "MOST_SUBMISSIONS",
    "Answer",
    "Change",
    "Contract",
    "ContractAct",
    "ContractRule",
    "DeliverableFile",
    "Invoice",
    "Milestone",
    "MilestoneCharge",
    "Payout",
    "Plea",
    "PleaKind",
    "PleaOutcome",
    "Reconciliation",
    "Repair",
    "Review",
    "ReviewContent",
    "ReviewReply",
    "ReviewRound",
    "ReviewRule",
    "Reviewer",
    "Schedule",
    "ShareAccess",
    "ShareLink",
    "Side",
    "Signature",
    "Submission",
    "Version",
    "Wording",
]
