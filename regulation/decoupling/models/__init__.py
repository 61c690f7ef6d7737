"""Checks and what people answered, the rules they used, and exemptions."""

from .check import Check, Determination, DisclosedCheck, Gate, Outcome, OverdueReferral, Unsealed
from .pack import Exemption, ExemptionKind, PackPublication, PackRejection, RulePack
from .sweep import Sweep, SweepStatus, SweptPair

__all__ = [
    "Check",
    "Determination",
    "DisclosedCheck",
    "Exemption",
    "ExemptionKind",
    "Gate",
    "Outcome",
    "OverdueReferral",
    "PackPublication",
    "PackRejection",
    "RulePack",
    "Sweep",
    "SweepStatus",
    "SweptPair",
    "Unsealed",
]
