"""Tender, bid, opening, award, the procedure rules they follow; and audits of awards."""

from .auction import Auction, AuctionPrice, AuctionRound, Seat
from .award import (
    Award,
    AwardProposal,
    EndKind,
    Exclusion,
    ExclusionKind,
    Opening,
    Suspension,
)
from .bid import Bid, VoidReason
from .challenge import Challenge, Remedy, Stage
from .draw import Draw, DrawSecret, DrawWitness, PublicSource
from .evaluation import Evaluation, Evaluator, LowPrice, Score
from .limit import LimitKind, LowPriceRule, TimeLimit
from .reaudit import DesignationShare, Reaudit, ReauditedAward, ReauditStatus
from .rules import OpeningKey, ProcedureRule
from .tender import AvoidedUnit, Method, Tender

__all__ = [
    "Auction",
    "AuctionPrice",
    "AuctionRound",
    "AvoidedUnit",
    "Award",
    "AwardProposal",
    "Bid",
    "Challenge",
    "DesignationShare",
    "Draw",
    "DrawSecret",
    "DrawWitness",
    "EndKind",
    "Evaluation",
    "Evaluator",
    "Exclusion",
    "ExclusionKind",
    "LimitKind",
    "LowPrice",
    "LowPriceRule",
    "Method",
    "Opening",
    "OpeningKey",
    "ProcedureRule",
    "PublicSource",
    "Reaudit",
    "ReauditStatus",
    "ReauditedAward",
    "Remedy",
    "Score",
    "Seat",
    "Stage",
    "Suspension",
    "Tender",
    "TimeLimit",
    "VoidReason",
]
