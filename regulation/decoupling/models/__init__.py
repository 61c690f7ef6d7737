"""Checks and what people answered, the rules they used, and exemptions."""

from .check import Check, Determination, Gate, Outcome
from .pack import Exemption, ExemptionKind, PackPublication, RulePack

__all__ = [
    "Check",
    "Determination",
    "Exemption",
    "ExemptionKind",
    "Gate",
    "Outcome",
    "PackPublication",
    "RulePack",
]
