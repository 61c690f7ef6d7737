"""Departments, approvals, services, provisions, rulings, area assessments."""

from .approval import Approval, Material
from .area import AreaAssessmentMatter, JointReviewItem, JointReviewScheme, JointReviewStage
from .provision import LAWFUL_LEVELS, Instrument, Level, Provision
from .ruling import Necessity, Payer, Ruling, RulingBasis
from .service import Service

__all__ = [
    "LAWFUL_LEVELS",
    "Approval",
    "AreaAssessmentMatter",
    "Instrument",
    "JointReviewItem",
    "JointReviewScheme",
    "JointReviewStage",
    "Level",
    "Material",
    "Necessity",
    "Payer",
    "Provision",
    "Ruling",
    "RulingBasis",
    "Service",
]
