"""Reports of demands, their evidence, what was done about them, the answers."""

from .decision import Decision, Outcome
from .event import Event, EventKind
from .evidence import Evidence
from .knock import Knock
from .report import NONE, UNCHECKED, Kind, Report, Verdict

__all__ = [
    "NONE",
    "UNCHECKED",
    "Decision",
    "Event",
    "EventKind",
    "Evidence",
    "Kind",
    "Knock",
    "Outcome",
    "Report",
    "Verdict",
]
