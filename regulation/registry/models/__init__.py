"""Departments, approvals, services, provisions, rulings, area assessments."""

from .approval import Approval, Material
from .area import AreaAssessmentMatter, JointReviewItem, JointReviewScheme, JointReviewStage
from .calendar import CalendarDay
from .guards import BURDEN
from .provision import LAWFUL_LEVELS, Instrument, Level, Provision
from .ruling import DayKind, Necessity, Payer, PriceRegime, Ruling, RulingBasis
from .service import Service

__all__ = [
    "BURDEN",
    "LAWFUL_LEVELS",
    "Approval",
    "AreaAssessmentMatter",
    "CalendarDay",
    "DayKind",
    "Instrument",
    "JointReviewItem",
    "JointReviewScheme",
    "JointReviewStage",
    "Level",
    "Material",
    "Necessity",
    "Payer",
    "PriceRegime",
    "Provision",
    "Ruling",
    "RulingBasis",
    "Service",
]
