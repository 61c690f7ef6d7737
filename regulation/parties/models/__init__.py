"""Persons, entities, their dated interests; users and for whom they act."""

from .contest import Contest, ContestAnswer, ContestFile, Remedy
from .declaration import Declaration, DeclarationDraft, Discrepancy, DiscrepancyKind
from .entity import CREDIT_CODE_MAX, Entity, EntityKind, Person
from .identity import Same
from .interest import SYMMETRIC, Interest, InterestKind, Rank, Tier
from .region import Region
from .suggestion import Suggestion, SuggestionState
from .user import Membership, Role, User

__all__ = [
    "CREDIT_CODE_MAX",
    "SYMMETRIC",
    "Contest",
    "ContestAnswer",
    "ContestFile",
    "Declaration",
    "DeclarationDraft",
    "Discrepancy",
    "DiscrepancyKind",
    "Entity",
    "EntityKind",
    "Interest",
    "InterestKind",
    "Membership",
    "Person",
    "Rank",
    "Region",
    "Remedy",
    "Role",
    "Same",
    "Suggestion",
    "SuggestionState",
    "Tier",
    "User",
]
