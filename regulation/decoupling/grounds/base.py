"""What the tests share. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..control import Chain, Controlled, controlled_by
from ..graph import BY_SHARE, CONTROL, OFFICIAL, POSTS, STRUCTURAL, Graph, Interest
from ..matter import Matter

Parameters = Mapping[str, Any]
PEOPLES = POSTS | BY_SHARE | CONTROL


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
    graph: Graph, top: str, parameters: Parameters, *, certain: bool, structural: bool = True
) -> Controlled:
    """Whom `top` controls by the rule's threshold; without `structural`, by shares and control alone."""
    return controlled_by(
        graph,
        top,
        certain=certain,
        threshold=threshold(parameters),
        kinds=STRUCTURAL | CONTROL if structural else CONTROL,
        any_share=bool(parameters.get("any_share")),
    )


def bodies(graph: Graph, bottom: str, parameters: Parameters) -> Iterator[tuple[str, Chain]]:
    """The intermediary, and the entities with people of theirs that control it; each with the chain down."""
    bottom = graph.party(bottom)
    yield bottom, ()
    for urn in sorted(_above(graph, bottom)):
        if graph.kind(urn) in ("person", "department") or not any(peoples_interests(graph, urn)):
            continue
        below = control(graph, urn, parameters, certain=True, structural=False)
        if bottom in below:
            yield urn, below.chain(bottom)


def _above(graph: Graph, bottom: str) -> set[str]:
    seen, stack = {bottom}, [bottom]
    while stack:
        for interest in graph.into.get(stack.pop(), ()):
            holder = graph.holder(interest)
            if interest.kind in BY_SHARE | CONTROL and holder not in seen:
                seen.add(holder)
                stack.append(holder)
    return seen - {bottom}


def peoples_interests(graph: Graph, body: str) -> Iterator[tuple[str, Interest, bool]]:
    """People with a post, share or control in a body: the person, the interest, whether beyond doubt."""
    for interest in graph.into.get(body, ()):
        person = graph.holder(interest)
        if graph.kind(person) != "person" or interest.kind not in PEOPLES:
            continue
        if interest.kind in BY_SHARE and interest.share_max == 0:
            continue
        yield person, interest, interest.kind not in BY_SHARE or interest.share_min != 0


def offices(graph: Graph, person: str, authority: str) -> list[Interest]:
    """The posts a person has as an official of the authority, in this view of the graph."""
    return [
        i
        for i in graph.out.get(person, ())
        if i.kind == OFFICIAL and graph.subject(i) == graph.party(authority)
    ]
