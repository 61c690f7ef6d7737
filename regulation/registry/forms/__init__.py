"""What readers narrow lists and days by, and what editors fill in."""

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
from .following import FollowForm

__all__ = [
    "ApprovalFilter",
    "AreaFilter",
    "AsOfForm",
    "CompileForm",
    "Facet",
    "FollowForm",
    "InstrumentFilter",
    "ListFilter",
    "ReturnForm",
    "RowFilter",
    "RulingForm",
    "ServiceFilter",
    "all_but",
    "clean_text",
    "end_of",
    "regions_with_approvals",
]
