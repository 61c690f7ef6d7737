"""Independence of what is written, reviewed and supervised. Pure."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from ..control import Chain, is_something, is_sure
from ..graph import BY_SHARE, CONTROL, KIN, MUTUAL, OFFICIAL, POSTS, STRUCTURAL, Graph, Interest
from ..matter import Matter
from .base import Hit, Parameters, control, controls, peoples_interests

ANY = STRUCTURAL | CONTROL | BY_SHARE | MUTUAL | POSTS | {OFFICIAL, KIN}


def shared_with_authority(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """Premises, finances, contact or staff shared with the department or one of its bodies."""
    held = graph.on(matter.on)
    own = held.party(matter.intermediary)
    if own in control(held, matter.authority, parameters, certain=True):
        return
    arms = control(held, matter.authority, parameters, certain=False)
    for interest in (*held.out.get(own, ()), *held.into.get(own, ())):
        other = ({held.holder(interest), held.subject(interest)} - {own} or {own}).pop()
        if interest.kind in MUTUAL and other in arms:
            yield Hit((*arms.chain(other), interest))
    for person, post, _ in peoples_interests(held, own):
        for elsewhere in held.out.get(person, ()):
            body = held.subject(elsewhere)
            if body != own and body in arms and elsewhere.kind in POSTS:
                yield Hit((*arms.chain(body), elsewhere, post))


def any_tie(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """Any interest at all between the assessor and the approving department, in either direction, through
    at most `steps` interests (生态环境法典 99). Applies to the services the rule names.
    """
    if not set(matter.services) & set(parameters["services"]) or not matter.authority:
        return
    held = graph.on(matter.on)
    for certain, counts in ((True, is_sure), (False, is_something)):
        chain = _path(held, matter.intermediary, matter.authority, int(parameters["steps"]), counts)
        if chain:
            yield Hit(chain, certain)
            return


def owner_ties(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """The tender's owner controls the bidder, or the bidder the owner, where the service named by the rule
    must be independent of the owner.
    """
    if not set(matter.services) & set(parameters["services"]) or not matter.owner:
        return
    held = graph.on(matter.on)
    for top, bottom in ((matter.owner, matter.intermediary), (matter.intermediary, matter.owner)):
        if held.party(top) == held.party(bottom):
            continue
        hit = controls(held, top, bottom, parameters)
        if hit:
            yield hit


def parts_that_exclude(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """The bidder, or a body in a control relation with it, already has a part in the same project that
    excludes this one (政府采购法实施条例 18). `excluding` lists groups of service codes: within a group one
    party takes one part, so that nobody may serve a tender for two of them.
    """
    held = graph.on(matter.on)
    own = held.party(matter.intermediary)
    for one, other_one in excluding_pairs(matter.services, parameters):
        taken = f"{one} + {other_one}"
        yield Hit((Interest(matter.intermediary, matter.owner or own, kind="part", source=taken),))
    for part in matter.parts:
        other = held.party(part.urn)
        if not any(excludes(service, part.service, parameters) for service in matter.services):
            continue
        told = Interest(holder=part.urn, subject=matter.owner or part.urn, kind="part", source=part.source)
        if other == own:
            yield Hit((told,))
            continue
        for top, bottom in ((own, other), (other, own)):
            hit = controls(held, top, bottom, parameters)
            if hit:
                yield Hit((told, *hit.chain), hit.certain)


def excludes(one: str, other: str, parameters: Parameters) -> bool:
    """Whether one party may not take both of two services in the same project."""
    return one != other and any(one in group and other in group for group in parameters["excluding"])


def excluding_pairs(services: Sequence[str], parameters: Parameters) -> list[tuple[str, str]]:
    """Which of the services exclude one another, two by two, in their order."""
    return [pair for pair in combinations(services, 2) if excludes(*pair, parameters)]


def avoided_unit(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """The owner declared, with a reason, that it must not buy from this unit."""
    own = graph.party(matter.intermediary)
    for avoided in matter.avoided:
        if graph.party(avoided.urn) == own:
            yield Hit(
                (
                    Interest(
                        holder=matter.owner or matter.authority,
                        subject=matter.intermediary,
                        kind="avoided",
                        source=avoided.reason,
                    ),
                )
            )


def _path(graph: Graph, start: str, goal: str, steps: int, counts: Callable[[Interest], bool]) -> Chain:
    """The shortest way between two parties along interests that count, whichever way they point."""
    start, goal = graph.party(start), graph.party(goal)
    came: dict[str, tuple[str, Interest]] = {}
    queue, seen = deque([(start, 0)]), {start}
    while queue:
        at, far = queue.popleft()
        if at == goal:
            return _walk(came, start, goal)
        if far == steps or (at != start and graph.kind(at) == "department"):
            continue  # two bodies are not tied by having dealings with one office
        for interest in (*graph.into.get(at, ()), *graph.out.get(at, ())):
            if interest.kind not in ANY or not counts(interest):
                continue
            for other in (graph.holder(interest), graph.subject(interest)):
                if other not in seen:
                    seen.add(other)
                    came[other] = (at, interest)
                    queue.append((other, far + 1))
    return ()


def _walk(came: dict[str, tuple[str, Interest]], start: str, goal: str) -> Chain:
    chain: list[Interest] = []
    while goal != start:
        goal, interest = came[goal]
        chain.append(interest)
    return tuple(chain)
