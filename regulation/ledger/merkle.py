"""The Merkle tree of RFC 9162 (and RFC 6962): roots, proofs and strict verifiers over SHA-256. Pure.

Leaves are counted from 0. A tree of size n covers leaves [0, n). Hashes are 32 bytes.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

_sha256 = hashlib.sha256
HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Reader = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree (level, index): leaves [index << level, (index + 1) << level)."""

Climb = Callable[[int, int], list[bytes]]
"""Gives the hashes beside leaf `index` and its ancestors on the lowest `levels`, all complete."""


class BadProof(ValueError):
    """A proof that does not prove what it says; the message says where it fails."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf's data (RFC 9162 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its two children (RFC 9162 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The right edge of a growing tree: the hashes of its complete subtrees, the largest first.

    Holds O(log n) hashes; appending costs one leaf hash and at most log n node hashes.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError("a frontier has one hash for each complete subtree of its size")

    def append(self, leaf: bytes) -> None:
        """Add the hash of one leaf."""
        peaks, rest = self.peaks, self.size
        while rest & 1:
            leaf = _sha256(b"\x01" + peaks.pop() + leaf).digest()
            rest >>= 1
        peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[int, int, list[bytes]]]:
        """Add the hashes of many leaves, a level at a time. Returns what became complete by them, upward:
        (level, index of the first, hashes)."""
        peaks = {level: peak for (level, _), peak in zip(_complete(0, self.size), self.peaks, strict=True)}
        complete, level, first, row = [], 0, self.size, list(leaves)
        self.size += len(row)
        while row:
            complete.append((level, first, row))
            if (left := peaks.pop(level, None)) is not None:
                row, first = [left, *row], first - 1
            if len(row) & 1:
                peaks[level] = row[-1]
            pairs = zip(row[::2], row[1::2], strict=False)
            row = [_sha256(b"\x01" + one + other).digest() for one, other in pairs]
            level, first = level + 1, first >> 1
        self.peaks = [peaks[level] for level in sorted(peaks, reverse=True)]
        return complete

    def root(self) -> bytes:
        """The root of the tree as it stands; of the empty one SHA-256 of nothing."""
        if not self.peaks:
            return EMPTY_ROOT
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node_hash(peak, found)
        return found


def frontier_of(size: int, read: Reader) -> Frontier:
    """The frontier of a tree whose complete subtrees can be read."""
    return Frontier(size, [read(level, index) for level, index in _complete(0, size)])


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(index: int, size: int, read: Reader, siblings: Climb | None = None) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of size `size` (RFC 9162 2.1.3).

    `siblings` reads at once those beside the leaf and its ancestors while these are complete: all but a few.
    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError("a proof is of a leaf within the tree")
    path: list[bytes] = []
    if siblings is not None:  # an ancestor is complete where the size's own bits at its level are more
        path = siblings(index, (index ^ size).bit_length() - 1)
    for level in range(len(path), (size - 1).bit_length()):
        sibling = index >> level ^ 1
        if sibling + 1 << level <= size:
            path.append(read(level, sibling))
        elif (start := sibling << level) < size:
            path.append(_range_root(start, size, read))
    return path


def consistency_proof(old: int, new: int, read: Reader) -> list[bytes]:
    """The hashes by which the root of size `new` contains that of size `old` (RFC 9162 2.1.4).

    Raises ValueError unless 0 < old <= new. Empty where the sizes are equal.
    """
    if not 0 < old <= new:
        raise ValueError("a tree is consistent with a smaller one that is not empty")
    path: list[bytes] = []
    start, end, known = 0, new, True
    while end != old or start == old:
        if end - start == 1:
            break
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(middle, end, read))
            end = middle
        else:
            path.append(_range_root(start, middle, read))
            start, known = middle, False
    if not known:
        path.append(_range_root(start, end, read))
    return path[::-1]


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises BadProof unless the hash of a leaf at `index` is in the tree of this size and root.

    Size 0, an index outside, hashes of another length and hashes left over are refused (RFC 9162 2.1.3.2).
    """
    if size <= 0 or not 0 <= index < size:
        raise BadProof("the leaf lies outside the tree")
    _measured([leaf, root, *proof])
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise BadProof("the proof has more hashes than the tree has levels")
        if at & 1 or at == last:
            found = node_hash(step, found)
            while at & 1 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    if last:
        raise BadProof("the proof has fewer hashes than the tree has levels")
    if found != root:
        raise BadProof("the proof leads to another root")


def verify_consistency(
    *, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises BadProof unless the tree of size `new` begins with the one of size `old` (RFC 9162 2.1.4.2)."""
    if not 0 < old <= new:
        raise BadProof("only a tree that is not empty has a continuation, and that is no smaller")
    _measured([old_root, new_root, *proof])
    if old == new:
        if proof or old_root != new_root:
            raise BadProof("two trees of one size are the same, without a proof")
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise BadProof("the proof is empty")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = path[0]
    for step in path[1:]:
        if last == 0:
            raise BadProof("the proof has more hashes than the tree has levels")
        if at & 1 or at == last:
            was, now = node_hash(step, was), node_hash(step, now)
            while at & 1 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, step)
        at, last = at >> 1, last >> 1
    if last:
        raise BadProof("the proof has fewer hashes than the tree has levels")
    if was != old_root:
        raise BadProof("the proof does not lead to the old root")
    if now != new_root:
        raise BadProof("the proof does not lead to the new root")


def _measured(hashes: Iterable[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise BadProof("a hash has 32 bytes")


def _split(size: int) -> int:
    """The largest power of two smaller than a size of at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _complete(start: int, end: int) -> list[tuple[int, int]]:
    """The complete subtrees that make up leaves [start, end), the first leaves first.

    `start` is a multiple of the largest of them, as every range of the tree's own recursion is.
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def _range_root(start: int, end: int, read: Reader) -> bytes:
    parts = [read(level, index) for level, index in _complete(start, end)]
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = node_hash(part, found)
    return found
