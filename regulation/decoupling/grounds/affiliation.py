"""A department's own bodies, and associations not separated from it. Pure."""

from collections.abc import Iterator
from decimal import Decimal

from ..control import WHOLE, Controlled, controlled_by, effective_share, holdings_between
from ..graph import MUTUAL, OFFICIAL, STRUCTURAL, Graph, Interest
from ..matter import Matter
from .base import Hit, Parameters, control, controls, peoples_interests


def controlled_body(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """The department itself, its institutions, the organisations it supervises, and what any of them set up
    or control, at any depth (优化营商环境条例 43).

    With the parameter `any_share`, a share of any size in place of control.
    """
    held = graph.on(matter.on)
    bottom, top = held.party(matter.intermediary), held.party(matter.authority)
    if bottom == top:
        yield Hit((Interest(holder=matter.authority, subject=matter.intermediary, kind="affiliation"),))
        return
    hit = controls(held, top, bottom, parameters)
    if hit:
        yield hit


def association_not_separated(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """An industry association still tied to the department in institution, people, finances or premises,
    which is the intermediary or controls it (行业协会商会与行政机关脱钩总体方案: 五分离).
    """
    held = graph.on(matter.on)
    bottom = held.party(matter.intermediary)
    arms = control(held, matter.authority, parameters, certain=True)
    urns = sorted({held.party(node.urn) for node in held.nodes if node.kind == "industry_association"})
    for association in urns:
        tie = max(_ties(held, association, arms), key=lambda hit: hit.certain, default=None)
        down = controls(held, association, bottom, parameters) if tie else None
        if tie and down:
            yield Hit((*tie.chain, *down.chain), tie.certain and down.certain)


def _ties(graph: Graph, association: str, arms: Controlled) -> Iterator[Hit]:
    """What still ties an association to a department or its bodies."""
    for interest in (*graph.into.get(association, ()), *graph.out.get(association, ())):
        other = graph.holder(interest) if graph.subject(interest) == association else graph.subject(interest)
        mutual = interest.kind in MUTUAL
        above = interest.kind in STRUCTURAL and graph.holder(interest) == other
        if other != association and other in arms and (mutual or above):
            yield Hit((*arms.chain(other), interest))
    for person, post, certain in peoples_interests(graph, association):
        for office in graph.out.get(person, ()):
            if office.kind == OFFICIAL and graph.subject(office) in arms:
                yield Hit((*arms.chain(graph.subject(office)), office, post), certain)


def minority_share(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """The department and its bodies have at least `at_least` per cent of the intermediary, through holdings
    at any depth added up, and do not control it beyond doubt (公司法 265: less than half may be enough).
    """
    held = graph.on(matter.on)
    bottom = held.party(matter.intermediary)
    if bottom in control(held, matter.authority, parameters, certain=True):
        return
    arms = controlled_by(held, matter.authority, certain=True, threshold=WHOLE).by
    chain = holdings_between(held, arms, bottom)
    if not chain:
        return
    at_least = Decimal(str(parameters["at_least"]))
    for certain in (True, False):
        share = effective_share(held, matter.authority, bottom, certain=certain, with_it=arms)
        if share is None or share >= at_least:
            yield Hit(chain, certain and share is not None)
            return
