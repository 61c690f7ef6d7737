"""Officials, former officials, their kin, and the buyer's people. Pure."""

import datetime as dt
from collections.abc import Iterator

from ..control import is_something
from ..graph import OFFICIAL, Graph, Interest
from ..matter import Matter
from .base import Hit, Parameters, bodies, kin_of, offices, officials, peoples_interests

LEADING = "leading"
RESPONSIBLE = frozenset({"legalRepresentative", "boardChair", "seniorManagingOfficial"})


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day so many years earlier; 29 February becomes 28."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def serving_official(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """An official of the authority has a post, share or control in the intermediary or what controls it
    (公务员法 59).
    """
    held = graph.on(matter.on)
    people = officials(held, matter.authority)
    for body, down, sure in bodies(held, matter.intermediary, parameters, people):
        for person, post, certain in peoples_interests(held, body):
            for office in offices(held, person, matter.authority):
                yield Hit((office, post, *down), certain and sure)


def former_official(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """One who left the authority less than `leading_years` ago (leading members, county level and above) or
    `other_years` (others) has a post or interest there (公务员法 107).

    Between the two terms a rank not stated leaves it open.
    """
    held = graph.on(matter.on)
    people = officials(graph, matter.authority)
    for body, down, controls in bodies(held, matter.intermediary, parameters, people):
        for person, post, certain in peoples_interests(held, body):
            if offices(held, person, matter.authority):
                continue
            for office in offices(graph, person, matter.authority):
                sure = _within(office, matter.on, parameters)
                if sure is not None:
                    yield Hit((office, post, *down), certain and sure and controls)


def _within(office: Interest, day: dt.date, parameters: Parameters) -> bool | None:
    """Whether a post's term of abstinence still runs on a day; None when it does not, False when open."""
    if office.tier == "C" or office.end is None or office.end > day:
        return None
    short, long = (years_before(day, int(parameters[k])) for k in ("other_years", "leading_years"))
    if office.end > short:
        return True
    if office.end <= long or office.rank not in ("", LEADING):
        return None
    return office.rank == LEADING


def kin_of_official(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """A close relative of an official of the authority has a post, share or control there
    (公务员法 74, 76).

    Certain for a leading member, who can influence every approval; for others a person looks at it.
    """
    held = graph.on(matter.on)
    chiefs = officials(held, matter.authority)
    people = {relative for chief in chiefs for _, relative in kin_of(held, chief)}
    for body, down, sure in bodies(held, matter.intermediary, parameters, people):
        for person, post, certain in peoples_interests(held, body):
            for kinship, relative in kin_of(held, person):
                for office in offices(held, relative, matter.authority):
                    beyond = certain and sure and office.rank == LEADING
                    yield Hit((office, kinship, post, *down), beyond)


def buyers_people(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """Someone who acts for the buyer had a post or a holding in the bidder within `years` years, or is close
    kin to who is responsible there (政府采购法实施条例 9).
    """
    if not matter.owner or graph.party(matter.owner) == graph.party(matter.intermediary):
        return
    since = years_before(matter.on, int(parameters["years"]))
    held = graph.on(matter.on)
    bidder, owner = graph.party(matter.intermediary), graph.party(matter.owner)
    acting = [(held.holder(i), i) for i in held.into.get(owner, ()) if held.kind(held.holder(i)) == "person"]
    for person, now in acting:
        for interest in graph.out.get(person, ()):
            recent = interest.end is None or interest.end > since
            begun = interest.start is None or interest.start <= matter.on
            if graph.subject(interest) != bidder or interest.tier == "C" or not (recent and begun):
                continue
            if interest.kind != OFFICIAL and is_something(interest):
                yield Hit((now, interest))
        for kinship, relative in kin_of(held, person):
            for interest in held.out.get(relative, ()):
                if held.subject(interest) == bidder and interest.kind in RESPONSIBLE:
                    yield Hit((now, kinship, interest))
