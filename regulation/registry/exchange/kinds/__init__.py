"""The three kinds of rows: how each is read from the record, judged against it, and written to it."""

from .approvals import ApprovalRows
from .rows import Outcome, Rows
from .rulings import RulingRows
from .services import ServiceRows

KINDS: dict[str, type[Rows]] = {"approvals": ApprovalRows, "services": ServiceRows, "rulings": RulingRows}

__all__ = ["KINDS", "Outcome", "Rows"]
