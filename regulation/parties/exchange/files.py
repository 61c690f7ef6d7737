"""What an uploaded file is follows from its bytes: BODS, or a table of interests."""

import codecs
from collections import Counter
from collections.abc import Iterator
from typing import IO

from regulation.tables.reading import MAX_BYTES, OLD_EXCEL, PACKED

from ..models import ImportForm, Region
from .statements import Reader
from .streaming import Read, statements
from .tabling import Rows

GZIP, MARK = b"\x1f\x8b", b"\xef\xbb\xbf"


def opened(stream: IO[bytes], *, most: int | None, reader: Reader) -> tuple[str, Iterator[Read]]:
    """The form of a file (ImportForm) and its statements in order. Raises InterestFileRefused.

    A table is read into memory whole, and is refused above what regulation.tables takes.
    """
    head = stream.read(64)
    stream.seek(0)
    if not _is_table(head):
        return statements(stream, most=most)
    content = stream.read(min(most or MAX_BYTES, MAX_BYTES) + 1)
    return ImportForm.TABLE, Rows(content, reader=reader, regions=_regions()).reads()


def _is_table(head: bytes) -> bool:
    if head.startswith((PACKED, OLD_EXCEL)):
        return True
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16", "ignore") if wide else head.removeprefix(MARK).decode("latin-1")
    return not head.startswith(GZIP) and text.lstrip()[:1] not in ("", "[", "{")


def _regions() -> dict[str, str]:
    """Codes by the names that only one region has."""
    rows = list(Region.objects.values_list("name", "code"))
    often = Counter(name for name, _code in rows)
    return {name: code for name, code in rows if often[name] == 1}
