"""Which edges of a large graph lie on a circle. Pure, and without recursion."""

from array import array
from collections.abc import Iterable


def on_cycles(edges: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """The edges that lie on a directed circle of two nodes or more; an edge from a node to itself is none.

    Nodes with nothing in or nothing out are taken away again and again (linear in the edges); in what is left
    the strongly connected components are found by Tarjan's algorithm with a stack of its own.
    """
    index: dict[int, int] = {}
    heads, tails = array("i"), array("i")
    for a, b in edges:
        if a != b:
            heads.append(index.setdefault(a, len(index)))
            tails.append(index.setdefault(b, len(index)))
    alive = _trimmed(_trimmed(bytearray(b"\1" * len(index)), heads, tails), tails, heads)
    left = [(a, b) for a, b in zip(heads, tails, strict=True) if alive[a] and alive[b]]
    if not left:
        return set()
    names = {place: node for node, place in index.items() if alive[place]}
    component = _components(left)
    return {(names[a], names[b]) for a, b in left if component[a] == component[b]}


def _trimmed(alive: bytearray, heads: "array[int]", tails: "array[int]") -> bytearray:
    """Takes away each node that no living edge enters, and what then has none, to the end."""
    count = len(alive)
    entering, starts = array("i", bytes(4 * count)), array("i", bytes(4 * (count + 1)))
    for a, b in zip(heads, tails, strict=True):
        if alive[a] and alive[b]:
            entering[b] += 1
            starts[a + 1] += 1
    for place in range(count):
        starts[place + 1] += starts[place]
    filled, following = array("i", starts), array("i", bytes(4 * starts[count]))
    for a, b in zip(heads, tails, strict=True):
        if alive[a] and alive[b]:
            following[filled[a]] = b
            filled[a] += 1
    bare = array("i", (n for n in range(count) if alive[n] and not entering[n]))
    while bare:
        node = bare.pop()
        alive[node] = 0
        for place in range(starts[node], starts[node + 1]):
            after = following[place]
            entering[after] -= 1
            if not entering[after] and alive[after]:
                bare.append(after)
    return alive


def _components(edges: list[tuple[int, int]]) -> dict[int, int]:
    """Node → number of its strongly connected component."""
    after: dict[int, list[int]] = {}
    for a, b in edges:
        after.setdefault(a, []).append(b)
        after.setdefault(b, [])
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    component: dict[int, int] = {}
    stack: list[int] = []
    for root in after:
        if root in order:
            continue
        work = [(root, iter(after[root]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        while work:
            node, rest = work[-1]
            step = next((n for n in rest if n not in component), None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    while component.get(node) is None:
                        component[stack.pop()] = order[node]
            elif step in order:
                low[node] = min(low[node], order[step])
            else:
                order[step] = low[step] = len(order)
                stack.append(step)
                work.append((step, iter(after[step])))
    return component
