"""Holders that their source does not tell. Pure."""

from .control import Chain, controlled_by
from .graph import BY_SHARE, CONTROL, POSTS, STRUCTURAL, Graph
from .matter import Matter

UNTOLD = "untold"
HELD = BY_SHARE | CONTROL | STRUCTURAL


def untold_holder(graph: Graph, matter: Matter) -> Chain:
    """How somebody who is not told comes to hold anything in the intermediary, at any depth; else nothing.

    It may be anybody, the department too: who holds a share of whatever size is not known, so nothing is
    clear until a person has looked. Likewise a post in the intermediary itself.
    """
    held = graph.on(matter.on)
    bottom = held.party(matter.intermediary)
    for interest in held.into.get(bottom, ()):
        if held.kind(interest.holder) == UNTOLD and interest.kind in POSTS:
            return (interest,)
    for node in held.nodes:
        if node.kind == UNTOLD:
            below = controlled_by(held, node.urn, certain=False, any_share=True)
            if bottom in below and held.party(node.urn) != bottom:
                return below.chain(bottom)
    return ()
