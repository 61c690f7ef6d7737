"""A stored check held against the record as it was known when the check was made."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from regulation.parties.models import ContactRecord, Entity

from ..graph import Graph, Interest
from ..matter import Matter
from ..models import Check
from .gathering import gather
from .rivals import with_contacts_of

AGENT, REGISTER = "agent/", "register/"  # references of interests that are no dated statement


@dataclass(frozen=True)
class Regathered:
    """What the record gives at the check's day and moment, against what the check stored.

    `gone` and `come` are references of dated statements that are only in the one or the other; an interest
    whose text changed is in both. `undated` are ties read off the entity register where it kept
    no history at that moment: they may differ because an address did. Names are not compared.
    """

    graph: Graph
    gone: tuple[str, ...]
    come: tuple[str, ...]
    undated: tuple[str, ...]
    merges_agree: bool

    @property
    def agrees(self) -> bool:
        """Whether the dated record says the same as the check stored."""
        return not self.gone and not self.come and self.merges_agree


def regather(check: Check) -> Regathered:
    """Gather once more what a check read, on its day and as known at its moment.

    Raises ValueError for a check of the first pack, which did not store what it was about.
    """
    if not check.matter or check.known_at is None:
        raise ValueError("this check stored neither its matter nor the moment of its knowledge")
    matter, stored = Matter.from_json(check.matter), Graph.from_json(check.graph)
    first = [matter.intermediary, matter.owner, *matter.rivals]
    beside = (*(part.urn for part in matter.parts), matter.authority, *matter.neighbours)
    found = _entities([*first, *beside])
    compared = _entities([matter.intermediary, *matter.rivals])
    graph, _ = gather(found, on=matter.on, known_at=check.known_at, compared=compared)
    graph = with_contacts_of(graph, matter.rivals, at=matter.contacts_at)
    was, now = _plain(stored.interests), _plain(graph.interests)
    differ = was ^ now
    undated = _without_history(differ, check.known_at)
    dated = {i for i in differ if not i.ref.startswith(AGENT) and i.ref not in undated}
    return Regathered(
        graph=graph,
        gone=tuple(sorted({i.ref for i in dated & was})),
        come=tuple(sorted({i.ref for i in dated & now})),
        undated=tuple(sorted(undated)),
        merges_agree=stored.same == graph.same,
    )


def _without_history(differ: Iterable[Interest], moment: dt.datetime) -> set[str]:
    """Of ties read off the register those of an entity whose contacts nobody kept the history of by then."""
    ends = {i.ref: {int(key) for key in i.ref.split("/")[2:]} for i in differ if i.ref.startswith(REGISTER)}
    found = ContactRecord.objects.filter(entity__in=set().union(*ends.values()), recorded__contains=moment)
    before = set(found.filter(recorded__lower_inf=True).values_list("entity", flat=True))
    return {ref for ref, keys in ends.items() if keys & before}


def _entities(urns: Iterable[str]) -> list[Entity]:
    keys = [int(urn.removeprefix("parties.entity/")) for urn in dict.fromkeys(urns) if urn]
    found = Entity.objects.in_bulk(keys)
    return [found[key] for key in keys]


def _plain(interests: Iterable[Interest]) -> set[Interest]:
    return {replace(interest, holder_name="", subject_name="") for interest in interests}
