"""Persons, entities, their dated interests; users and for whom they act."""

from .contact import ContactRecord
from .contest import Contest, ContestAnswer, ContestFile, Remedy
from .declaration import Declaration, DeclarationDraft, Discrepancy, DiscrepancyKind
from .entity import CREDIT_CODE_MAX, Entity, EntityKind, Person
from .exchange import (
    BodsStatement,
    ImportForm,
    InterestFault,
    InterestImport,
    InterestImportState,
    PartyRecord,
    Severity,
    StagedRow,
)
from .identity import Same
from .interest import SYMMETRIC, Interest, InterestKind, Rank, Tier
from .mail import MailStop
from .notice import Notice
from .region import Region
from .suggestion import Suggestion, SuggestionState
from .token import AccessToken, Scope
from .user import Membership, Role, User

__all__ = [
    "CREDIT_CODE_MAX",
    "SYMMETRIC",
    "AccessToken",
    "BodsStatement",
    "ContactRecord",
    "Contest",
    "ContestAnswer",
    "ContestFile",
    "Declaration",
    "DeclarationDraft",
    "Discrepancy",
    "DiscrepancyKind",
    "Entity",
    "EntityKind",
    "ImportForm",
    "Interest",
    "InterestFault",
    "InterestImport",
    "InterestImportState",
    "InterestKind",
    "MailStop",
    "Membership",
    "Notice",
    "PartyRecord",
    "Person",
    "Rank",
    "Region",
    "Remedy",
    "Role",
    "Same",
    "Scope",
    "Severity",
    "StagedRow",
    "Suggestion",
    "SuggestionState",
    "Tier",
    "User",
]
