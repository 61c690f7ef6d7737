"""The record as a file that anybody can check against checkpoints: a line a leaf (docs/ledger.md)."""

from collections.abc import Iterator

from .models import Leaf
from .proofs import Disclosed, content_of, encoded
from .sequencing import header_of_entry

CHUNK = 2000


def export_lines(*, size: int, contents: bool) -> Iterator[str]:
    """The lines of the first `size` leaves; with `contents` also what entries say, unless erased."""
    leaves = Leaf.objects.filter(index__lt=size).order_by("index").select_related("entry")
    for leaf in leaves.iterator(chunk_size=CHUNK):
        words = [encoded(bytes(leaf.data))]
        if contents:
            words.append(_said("header", Disclosed(bytes(leaf.header_salt), header_of_entry(leaf.entry))))
            if (content := content_of(leaf.entry)) is not None:
                words.append(_said("content", content))
        yield " ".join(words) + "\n"


def _said(name: str, one: Disclosed) -> str:
    return f"{name} {encoded(one.salt)} {encoded(one.canonical)}"
