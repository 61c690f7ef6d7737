"""What rivals in one tender had in common when their bids were opened, whatever they told since."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import combinations

from django.utils import timezone

from regulation.parties.models import ContactRecord

from ..graph import Graph, Interest, Node
from .gathering import SHARED, attributes_of, tie_between

ENTITY = "parties.entity/"


def with_contacts_of(graph: Graph, rivals: Sequence[str], *, at: dt.datetime | None) -> Graph:
    """The graph with the ties of address, contact and account that the register told of rivals at a moment.

    A bidder that tells another telephone between opening and award stays tied by the one it bid with
    (招标投标法实施条例 39-40 speak of the bids). A tie reads the same whether the register still tells it or
    not, so the answer that two regulators gave holds. Without a moment, or where it tells no more, the same.
    """
    if at is None or len(rivals) < 2:
        return graph
    there = {interest.ref for interest in graph.interests}
    nodes = {node.urn: node for node in graph.nodes}
    more = [tie for tie in _ties(nodes, rivals, at=at) if tie.ref not in there]
    return Graph.of([*graph.interests, *more], graph.nodes, graph.same) if more else graph


def _ties(nodes: dict[str, Node], rivals: Sequence[str], *, at: dt.datetime) -> Iterable[Interest]:
    told = ContactRecord.objects.filter(
        entity__in=[int(urn.removeprefix(ENTITY)) for urn in rivals],
        held__contains=timezone.localdate(at),
        recorded__contains=at,
    )
    rows = [(row.entity_id, attributes_of(as_told(row))) for row in told.order_by("entity")]
    for attribute, kind in SHARED.items():
        equal: dict[str, list[int]] = {}
        for key, values in rows:
            if value := values[attribute]:
                equal.setdefault(value, []).append(key)
        for keys in equal.values():
            for one, other in combinations(keys, 2):
                yield tie_between(nodes, one, other, kind, attribute)


def as_told(row: ContactRecord) -> tuple[str, str, str, str]:
    """Address, telephone, mail and account of a record as a check reads them."""
    digest = row.account_digest
    return row.address, row.phone, row.email.lower(), bytes(digest).hex() if digest is not None else ""
