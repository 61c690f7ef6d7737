"""Persons, entities, their dated interests; users and for whom they act."""

from .entity import CREDIT_CODE_MAX, Declaration, Entity, EntityKind, Person
from .identity import Same
from .interest import SYMMETRIC, Interest, InterestKind, Rank, Tier
from .region import Region
from .user import Membership, Role, User

__all__ = [
    "CREDIT_CODE_MAX",
    "SYMMETRIC",
    "Declaration",
    "Entity",
    "EntityKind",
    "Interest",
    "InterestKind",
    "Membership",
    "Person",
    "Rank",
    "Region",
    "Role",
    "Same",
    "Tier",
    "User",
]
