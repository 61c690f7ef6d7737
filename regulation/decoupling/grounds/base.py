"""What the tests share. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..control import Chain, Controlled, controlled_by, is_something, is_sure
from ..graph import BY_SHARE, CONTROL, KIN, OFFICIAL, POSTS, STRUCTURAL, Graph, Interest
from ..matter import Matter

Parameters = Mapping[str, Any]
PEOPLES = POSTS | BY_SHARE | CONTROL
OWNED = CONTROL | STRUCTURAL - {"supervision"}


@dataclass(frozen=True, slots=True)
class Hit:
    """One reason: the interests it rests on, in the order they are read, and whether it is beyond doubt."""

    chain: Chain
    certain: bool = True


Test = Callable[[Graph, Matter, Parameters], Iterable[Hit]]


def threshold(parameters: Parameters) -> Decimal:
    """The share above which a holder controls; more than half unless the rule says otherwise."""
    return Decimal(str(parameters.get("threshold", 50)))


def control(
    graph: Graph,
    top: str,
    parameters: Parameters,
    *,
    certain: bool,
    kinds: frozenset[str] = STRUCTURAL | CONTROL,
) -> Controlled:
    """Whom `top` controls by the rule's threshold, a link of `kinds` by itself."""
    return controlled_by(
        graph,
        top,
        certain=certain,
        threshold=threshold(parameters),
        kinds=kinds,
        any_share=bool(parameters.get("any_share")),
    )


def bodies(
    graph: Graph, bottom: str, parameters: Parameters, people: Iterable[str]
) -> Iterator[tuple[str, Chain, bool]]:
    """The intermediary, and whatever controls it or may, of those where one of `people` has something.

    Each with the chain down to the intermediary and whether it controls beyond doubt. A department, or a unit
    that only supervises, is nobody's business here.
    """
    bottom = graph.party(bottom)
    yield bottom, (), True
    theirs = {graph.subject(i) for person in people for i in graph.out.get(person, ()) if i.kind in PEOPLES}
    for urn in sorted(theirs & _above(graph, bottom)) if theirs - {bottom} else ():
        if graph.kind(urn) in ("person", "department"):
            continue
        for certain in (True, False):
            below = control(graph, urn, parameters, certain=certain, kinds=OWNED)
            if bottom in below:
                yield urn, below.chain(bottom), certain
                break


def _above(graph: Graph, bottom: str) -> set[str]:
    seen, stack = {bottom}, [bottom]
    while stack:
        for interest in graph.into.get(stack.pop(), ()):
            holder = graph.holder(interest)
            if interest.kind in BY_SHARE | OWNED and holder not in seen:
                seen.add(holder)
                stack.append(holder)
    return seen - {bottom}


def peoples_interests(graph: Graph, body: str) -> Iterator[tuple[str, Interest, bool]]:
    """People with a post, share or control in a body: the person, the interest, whether beyond doubt."""
    for interest in graph.into.get(body, ()):
        person = graph.holder(interest)
        if graph.kind(person) != "person" or interest.kind not in PEOPLES:
            continue
        if is_something(interest):
            yield person, interest, is_sure(interest)


def officials(graph: Graph, authority: str) -> set[str]:
    """Who is an official of the authority in this view of the graph."""
    return {graph.holder(i) for i in graph.into.get(graph.party(authority), ()) if i.kind == OFFICIAL}


def kin_of(graph: Graph, person: str) -> Iterator[tuple[Interest, str]]:
    """Close relatives of a person, whichever of the two the record names first."""
    for interest in (*graph.out.get(person, ()), *graph.into.get(person, ())):
        if interest.kind == KIN:
            ends = {graph.holder(interest), graph.subject(interest)} - {person}
            yield from ((interest, other) for other in ends)


def controls(graph: Graph, top: str, bottom: str, parameters: Parameters) -> Hit | None:
    """The chain by which one party controls another, or may; None where it cannot."""
    for certain in (True, False):
        below = control(graph, top, parameters, certain=certain)
        if bottom in below:
            return Hit(below.chain(bottom), certain)
    return None


def offices(graph: Graph, person: str, authority: str) -> list[Interest]:
    """The posts a person has as an official of the authority, in this view of the graph."""
    return [
        i
        for i in graph.out.get(person, ())
        if i.kind == OFFICIAL and graph.subject(i) == graph.party(authority)
    ]
