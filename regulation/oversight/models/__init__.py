"""Reports of demands, their evidence, what was done about them, the answers; and findings."""

from .decision import Decision, Outcome
from .event import Event, EventKind
from .evidence import Evidence
from .finding import LEADS, Closure, Finding, FindingEvent, FindingEventKind, FindingKind, FindingStatus
from .knock import Knock
from .report import NONE, UNCHECKED, Kind, Report, Verdict

__all__ = [
    "LEADS",
    "NONE",
    "UNCHECKED",
    "Closure",
    "Decision",
    "Event",
    "EventKind",
    "Evidence",
    "Finding",
    "FindingEvent",
    "FindingEventKind",
    "FindingKind",
    "FindingStatus",
    "Kind",
    "Knock",
    "Outcome",
    "Report",
    "Verdict",
]
