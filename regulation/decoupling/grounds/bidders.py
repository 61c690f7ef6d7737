"""Bidders in one tender, once they are public. Pure."""

from collections.abc import Iterator

from ..graph import MUTUAL, Graph, Interest
from ..matter import Matter
from .base import Hit, Parameters, controls, peoples_interests

RESPONSIBLE = frozenset({"legalRepresentative"})


def one_control(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """Two bidders have one responsible person, or one controls or manages the other
    (招标投标法实施条例 34). That both stand under the same state holder is no such tie (公司法 265).
    """
    held = graph.on(matter.on)
    own = held.party(matter.intermediary)
    for rival in map(held.party, matter.rivals):
        if rival == own:
            continue
        for mine, theirs in _one_person(held, own, rival):
            yield Hit((mine, theirs))
        for top, bottom in ((own, rival), (rival, own)):
            hit = controls(held, top, bottom, parameters)
            if hit:
                yield hit


def _one_person(graph: Graph, own: str, rival: str) -> Iterator[tuple[Interest, Interest]]:
    mine = {graph.holder(i): i for i in graph.into.get(own, ()) if i.kind in RESPONSIBLE}
    for theirs in graph.into.get(rival, ()):
        if theirs.kind in RESPONSIBLE and graph.holder(theirs) in mine:
            yield mine[graph.holder(theirs)], theirs


def shared_between_bidders(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """Two bidders share agent, contact, address, payment account or staff (招标投标法实施条例 39-40)."""
    held = graph.on(matter.on)
    own = held.party(matter.intermediary)
    for rival in map(held.party, matter.rivals):
        if rival == own:
            continue
        for interest in (*held.out.get(own, ()), *held.into.get(own, ())):
            ends = {held.holder(interest), held.subject(interest)}
            if interest.kind in MUTUAL and ends == {own, rival}:
                yield Hit((interest,))
        staff = {person: post for person, post, _ in peoples_interests(held, own)}
        for person, theirs, _ in peoples_interests(held, rival):
            if person in staff:
                yield Hit((staff[person], theirs))
