"""Tender, bid, opening, award, the procedure rules they follow; and audits of awards."""

from .act import TenderAct
from .amendment import Amendment
from .attachment import SealedFile, SealedPart
from .auction import Auction, AuctionPrice, AuctionRound, Seat
from .award import Award, AwardProposal, EndKind, Exclusion, ExclusionKind, Opening, Suspension
from .bid import Bid, Sealed, VoidReason
from .challenge import Challenge, Remedy, Stage
from .confirmation import Confirmation
from .document import DOCUMENT_LIMIT, TenderDocument, document_line
from .draw import Draw, DrawSecret, DrawWitness, PublicSource
from .envelope import Share
from .evaluation import Evaluation, Evaluator, LowPrice, Score
from .invitation import Invitation
from .limit import (
    DirectChoiceRule,
    Ground,
    InvitationRule,
    InviteGround,
    LimitKind,
    LowPriceRule,
    TimeLimit,
)
from .public_notice import NoticeKind, PublicNotice
from .question import Question
from .reaudit import Basis, DesignationShare, Reaudit, ReauditedAward, ReauditStatus
from .recheck import Recheck
from .rules import ProcedureRule
from .search import SavedSearch
from .service import MOST_SERVICES, TenderService
from .template import TenderTemplate
from .tender import AvoidedUnit, Method, PriceBasis, Tender, states
from .trustee import NEEDED, TRUSTEES, Appointment, Trustee, TrusteeKey, TrusteePart

__all__ = [
    "DOCUMENT_LIMIT",
    "MOST_SERVICES",
    "NEEDED",
    "TRUSTEES",
    "Amendment",
    "Appointment",
    "Auction",
    "AuctionPrice",
    "AuctionRound",
    "AvoidedUnit",
    "Award",
    "AwardProposal",
    "Basis",
    "Bid",
    "Challenge",
    "Confirmation",
    "DesignationShare",
    "DirectChoiceRule",
    "Draw",
    "DrawSecret",
    "DrawWitness",
    "EndKind",
    "Evaluation",
    "Evaluator",
    "Exclusion",
    "ExclusionKind",
    "Ground",
    "Invitation",
    "InvitationRule",
    "InviteGround",
    "LimitKind",
    "LowPrice",
    "LowPriceRule",
    "Method",
    "NoticeKind",
    "Opening",
    "PriceBasis",
    "ProcedureRule",
    "PublicNotice",
    "PublicSource",
    "Question",
    "Reaudit",
    "ReauditStatus",
    "ReauditedAward",
    "Recheck",
    "Remedy",
    "SavedSearch",
    "Score",
    "Sealed",
    "SealedFile",
    "SealedPart",
    "Seat",
    "Share",
    "Stage",
    "Suspension",
    "Tender",
    "TenderAct",
    "TenderDocument",
    "TenderService",
    "TenderTemplate",
    "TimeLimit",
    "Trustee",
    "TrusteeKey",
    "TrusteePart",
    "VoidReason",
    "document_line",
    "states",
]
