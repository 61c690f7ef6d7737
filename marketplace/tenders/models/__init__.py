"""Tender, bid, opening, award; and the procedure rules they follow."""

from .award import Award, Opening, Suspension
from .bid import Bid, VoidReason
from .rules import OpeningKey, ProcedureRule
from .tender import AvoidedUnit, Method, Tender

__all__ = [
    "AvoidedUnit",
    "Award",
    "Bid",
    "Method",
    "Opening",
    "OpeningKey",
    "ProcedureRule",
    "Suspension",
    "Tender",
    "VoidReason",
]
