"""Departments, approvals, services, provisions, rulings, area assessments."""

from .activity import Activity, ActivityStep
from .among import Among
from .approval import Approval, Material
from .area import AreaAssessmentMatter, JointReviewItem, JointReviewScheme, JointReviewStage, StageKind
from .calendar import CalendarDay
from .condition import Condition
from .consultation import Answer, AnsweredComment, Comment, CommentHiding, Consultation, Uptake
from .counterpart import Counterpart
from .delegation import Delegation
from .document import Document, DocumentCell, Kind
from .edition import Edition, EditionRow, ListKind, PublicList
from .following import Following, Rhythm, Topic
from .guards import BURDEN
from .imported import Import, ImportedRow, ImportFault, ImportKind, ImportState
from .lapse import judged
from .level import LAWFUL_LEVELS, Level
from .measure import Measure, OnlineLevel
from .provision import Instrument, Provision
from .ruling import DayKind, Necessity, Payer, PriceRegime, Ruling, RulingBasis
from .service import Service
from .standard import Ground, Standard
from .workflow import Stage
from .zone import Effect, Zone, ZoneAssessment

__all__ = [
    "BURDEN",
    "LAWFUL_LEVELS",
    "Activity",
    "ActivityStep",
    "Among",
    "Answer",
    "AnsweredComment",
    "Approval",
    "AreaAssessmentMatter",
    "CalendarDay",
    "Comment",
    "CommentHiding",
    "Condition",
    "Consultation",
    "Counterpart",
    "DayKind",
    "Delegation",
    "Document",
    "DocumentCell",
    "Edition",
    "EditionRow",
    "Effect",
    "Following",
    "Ground",
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
    "Standard",
    "Topic",
    "Uptake",
    "Zone",
    "ZoneAssessment",
    "judged",
]
