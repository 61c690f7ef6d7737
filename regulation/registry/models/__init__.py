"""Departments, approvals, services, provisions, rulings, area assessments."""

from .activity import Activity, ActivityStep
from .approval import Approval, Material
from .area import AreaAssessmentMatter, JointReviewItem, JointReviewScheme, JointReviewStage, StageKind
from .calendar import CalendarDay
from .condition import Condition
from .consultation import Answer, AnsweredComment, Comment, CommentHiding, Consultation, Uptake
from .document import Document, DocumentCell, Kind
from .edition import Edition, EditionRow, ListKind, PublicList
from .following import Following, Rhythm, Topic
from .guards import BURDEN
from .imported import Import, ImportedRow, ImportFault, ImportKind, ImportState
from .measure import Measure, OnlineLevel
from .provision import LAWFUL_LEVELS, Instrument, Level, Provision
from .ruling import DayKind, Necessity, Payer, PriceRegime, Ruling, RulingBasis
from .service import Service
from .workflow import Stage
from .zone import Effect, Zone, ZoneAssessment

__all__ = [
    "BURDEN",
    "LAWFUL_LEVELS",
    "Activity",
    "ActivityStep",
    "Answer",
    "AnsweredComment",
    "Approval",
    "AreaAssessmentMatter",
    "CalendarDay",
    "Comment",
    "CommentHiding",
    "Condition",
    "Consultation",
    "DayKind",
    "Document",
    "DocumentCell",
    "Edition",
    "EditionRow",
    "Effect",
    "Following",
    "Import",
    "ImportFault",
    "ImportKind",
    "ImportState",
    "ImportedRow",
    "Instrument",
    "JointReviewItem",
    "JointReviewScheme",
    "JointReviewStage",
    "Kind",
    "Level",
    "ListKind",
    "Material",
    "Measure",
    "Necessity",
    "OnlineLevel",
    "Payer",
    "PriceRegime",
    "Provision",
    "PublicList",
    "Rhythm",
    "Ruling",
    "RulingBasis",
    "Service",
    "Stage",
    "StageKind",
    "Topic",
    "Uptake",
    "Zone",
    "ZoneAssessment",
]
