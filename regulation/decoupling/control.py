"""Control and effective shares over an interest graph held on one day. Pure, iterative, safe in cycles."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from .graph import BY_SHARE, CONTROL, STRUCTURAL, Graph, Interest

MAJORITY = Decimal(50)  # more than half; exactly half does not control (公司法 265)
WHOLE = Decimal(100)
NOTHING = Decimal(0)
SMALLEST_PIVOT = Decimal("1e-12")
LARGEST_KNOT = 200  # parties that hold each other in a circle; beyond it a share is not computed

Chain = tuple[Interest, ...]


@dataclass
class Controlled:
    """Whom a party controls: for each the interests by which it does. The party itself has none."""

    graph: Graph
    by: dict[str, Chain] = field(default_factory=dict)

    def __contains__(self, urn: str) -> bool:
        return self.graph.party(urn) in self.by

    def chain(self, urn: str) -> Chain:
        """All interests through which control reaches a party, from the top down."""
        found: list[Interest] = []
        queue, seen = deque([self.graph.party(urn)]), {self.graph.party(urn)}
        while queue:
            for interest in self.by.get(queue.popleft(), ()):
                found.append(interest)
                holder = self.graph.holder(interest)
                if holder not in seen:
                    seen.add(holder)
                    queue.append(holder)
        return tuple(reversed(found))


def controlled_by(
    graph: Graph,
    top: str,
    *,
    certain: bool,
    threshold: Decimal = MAJORITY,
    kinds: frozenset[str] = STRUCTURAL | CONTROL,
    any_share: bool = False,
) -> Controlled:
    """Everything a party controls, at any depth.

    A link of `kinds` controls by itself. Shares held by the party and by what it controls add up; more than
    `threshold` per cent controls, or any share at all. With `certain` only what is stated counts; without,
    a share not stated may be anything up to the whole. A graph walks each once.
    """
    asked = (graph.party(top), certain, threshold, kinds, any_share)
    if asked not in graph.walked:
        graph.walked[asked] = _walk(
            graph, asked[0], certain=certain, threshold=threshold, kinds=kinds, any_share=any_share
        )
    return cast(Controlled, graph.walked[asked])


def _walk(
    graph: Graph, top: str, *, certain: bool, threshold: Decimal, kinds: frozenset[str], any_share: bool
) -> Controlled:
    found = Controlled(graph, {top: ()})
    shares: dict[str, dict[str, list[Interest]]] = {}
    queue = deque([top])
    while queue:
        grown: dict[str, None] = {}
        for interest in graph.out.get(queue.popleft(), ()):
            subject = graph.subject(interest)
            if subject in found.by:
                continue
            if interest.kind in kinds:
                found.by[subject] = (interest,)
                queue.append(subject)
            elif interest.kind in BY_SHARE:
                shares.setdefault(subject, {}).setdefault(interest.kind, []).append(interest)
                grown[subject] = None
        for subject in grown:  # once all is read that this holder has there: sources may differ
            for held in shares[subject].values() if subject not in found.by else ():
                if _controls(graph, held, certain=certain, threshold=threshold, any_share=any_share):
                    found.by[subject] = tuple(held)
                    queue.append(subject)
                    break
    return found


def _controls(
    graph: Graph, held: Iterable[Interest], *, certain: bool, threshold: Decimal, any_share: bool
) -> bool:
    if any_share:
        return any(is_sure(i) if certain else is_something(i) for i in held)
    return sum(shares_of(graph, held, certain=certain).values(), NOTHING) > threshold


def shares_of(graph: Graph, held: Iterable[Interest], *, certain: bool) -> dict[str, Decimal]:
    """Per cent of one subject by holder, from interests of one kind in it.

    What one source states of one holder adds up; where sources differ, the least of them is certain and the
    most of them possible: a declaration and a register that say the same are not two holdings.
    """
    told: dict[str, dict[str, Decimal]] = {}
    for interest in held:
        by_source = told.setdefault(graph.holder(interest), {})
        share = least(interest) if certain else most(interest)
        by_source[interest.source] = min(by_source.get(interest.source, NOTHING) + share, WHOLE)
    pick = min if certain else max
    return {holder: pick(by_source.values()) for holder, by_source in told.items()}


def is_something(interest: Interest) -> bool:
    """Whether an interest may be more than nothing: every one but a share of at most zero."""
    return interest.kind not in BY_SHARE or interest.share_max != 0


def is_sure(interest: Interest) -> bool:
    """Whether an interest is more than nothing beyond doubt. Not stated is not zero; from zero up may be."""
    return interest.kind not in BY_SHARE or interest.share_min is None or interest.share_min > NOTHING


def least(interest: Interest) -> Decimal:
    """The least per cent an interest can be; not stated can be next to nothing."""
    return interest.share_min if interest.share_min is not None else NOTHING


def most(interest: Interest) -> Decimal:
    """The most per cent an interest can be; not stated can be the whole."""
    return interest.share_max if interest.share_max is not None else WHOLE


def effective_share(
    graph: Graph, top: str, bottom: str, *, certain: bool, with_it: Iterable[str] = ()
) -> Decimal | None:
    """Per cent of `bottom` that belongs to `top` through holdings at any depth, circles included.

    `with_it` are parties that count as `top` itself. The shares s of the top in all below it solve
    s = d + Ws; parties in a circle are solved together, a party that holds itself is a circle of one.
    At most 100. None where a circle is too large, or holds as much of itself as there is (a circle without
    an owner, or shares that add up to more than a whole).
    """
    tops, bottom = {graph.party(top), *map(graph.party, with_it)}, graph.party(bottom)
    if bottom in tops:
        return WHOLE
    weights = _weights(graph, bottom, certain=certain)
    worth: dict[str, Decimal] = {urn: Decimal(1) for urn in tops}
    for circle in _circles(weights, bottom):
        members = [urn for urn in circle if urn not in tops]
        if len(members) > LARGEST_KNOT:
            return None
        solved = _solve(members, weights, worth)
        if solved is None:
            return None
        worth |= solved
    return min(worth.get(bottom, NOTHING) * WHOLE, WHOLE)


def holdings_between(graph: Graph, tops: Iterable[str], bottom: str) -> Chain:
    """The shareholdings through which any of `tops` reaches `bottom`, from the top down."""
    tops, bottom = {graph.party(top) for top in tops}, graph.party(bottom)
    above = _weights(graph, bottom, certain=False)
    found: list[Interest] = []
    queue, seen = deque(sorted(tops & set(above))), set(tops)
    while queue:
        for interest in graph.out.get(queue.popleft(), ()):
            subject = graph.subject(interest)
            if interest.kind != "shareholding" or subject not in above or not is_something(interest):
                continue
            found.append(interest)
            if subject not in seen and subject != bottom:
                seen.add(subject)
                queue.append(subject)
    return tuple(found)


def _weights(graph: Graph, bottom: str, *, certain: bool) -> dict[str, dict[str, Decimal]]:
    """For each party above `bottom` (and itself) the part of it that each holder has, by shareholding."""
    weights: dict[str, dict[str, Decimal]] = {}
    queue = deque([bottom])
    while queue:
        at = queue.popleft()
        if at in weights:
            continue
        held = [i for i in graph.into.get(at, ()) if i.kind == "shareholding"]
        shares = shares_of(graph, held, certain=certain)
        weights[at] = {holder: share / WHOLE for holder, share in shares.items()}
        queue.extend(weights[at])
    return weights


def _circles(weights: dict[str, dict[str, Decimal]], bottom: str) -> list[list[str]]:
    """Strongly connected parties together, those above before those below (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    order: list[list[str]] = []
    work = [(bottom, iter(sorted(weights[bottom])))]
    index[bottom] = low[bottom] = 0
    stack.append(bottom)
    on_stack.add(bottom)
    while work:
        at, above = work[-1]
        for holder in above:
            if holder not in index:
                index[holder] = low[holder] = len(index)
                stack.append(holder)
                on_stack.add(holder)
                work.append((holder, iter(sorted(weights.get(holder, {})))))
                break
            if holder in on_stack:
                low[at] = min(low[at], index[holder])
        else:
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[at])
            if low[at] == index[at]:
                circle: list[str] = []
                while not circle or circle[-1] != at:
                    circle.append(stack.pop())
                    on_stack.discard(circle[-1])
                order.append(sorted(circle))
    return order


def _solve(
    members: list[str], weights: dict[str, dict[str, Decimal]], worth: dict[str, Decimal]
) -> dict[str, Decimal] | None:
    """Gauss over the members of one circle; what is above it is known already.

    Without exchange of rows every pivot of I - W is positive exactly when the circle's own holdings are less
    than the whole (an M-matrix); otherwise the sum that s is the limit of does not end.
    """
    place = {urn: n for n, urn in enumerate(members)}
    rows = []
    for n, urn in enumerate(members):
        row = [NOTHING] * (len(members) + 1)
        row[n] = Decimal(1)
        for holder, share in weights.get(urn, {}).items():
            if holder in place:
                row[place[holder]] -= share
            else:
                row[-1] += share * worth.get(holder, NOTHING)
        rows.append(row)
    for n in range(len(members)):
        if rows[n][n] < SMALLEST_PIVOT:
            return None
        for r in range(len(members)):
            if r != n and rows[r][n]:
                factor = rows[r][n] / rows[n][n]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[n], strict=True)]
    return {urn: rows[n][-1] / rows[n][n] for urn, n in place.items()}
