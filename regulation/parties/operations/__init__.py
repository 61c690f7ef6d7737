"""Writes about persons, entities and interests. One verb, one transaction, one ledger entry."""

from .declarations import declare_interests
from .interests import end_interest, interest_body, retract_interest, state_interest
from .looking import note_look
from .registration import grant_membership, register_entity

__all__ = [
    "declare_interests",
    "end_interest",
    "grant_membership",
    "interest_body",
    "note_look",
    "register_entity",
    "retract_interest",
    "state_interest",
]
