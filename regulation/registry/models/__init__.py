"""Departments, approvals, services, provisions, rulings, area assessments."""

from .activity import Activity, ActivityStep
from .approval import Approval, Material
from .area import AreaAssessmentMatter, JointReviewItem, JointReviewScheme, JointReviewStage
from .calendar import CalendarDay
from .condition import Condition
from .following import Following, Rhythm, Topic
from .guards import BURDEN
from .provision import LAWFUL_LEVELS, Instrument, Level, Provision
from .ruling import DayKind, Necessity, Payer, PriceRegime, Ruling, RulingBasis
from .service import Service
from .zone import Effect, Zone, ZoneAssessment

__all__ = [
    "BURDEN",
    "LAWFUL_LEVELS",
    "Activity",
    "ActivityStep",
    "Approval",
    "AreaAssessmentMatter",
    "CalendarDay",
    "Condition",
    "DayKind",
    "Effect",
    "Following",
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
    "Rhythm",
    "Ruling",
    "RulingBasis",
    "Service",
    "Topic",
    "Zone",
    "ZoneAssessment",
]
