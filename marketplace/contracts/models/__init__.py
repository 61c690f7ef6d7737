"""Contracts, their milestones, what was handed in for them, and the dated data they begin with."""

from .change import Change
from .contract import Contract, Side, Signature, Version
from .deliverable import MOST_SUBMISSIONS, Answer, DeliverableFile, ShareAccess, ShareLink, Submission
from .milestone import ContractAct, Milestone
from .money import Invoice, MilestoneCharge, Payout
from .reconciliation import Reconciliation
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
    "Reconciliation",
    "Schedule",
    "ShareAccess",
    "ShareLink",
    "Side",
    "Signature",
    "Submission",
    "Version",
    "Wording",
]
