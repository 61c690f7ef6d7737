"""Bidders in one tender, once they are public. Pure."""

from collections.abc import Iterator
from typing import cast

from ..graph import MUTUAL, Graph, Interest
from ..matter import Matter
from .base import Hit, Parameters, control, controls, peoples_interests, threshold

RESPONSIBLE = frozenset({"legalRepresentative"})


def one_control(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """Two bidders have one responsible person, or one controls or manages the other
    (招标投标法实施条例 34). That both stand under the same state holder is no such tie (公司法 265).
    """
    held = graph.on(matter.on)
    own = held.party(matter.intermediary)
    near = _in_one_hand(held, own, matter.rivals, parameters)
    for rival in map(held.party, matter.rivals):
        if rival == own or rival not in near:
            continue
        for mine, theirs in _one_person(held, own, rival):
            yield Hit((mine, theirs))
        for top, bottom in ((own, rival), (rival, own)):
            hit = controls(held, top, bottom, parameters)
            if hit:
                yield hit


def _in_one_hand(graph: Graph, own: str, rivals: tuple[str, ...], parameters: Parameters) -> set[str]:
    """The parties among which such a rival can be, found from the bidder's side: with a hundred bidders, each
    against each would be ten thousand looks."""
    chiefs = [graph.holder(i) for i in graph.into.get(own, ()) if i.kind in RESPONSIBLE]
    near = {graph.subject(i) for chief in chiefs for i in graph.out.get(chief, ()) if i.kind in RESPONSIBLE}
    for certain in (True, False):
        near.update(control(graph, own, parameters, certain=certain).by)
        near.update(_above_among(graph, rivals, parameters, certain=certain).get(own, ()))
    return near


def _above_among(
    graph: Graph, rivals: tuple[str, ...], parameters: Parameters, *, certain: bool
) -> dict[str, set[str]]:
    """For each party which of the rivals control it; walked once a graph."""
    asked = ("above", rivals, certain, threshold(parameters), bool(parameters.get("any_share")))
    if asked not in graph.walked:
        found: dict[str, set[str]] = {}
        for rival in map(graph.party, rivals):
            for urn in control(graph, rival, parameters, certain=certain).by:
                found.setdefault(urn, set()).add(rival)
        graph.walked[asked] = found
    return cast(dict[str, set[str]], graph.walked[asked])


def _one_person(graph: Graph, own: str, rival: str) -> Iterator[tuple[Interest, Interest]]:
    mine = {graph.holder(i): i for i in graph.into.get(own, ()) if i.kind in RESPONSIBLE}
    for theirs in graph.into.get(rival, ()):
        if theirs.kind in RESPONSIBLE and graph.holder(theirs) in mine:
            yield mine[graph.holder(theirs)], theirs


def shared_between_bidders(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """Two bidders share agent, contact, address, payment account or staff (招标投标法实施条例 39-40)."""
    held = graph.on(matter.on)
    own = held.party(matter.intermediary)
    tied: dict[str, list[Interest]] = {}
    for interest in (*held.out.get(own, ()), *held.into.get(own, ())):
        if interest.kind in MUTUAL:
            for end in {held.holder(interest), held.subject(interest)} - {own}:
                tied.setdefault(end, []).append(interest)
    staff = {person: post for person, post, _ in peoples_interests(held, own)}
    near = {*tied, *(held.subject(i) for person in staff for i in held.out.get(person, ()))}
    for rival in map(held.party, matter.rivals):
        if rival == own or rival not in near:
            continue
        for interest in tied.get(rival, ()):
            yield Hit((interest,))
        for person, theirs, _ in peoples_interests(held, rival):
            if person in staff:
                yield Hit((staff[person], theirs))
