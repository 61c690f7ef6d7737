"""Tender, bid, opening, award, the procedure rules they follow; and audits of awards."""

from .award import Award, Opening, Suspension
from .bid import Bid, VoidReason
from .reaudit import DesignationShare, Reaudit, ReauditedAward, ReauditStatus
from .rules import OpeningKey, ProcedureRule
from .tender import AvoidedUnit, Method, Tender

__all__ = [
    "AvoidedUnit",
    "Award",
    "Bid",
    "DesignationShare",
    "Method",
    "Opening",
    "OpeningKey",
    "ProcedureRule",
    "Reaudit",
    "ReauditStatus",
    "ReauditedAward",
    "Suspension",
    "Tender",
    "VoidReason",
]
