"""Reads of the registry: what is required where, on which day, as said when."""

from .calendar import working_calendar
from .changes import Change, Followed, changes_of, followed
from .drafts import (
    LAPSE_NOTED,
    drafts,
    harder_than_above,
    has_lawful_basis,
    in_the_way_of,
    lapse_is_noted,
    lapsed_rulings,
    returned_notes,
)
from .editions import (
    PUBLISHED,
    Delta,
    counterparts,
    delta,
    edition_before,
    last_edition,
    latest_editions,
    publication_of,
    published_lists,
    rows_by_level,
    standing_of,
    waiting_editions,
)
from .following import due_followings, followings_of, readers_to_tell, with_things
from .league import league_cases, league_demands, league_regions
from .listed import left_out, listed
from .measures import Once, approvals_behind_measures, measure_drafts, measures_of, once_of, same_approvals
from .need import conditions_of, facts_for, pairs_of, search_activities, zones_within
from .rulings import (
    area_matters_for,
    bases,
    history_of,
    resting_on,
    rulings_for,
    rulings_on,
    services_of,
    verdict_for,
)
from .search import department_facet, region_facet, search_approvals, search_services, words_of

GENERAL_RULES = "通则"  # the category of entries that are rules about services, not services

__all__ = [
    "GENERAL_RULES",
    "LAPSE_NOTED",
    "PUBLISHED",
    "Change",
    "Delta",
    "Followed",
    "Once",
    "approvals_behind_measures",
    "area_matters_for",
    "bases",
    "changes_of",
    "conditions_of",
    "counterparts",
    "delta",
    "department_facet",
    "drafts",
    "due_followings",
    "edition_before",
    "facts_for",
    "followed",
    "followings_of",
    "harder_than_above",
    "has_lawful_basis",
    "history_of",
    "in_the_way_of",
    "lapse_is_noted",
    "lapsed_rulings",
    "last_edition",
    "latest_editions",
    "league_cases",
    "league_demands",
    "league_regions",
    "left_out",
    "listed",
    "measure_drafts",
    "measures_of",
    "once_of",
    "pairs_of",
    "publication_of",
    "published_lists",
    "readers_to_tell",
    "region_facet",
    "resting_on",
    "returned_notes",
    "rows_by_level",
    "rulings_for",
    "rulings_on",
    "same_approvals",
    "search_activities",
    "search_approvals",
    "search_services",
    "services_of",
    "standing_of",
    "verdict_for",
    "waiting_editions",
    "with_things",
    "words_of",
    "working_calendar",
    "zones_within",
]
