"""What readers narrow lists and days by, and what editors fill in."""

from .consultation import (
    STATES,
    AnswerForm,
    CommentForm,
    ConsultationFilter,
    ConsultForm,
    ReasonForm,
)
from .days import AsOfForm, end_of
from .desk import ReturnForm, RulingForm
from .editions import CompileForm, ListFilter, RowFilter
from .filters import (
    ApprovalFilter,
    AreaFilter,
    Facet,
    InstrumentFilter,
    ServiceFilter,
    all_but,
    clean_text,
    regions_with_approvals,
)
from .finding import FoundField
from .following import FollowForm
from .measures import LeagueForm, MeasureForm, sort_of
from .schedule import DraftFilter, ScheduleForm

__all__ = [
    "STATES",
    "AnswerForm",
    "ApprovalFilter",
    "AreaFilter",
    "AsOfForm",
    "CommentForm",
    "CompileForm",
    "ConsultForm",
    "ConsultationFilter",
    "DraftFilter",
    "Facet",
    "FollowForm",
    "FoundField",
    "InstrumentFilter",
    "LeagueForm",
    "ListFilter",
    "MeasureForm",
    "ReasonForm",
    "ReturnForm",
    "RowFilter",
    "RulingForm",
    "ScheduleForm",
    "ServiceFilter",
    "all_but",
    "clean_text",
    "end_of",
    "regions_with_approvals",
    "sort_of",
]
