"""Which services the rules in force keep apart, before anybody bids for them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from regulation.parties.models import Region
from regulation.parties.queries import region_and_parents

from ..grounds.independence import excluding_pairs
from ..matter import Matter
from ..models import Gate
from ..rules import Rule
from . import current_pack


@dataclass(frozen=True, slots=True)
class Apart:
    """Two services, by their codes, that one party may not take in one project, and the rule that says so."""

    services: tuple[str, str]
    rule: Rule


def kept_apart(services: Sequence[str], *, region: Region, on: dt.date, at: dt.datetime) -> Apart | None:
    """The first two of the services that nobody may take together in a region on a day, if there are two."""
    if len(services) < 2:
        return None
    place = tuple(region_and_parents(region.code))
    matter = Matter("", "", on=on, gate=str(Gate.BID), declared=True, regions=place)
    for rule in current_pack(at=at).rules:
        if rule.test != "parts-that-exclude" or not rule.applies(matter):
            continue
        for pair in excluding_pairs(services, rule.parameters):
            return Apart(pair, rule)
    return None
