"""Reads about persons, entities and users."""

from .acting import (
    LOOKED,
    acting_membership,
    departments_in,
    line_of,
    looks,
    memberships_of,
    on_one_line,
    region_and_parents,
)
from .contacts import contacts_of
from .contests import (
    answered_since,
    contested_since,
    contests,
    contests_for,
    contests_of,
    to_second,
    with_contests,
)
from .declarations import (
    contradicted,
    declared_in,
    declaring_entities,
    discrepancies,
    due_on,
    interests_about,
    last_declaration,
    stated_by,
    stated_of,
)
from .identity import (
    agreement_of_entities,
    agreement_of_people,
    keys_of_same,
    merges,
    suggestions,
)
from .mail import stopped_mail, wants_mail, who_stopped
from .notices import notices_for, notices_of, unread_of
from .tokens import token_of, tokens_of

__all__ = [
    "LOOKED",
    "acting_membership",
    "agreement_of_entities",
    "agreement_of_people",
    "answered_since",
    "contacts_of",
    "contested_since",
    "contests",
    "contests_for",
    "contests_of",
    "contradicted",
    "declared_in",
    "declaring_entities",
    "departments_in",
    "discrepancies",
    "due_on",
    "interests_about",
    "keys_of_same",
    "last_declaration",
    "line_of",
    "looks",
    "memberships_of",
    "merges",
    "notices_for",
    "notices_of",
    "on_one_line",
    "region_and_parents",
    "stated_by",
    "stated_of",
    "stopped_mail",
    "suggestions",
    "to_second",
    "token_of",
    "tokens_of",
    "unread_of",
    "wants_mail",
    "who_stopped",
    "with_contests",
]
