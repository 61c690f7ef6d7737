"""What an uploaded file is follows from its bytes: BODS, or a table of interests."""

from collections.abc import Iterator
from typing import IO

from .streaming import Read, statements


def opened(stream: IO[bytes], *, most: int | None) -> tuple[str, Iterator[Read]]:
    """The form of a file (ImportForm) and its statements in order. Raises InterestFileRefused."""
    return statements(stream, most=most)
