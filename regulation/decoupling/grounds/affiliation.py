"""A department's own bodies, and associations not separated from it. Pure."""

from collections.abc import Iterator

from ..graph import MUTUAL, OFFICIAL, STRUCTURAL, Graph, Interest
from ..matter import Matter
from .base import Hit, Parameters, control, peoples_interests


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
    below = control(held, top, parameters, certain=True)
    if bottom in below:
        yield Hit(below.chain(bottom))
        return
    perhaps = control(held, top, parameters, certain=False)
    if bottom in perhaps:
        yield Hit(perhaps.chain(bottom), certain=False)


def association_not_separated(graph: Graph, matter: Matter, parameters: Parameters) -> Iterator[Hit]:
    """An industry association still tied to the department in institution, people, finances or premises,
    which is the intermediary or controls it (行业协会商会与行政机关脱钩总体方案: 五分离).
    """
    held = graph.on(matter.on)
    bottom, top = held.party(matter.intermediary), held.party(matter.authority)
    for node in held.nodes:
        urn = held.party(node.urn)
        if node.kind != "industry_association" or node.urn != urn:
            continue
        tie = next(_ties(held, urn, top), None)
        below = control(held, urn, parameters, certain=True)
        if tie and bottom in below:
            yield Hit((*tie, *below.chain(bottom)))


def _ties(graph: Graph, association: str, top: str) -> Iterator[tuple[Interest, ...]]:
    for interest in graph.into.get(association, ()):
        if graph.holder(interest) == top and interest.kind in STRUCTURAL | MUTUAL:
            yield (interest,)
    for interest in graph.out.get(association, ()):
        if graph.subject(interest) == top and interest.kind in MUTUAL:
            yield (interest,)
    for person, post, certain in peoples_interests(graph, association):
        for office in graph.out.get(person, ()):
            if certain and office.kind == OFFICIAL and graph.subject(office) == top:
                yield (office, post)
