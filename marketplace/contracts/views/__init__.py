"""Pages of contracts."""

from .board import own_contracts
from .change import change, change_agree, change_decline
from .contract import contract, milestones, of_tender, offer, resume, sign, suspend, take_back, version
from .milestone import answer, file, hand_in, invoice, milestone, share, share_end, shared, shared_file, start
from .public import contract_list, deliverable_register
from .reconciling import reconciliation, reconciliation_list

__all__ = [
    "answer",
    "change",
    "change_agree",
    "change_decline",
    "contract",
    "contract_list",
    "deliverable_register",
    "file",
    "hand_in",
    "invoice",
    "milestone",
    "milestones",
    "of_tender",
    "offer",
    "own_contracts",
    "reconciliation",
    "reconciliation_list",
    "resume",
    "share",
    "share_end",
    "shared",
    "shared_file",
    "sign",
    "start",
    "suspend",
    "take_back",
    "version",
]
