"""The stored tree: tiles read and grown."""

from collections.abc import Iterable

from django.db import connection

from .merkle import HASH_BYTES, Frontier
from .models import Tile
from .tlog import TILE_WIDTH

HEIGHT = 8  # levels between two rows of tiles


class TileReader:
    """Reads the hash of any complete subtree from tiles; each tile is fetched once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of leaves [index << level, (index + 1) << level). Raises LookupError where it is not."""
        row, rest = divmod(level, HEIGHT)
        first, wide = index << rest, 1 << rest
        hashes = self._tile(row, first // TILE_WIDTH)
        start = first % TILE_WIDTH * HASH_BYTES
        part = hashes[start : start + wide * HASH_BYTES]
        if len(part) != wide * HASH_BYTES:
            raise LookupError(f"the tree holds no subtree {level}/{index}")
        frontier = Frontier()
        for at in range(0, len(part), HASH_BYTES):
            frontier.append(part[at : at + HASH_BYTES])
        return frontier.root()

    def _tile(self, row: int, index: int) -> bytes:
        if (row, index) not in self._kept:
            found = Tile.objects.filter(level=row, index=index).values_list("hashes", flat=True).first()
            self._kept[row, index] = bytes(found or b"")
        return self._kept[row, index]


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
