"""Intermediaries, what they hold and sell at which price, their credit and what follows from it."""

from .credit import ConsequenceKind, ConsequenceRule, CreditRecord, Sanction, SanctionOutcome
from .intermediary import Intermediary, Offer, OfferQuerySet, OfferSuspension, PriceBasis, Qualification

__all__ = [
    "ConsequenceKind",
    "ConsequenceRule",
    "CreditRecord",
    "Intermediary",
    "Offer",
    "OfferQuerySet",
    "OfferSuspension",
    "PriceBasis",
    "Qualification",
    "Sanction",
    "SanctionOutcome",
]
