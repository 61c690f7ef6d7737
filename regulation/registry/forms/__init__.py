"""What readers narrow lists and days by, and what editors fill in."""

from .consultation import (
    STATES,
    AnswerForm,
    CommentForm,
    ConsultationFilter,
    ConsultForm,
    ReasonForm,
)
from .days import AsOfForm, DayForm, SharedForm, end_of
from .desk import ReturnForm, RulingForm
from .editions import CompileForm, ListFilter, RowFilter
from .filters import (
    ApprovalFilter,
    AreaFilter,
    DelegationFilter,
    Facet,
    InstrumentFilter,
    LapsedFilter,
    ServiceFilter,
    StandardFilter,
    all_but,
    clean_text,
)
from .finding import FoundField, FoundManyField
from .following import ChangesForm, FollowForm
from .joint import JointPlanForm, SchemeFilter
from .measures import LeagueForm, MeasureForm, sort_of
from .reported import KIND_NAMES, ReportedForm
from .rows import ItemRow, PaperRow, RowSet, StageRow, StepRow
from .schedule import DraftFilter, ScheduleForm
from .screens import FOUND, CounterpartForm, DelegationForm
from .search import SearchForm
from .sent import sent
from .sidebyside import MOST, ChooseForm
from .zones import AssessmentForm, EndForm, ZoneFilter

__all__ = [
    "FOUND",
    "KIND_NAMES",
    "MOST",
    "STATES",
    "AnswerForm",
    "ApprovalFilter",
    "AreaFilter",
    "AsOfForm",
    "AssessmentForm",
    "ChangesForm",
    "ChooseForm",
    "CommentForm",
    "CompileForm",
    "ConsultForm",
    "ConsultationFilter",
    "CounterpartForm",
    "DayForm",
    "DelegationFilter",
    "DelegationForm",
    "DraftFilter",
    "EndForm",
    "Facet",
    "FollowForm",
    "FoundField",
    "FoundManyField",
    "InstrumentFilter",
    "ItemRow",
    "JointPlanForm",
    "LapsedFilter",
    "LeagueForm",
    "ListFilter",
    "MeasureForm",
    "PaperRow",
    "ReasonForm",
    "ReportedForm",
    "ReturnForm",
    "RowFilter",
    "RowSet",
    "RulingForm",
    "ScheduleForm",
    "SchemeFilter",
    "SearchForm",
    "ServiceFilter",
    "SharedForm",
    "StageRow",
    "StandardFilter",
    "StepRow",
    "ZoneFilter",
    "all_but",
    "clean_text",
    "end_of",
    "sent",
    "sort_of",
]
