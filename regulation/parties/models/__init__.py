"""Persons, entities, their dated interests; users and for whom they act."""

from .entity import CREDIT_CODE_MAX, Declaration, Entity, EntityKind, Person
from .interest import Interest, InterestKind, Tier
from .region import Region
from .user import Membership, Role, User

__all__ = [
    "CREDIT_CODE_MAX",
    "Declaration",
    "Entity",
    "EntityKind",
    "Interest",
    "InterestKind",
    "Membership",
    "Person",
    "Region",
    "Role",
    "Tier",
    "User",
]
