"""Control and effective shares over an interest graph held on one day. Pure, iterative, safe in cycles."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from .graph import BY_SHARE, CONTROL, STRUCTURAL, Graph, Interest

MAJORITY = Decimal(50)  # more than half; exactly half does not control (公司法 265)
WHOLE = Decimal(100)
NOTHING = Decimal(0)
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
    a share not stated may be anything up to the whole.
    """
    top = graph.party(top)
    found = Controlled(graph, {top: ()})
    shares: dict[str, dict[str, dict[str, Interest]]] = {}
    queue = deque([top])
    while queue:
        for interest in graph.out.get(queue.popleft(), ()):
            subject = graph.subject(interest)
            if subject in found.by:
                continue
            if interest.kind in kinds:
                found.by[subject] = (interest,)
            elif interest.kind in BY_SHARE:
                of_kind = shares.setdefault(subject, {}).setdefault(interest.kind, {})
                of_kind[interest.ref or repr(interest)] = interest
                held = tuple(of_kind.values())
                if not _controls(graph, held, certain=certain, threshold=threshold, any_share=any_share):
                    continue
                found.by[subject] = held
            else:
                continue
            queue.append(subject)
    return found


def _controls(graph: Graph, held: Chain, *, certain: bool, threshold: Decimal, any_share: bool) -> bool:
    if any_share:
        return any(i.share_max is None or i.share_max > NOTHING for i in held)
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


def least(interest: Interest) -> Decimal:
    """The least per cent an interest can be; not stated can be next to nothing."""
    return interest.share_min if interest.share_min is not None else NOTHING


def most(interest: Interest) -> Decimal:
    """The most per cent an interest can be; not stated can be the whole."""
    return interest.share_max if interest.share_max is not None else WHOLE


def effective_share(graph: Graph, top: str, bottom: str, *, certain: bool) -> Decimal | None:
    """Per cent of `bottom` that belongs to `top` through holdings at any depth, circles included.

    The shares s of a party in all below it solve s = d + Ws; parties in a circle are solved together. None
    where a circle is too large, or closed upon itself (its members hold each other whole).
    """
    top, bottom = graph.party(top), graph.party(bottom)
    weights = _weights(graph, bottom, certain=certain)
    order = _circles(weights, bottom)
    worth: dict[str, Decimal] = {top: Decimal(1)}
    for circle in order:
        if circle == [top]:
            continue
        if len(circle) > LARGEST_KNOT:
            return None
        solved = _solve(circle, weights, worth, top)
        if solved is None:
            return None
        worth |= solved
    return worth.get(bottom, NOTHING) * WHOLE if bottom != top else WHOLE


def _weights(graph: Graph, bottom: str, *, certain: bool) -> dict[str, dict[str, Decimal]]:
    """For each party above `bottom` (and itself) the part of it that each holder has, by shareholding."""
    weights: dict[str, dict[str, Decimal]] = {}
    queue = deque([bottom])
    while queue:
        at = queue.popleft()
        if at in weights:
            continue
        held = [i for i in graph.into.get(at, ()) if i.kind == "shareholding" and graph.holder(i) != at]
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
    circle: list[str], weights: dict[str, dict[str, Decimal]], worth: dict[str, Decimal], top: str
) -> dict[str, Decimal] | None:
    """Gauss with pivots over the members of one circle; what is above it is known already."""
    members = [urn for urn in circle if urn != top]
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
        pivot = max(range(n, len(members)), key=lambda r: abs(rows[r][n]))
        if abs(rows[pivot][n]) < Decimal("1e-12"):
            return None
        rows[n], rows[pivot] = rows[pivot], rows[n]
        for r in range(len(members)):
            if r != n and rows[r][n]:
                factor = rows[r][n] / rows[n][n]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[n], strict=True)]
    return {urn: rows[n][-1] / rows[n][n] for urn, n in place.items()}
