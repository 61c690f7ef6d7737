"""Pages: the three questions, the reporter's status, the public record, the regulators' desk."""

from .desk import handle, lead_close, lead_list, queue, report_act
from .findings import finding, finding_act, finding_csv, finding_list, finding_reply, own_findings
from .looks import look_list
from .public import report, report_list, statistics
from .reporter import evidence, follow, keep, review, status, withdraw
from .wizard import report_account, report_check, report_filed, report_new, report_what

__all__ = [
    "evidence",
    "finding",
    "finding_act",
    "finding_csv",
    "finding_list",
    "finding_reply",
    "follow",
    "handle",
    "keep",
    "lead_close",
    "lead_list",
    "look_list",
    "own_findings",
    "queue",
    "report",
    "report_account",
    "report_act",
    "report_check",
    "report_filed",
    "report_list",
    "report_new",
    "report_what",
    "review",
    "statistics",
    "status",
    "withdraw",
]
