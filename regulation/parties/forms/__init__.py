"""What agents and regulators fill in, and what they narrow lists by."""

from .contests import AnswerForm, ContestFilter, ContestForm, DiscrepancyFilter, NoteForm
from .declarations import EndForm, InterestFilter
from .identity import MergeFilter, ReasonForm, SuggestionFilter
from .rows import RowForm
from .sent import posted, sent
from .tokens import TokenForm

__all__ = [
    "AnswerForm",
    "ContestFilter",
    "ContestForm",
    "DiscrepancyFilter",
    "EndForm",
    "InterestFilter",
    "MergeFilter",
    "NoteForm",
    "ReasonForm",
    "RowForm",
    "SuggestionFilter",
    "TokenForm",
    "posted",
    "sent",
]
