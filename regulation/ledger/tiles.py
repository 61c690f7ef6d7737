"""The stored tree: tiles read and grown."""

from collections.abc import Iterable

from django.db import connection

from .merkle import HASH_BYTES, node_hash
from .models import Tile
from .tlog import TILE_WIDTH

HEIGHT = 8  # levels between two rows of tiles


class TileReader:
    """Reads the hash of any complete subtree from tiles; each tile is fetched once, and its own levels hashed
    when the first of them is asked for."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], list[list[bytes]]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of leaves [index << level, (index + 1) << level). Raises LookupError where it is not."""
        rest = level % HEIGHT
        row, tile = level // HEIGHT, index >> HEIGHT - rest
        levels = self._kept.get((row, tile)) or self._fetched(row, tile)
        if len(levels) <= rest:
            _hash_up(levels, rest)
        try:
            return levels[rest][index & (TILE_WIDTH - 1 >> rest)]
        except IndexError:
            raise LookupError(f"the tree holds no subtree {level}/{index}") from None

    def siblings(self, index: int, levels: int) -> list[bytes]:
        """The hashes beside a leaf and its ancestors on the lowest levels, all complete subtrees.

        Raises LookupError where the tree does not reach so far."""
        found: list[bytes] = []
        for start in range(0, levels, HEIGHT):
            at = (start // HEIGHT, index >> start + HEIGHT)
            tile = self._kept.get(at) or self._fetched(*at)
            high, within = min(HEIGHT, levels - start), index >> start & TILE_WIDTH - 1
            _hash_up(tile, high - 1)
            try:
                found += [tile[rest][within >> rest ^ 1] for rest in range(high)]
            except IndexError:
                raise LookupError(f"the tree holds no {levels} levels above leaf {index}") from None
        return found

    def fetch(self, index: int, size: int) -> None:
        """Fetch at once the tiles that an inclusion proof of a leaf, in the tree of a size, is made of."""
        wanted = set()
        for row in range(((size - 1).bit_length() + HEIGHT - 1) // HEIGHT):
            for leaf in (index, size - 1):
                wanted.add((row, leaf >> HEIGHT * row + HEIGHT))
        rows, indices = zip(*wanted, strict=True) if wanted else ((), ())
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT level, index, hashes FROM ledger_tile "
                "JOIN unnest(%s::smallint[], %s::bigint[]) AS wanted (level, index) USING (level, index)",
                [list(rows), list(indices)],
            )
            for row, tile, hashes in cursor.fetchall():
                self._kept[row, tile] = [_split(hashes)]

    def _fetched(self, row: int, tile: int) -> list[list[bytes]]:
        found = Tile.objects.filter(level=row, index=tile).values_list("hashes", flat=True).first()
        self._kept[row, tile] = levels = [_split(found or b"")]
        return levels


def _hash_up(levels: list[list[bytes]], to: int) -> None:
    """Add the levels of a tile up to one, each from the one below it."""
    while len(levels) <= to:
        below = levels[-1]
        levels.append([node_hash(*pair) for pair in zip(below[::2], below[1::2], strict=False)])


def _split(hashes: bytes | memoryview) -> list[bytes]:
    joined = bytes(hashes)
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def grow(complete: Iterable[tuple[int, int, list[bytes]]]) -> None:
    """Add runs of subtrees (level, index of the first, hashes); only every eighth level is stored."""
    added: dict[tuple[int, int], bytes] = {}
    for level, index, hashes in complete:
        if level % HEIGHT:
            continue
        start = 0
        while start < len(hashes):
            tile, within = divmod(index + start, TILE_WIDTH)
            end = start + TILE_WIDTH - within
            added[level // HEIGHT, tile] = b"".join(hashes[start:end])
            start = end
    with connection.cursor() as cursor:
        for (row, index), joined in sorted(added.items()):
            cursor.execute(
                "INSERT INTO ledger_tile AS t (level, index, hashes) VALUES (%s, %s, %s) "
                "ON CONFLICT (level, index) DO UPDATE SET hashes = t.hashes || EXCLUDED.hashes",
                [row, index, joined],
            )
