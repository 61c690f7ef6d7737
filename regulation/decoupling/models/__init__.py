"""Checks and what people answered, the rules they used, and exemptions."""

from .check import Check, Determination, Gate, Outcome
from .pack import Exemption, ExemptionKind, PackPublication, RulePack
from .sweep import Sweep, SweepStatus, SweptPair

__all__ = [
    "Check",
    "Determination",
    "Exemption",
    "ExemptionKind",
    "Gate",
    "Outcome",
    "PackPublication",
    "RulePack",
    "Sweep",
    "SweepStatus",
    "SweptPair",
]
