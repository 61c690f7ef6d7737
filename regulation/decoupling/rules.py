"""Conflict rules, listed as data. Pure: same graph, same day, same answer, and the chain that explains it."""

import datetime as dt
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from .graph import Graph, Interest

PACK = "national-2026.1"
MAJORITY = Decimal(50)  # more than half; exactly half does not control
STRUCTURAL = frozenset({"affiliation", "setUp", "supervision"})
CONTROL = frozenset({"otherInfluenceOrControl", "appointmentOfBoard"})
BY_SHARE = frozenset({"shareholding", "votingRights"})

CLEAR, CONFLICTED, UNKNOWN = "clear", "conflicted", "unknown"
NO_DECLARATION, SHARE_NOT_STATED, SAME_BODY = "no_declaration", "share_not_stated", "same_body"
TOO_LARGE = "graph_too_large"

Chain = tuple[Interest, ...]


def ties(interest: Interest) -> bool | None:
    """Whether an interest makes its subject an arm of its holder: yes, no, or None for not stated clearly."""
    if interest.kind in STRUCTURAL or interest.kind in CONTROL:
        return True
    if interest.kind not in BY_SHARE:
        return False
    if interest.share_min is None or interest.share_max is None:
        return None
    if interest.share_min > MAJORITY:
        return True
    return None if interest.share_max > MAJORITY else False


def chain_to(graph: Graph, *, intermediary: str, authority: str, certain: bool) -> Chain | None:
    """The shortest chain of ties from the authority down to the intermediary, or None.

    With `certain`, every link is a tie beyond doubt; without, links that may be ties count too. Breadth
    first and iterative: a cycle ends it, depth does not.
    """
    below: dict[str, Interest] = {}
    queue, seen = deque([intermediary]), {intermediary}
    while queue:
        at = queue.popleft()
        for interest in graph.into.get(at, ()):
            tied = ties(interest)
            if tied is False or (tied is None and certain) or interest.holder in seen:
                continue
            seen.add(interest.holder)
            below[interest.holder] = interest
            if interest.holder == authority:
                return _walk(below, authority, intermediary)
            queue.append(interest.holder)
    return None


def _walk(below: dict[str, Interest], top: str, bottom: str) -> Chain:
    chain: list[Interest] = []
    while top != bottom:
        chain.append(below[top])
        top = below[top].subject
    return tuple(chain)


def affiliated_body(graph: Graph, intermediary: str, authority: str) -> Chain | None:
    """Own bodies, social organisations supervised, and what any of them set up or control."""
    return chain_to(graph, intermediary=intermediary, authority=authority, certain=True)


def perhaps_affiliated(graph: Graph, intermediary: str, authority: str) -> Chain | None:
    """The same, where a share on the way is not stated or may be more than half."""
    return chain_to(graph, intermediary=intermediary, authority=authority, certain=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it forbids, the provision behind it, and the test that finds the chain."""

    code: str
    title: str
    title_zh: str
    provision: str
    test: Callable[[Graph, str, str], Chain | None]
    doubt: Callable[[Graph, str, str], Chain | None]


RULES = (
    Rule(
        code="affiliated-body",
        title="A department's own bodies and their enterprises may not serve its approvals",
        title_zh="审批部门所属单位、主管的社会组织及其举办的企业，不得承接本部门审批的中介服务",
        provision="business-environment-43",
        test=affiliated_body,
        doubt=perhaps_affiliated,
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules say: outcome, the rule that decided, why, and the chain."""

    outcome: str
    rule: str = ""
    provision: str = ""
    reason: str = ""
    chain: Chain = ()


def judge(
    graph: Graph, *, intermediary: str, authority: str, on: dt.date, declared: bool, whole: bool = True
) -> Finding:
    """Whether the intermediary may serve the authority's approvals on a day (优化营商环境条例 43).

    Conflicted beats unknown, unknown beats clear. Without a declaration of interests nothing is clear, nor
    where the graph is not `whole`, that is, holds only a part of the interests above the intermediary.
    """
    held = graph.on(on)
    if intermediary == authority:
        own = Interest(holder=authority, subject=intermediary, kind="affiliation")
        return Finding(CONFLICTED, RULES[0].code, RULES[0].provision, SAME_BODY, (own,))
    for rule in RULES:
        if chain := rule.test(held, intermediary, authority):
            return Finding(CONFLICTED, rule.code, rule.provision, "", chain)
    for rule in RULES:
        if chain := rule.doubt(held, intermediary, authority):
            return Finding(UNKNOWN, rule.code, rule.provision, SHARE_NOT_STATED, chain)
    if not whole:
        return Finding(UNKNOWN, reason=TOO_LARGE)
    if not declared:
        return Finding(UNKNOWN, reason=NO_DECLARATION)
    return Finding(CLEAR)
