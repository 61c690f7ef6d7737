"""The tests that rules name: each a pure function over a graph view, returning the chains it found.

A test takes the graph, the matter and the rule's parameters, and yields Hits. A certain hit rests on what is
stated; one that is not rests on what may be. What a test means never changes once a pack uses it: a new
meaning is a new name.
"""

from .affiliation import association_not_separated, controlled_body, minority_share
from .base import Hit, Test
from .bidders import one_control, shared_between_bidders
from .independence import any_tie, avoided_unit, owner_ties, parts_that_exclude, shared_with_authority
from .people import buyers_people, former_official, kin_of_official, serving_official

TESTS: dict[str, Test] = {
    "controlled-body": controlled_body,
    "association-not-separated": association_not_separated,
    "minority-share": minority_share,
    "serving-official": serving_official,
    "former-official": former_official,
    "kin-of-official": kin_of_official,
    "shared-with-authority": shared_with_authority,
    "any-tie": any_tie,
    "one-control": one_control,
    "shared-between-bidders": shared_between_bidders,
    "owner-ties": owner_ties,
    "parts-that-exclude": parts_that_exclude,
    "avoided-unit": avoided_unit,
    "buyers-people": buyers_people,
}

# What a test asks of the matter beside intermediary, department and day; without it, it finds nothing.
FACTS: dict[str, tuple[str, ...]] = {
    "any-tie": ("service",),
    "one-control": ("rivals",),
    "shared-between-bidders": ("rivals",),
    "owner-ties": ("owner", "service"),
    "parts-that-exclude": ("parts", "service"),
    "avoided-unit": ("avoided",),
    "buyers-people": ("owner",),
}

__all__ = ["FACTS", "TESTS", "Hit", "Test"]
