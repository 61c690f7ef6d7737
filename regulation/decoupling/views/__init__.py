"""Pages of the gate: checks and determinations; exemptions."""

from .checks import check, check_list, decide, determine, entity, inquire, own_checks
from .exemptions import exemption, exemption_decide, exemption_list, exemption_new, exemption_revoke

__all__ = [
    "check",
    "check_list",
    "decide",
    "determine",
    "entity",
    "exemption",
    "exemption_decide",
    "exemption_list",
    "exemption_new",
    "exemption_revoke",
    "inquire",
    "own_checks",
]
