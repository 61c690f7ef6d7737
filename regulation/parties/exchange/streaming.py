"""A file of statements, one after the other, in memory that does not grow with it. No ORM."""

import codecs
import gzip
import itertools
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import IO, Any, NoReturn

from .errors import InterestFileRefused
from .faults import Fault

CHUNK = 1 << 18
STATEMENT_MAX = 1 << 20  # characters: a larger one is no statement
DIGITS_MAX = 40
BLANK = " \t\r\n"


class Unreadable(Exception):
    """One statement that is no JSON. `code` is of faults.WHAT."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Read:
    """One value of the file and where it stands, from 1; or why it cannot be read. `faults` are of a row.

    `line` is its line, and in an array, which may stand on one line, its place in the array.
    """

    line: int
    value: Any = None
    unreadable: Unreadable | None = None
    faults: tuple[Fault, ...] = ()


def _number(text: str) -> Decimal:
    if len(text) > DIGITS_MAX:
        raise Unreadable("number_too_long")
    try:
        return Decimal(text)
    except InvalidOperation as broken:  # an exponent beyond what can be counted
        raise Unreadable("number_too_long") from broken


def _constant(text: str) -> NoReturn:
    raise Unreadable("not_a_json_number", text)


_decoder = json.JSONDecoder(parse_float=_number, parse_int=_number, parse_constant=_constant)


def unpacked(stream: IO[bytes]) -> IO[bytes]:
    """The stream itself, or what its gzip holds. The stream has to be able to go back to its start."""
    magic = stream.read(2)
    stream.seek(0)
    return gzip.GzipFile(fileobj=stream) if magic == b"\x1f\x8b" else stream  # type: ignore[return-value]


def _pieces(stream: IO[bytes], most: int | None) -> Iterator[str]:
    """Text by the piece. Raises InterestFileRefused for what is not UTF-8, too big, or a broken gzip."""
    decoder, read = codecs.getincrementaldecoder("utf-8-sig")(), 0
    while True:
        try:
            chunk = stream.read(CHUNK)
        except (EOFError, OSError, zlib.error) as broken:
            raise InterestFileRefused("bad_gzip") from broken
        read += len(chunk)
        if most is not None and read > most:
            raise InterestFileRefused("too_big", most=most // 1024 // 1024)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as broken:
            raise InterestFileRefused("not_utf8", byte=max(read - len(chunk), 0) + broken.start) from broken
        if text:
            yield text
        if not chunk:
            return


class _Window:
    """The part of the text that is being read, and the line it is at."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces, self.text, self.at, self.line, self.ended = pieces, "", 0, 1, False

    def more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            self.ended = True
            return False
        self.text, self.at = self.text[self.at :] + piece, 0
        return True

    def step(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to

    def skip_blank(self) -> str:
        """The next character that is not blank, or "" at the end."""
        while True:
            at, length = self.at, len(self.text)
            while at < length and self.text[at] in BLANK:
                at += 1
            self.step(at)
            if at < length:
                return self.text[at]
            if not self.more():
                return ""


def statements(stream: IO[bytes], *, most: int | None = None) -> tuple[str, Iterator[Read]]:
    """What the file is, `json` or `jsonl`, and its statements in order. Raises InterestFileRefused.

    `most` is how many bytes it may unpack to. A broken line spoils that line alone; a broken array cannot be
    read beyond the break, and the file is refused.
    """
    window = _Window(_pieces(unpacked(stream), most))
    first = window.skip_blank()
    if not first:
        raise InterestFileRefused("empty")
    if first == "[":
        window.step(window.at + 1)
        return "json", _array(window)
    if first == "{":
        return "jsonl", _lines(window)
    raise InterestFileRefused("not_bods")


def _array(window: _Window) -> Iterator[Read]:
    if window.skip_blank() == "]":
        window.step(window.at + 1)
        return _tail(window)
    for place in itertools.count(1):
        if not window.skip_blank():
            raise InterestFileRefused("bad_json", line=window.line, what="the array is not closed")
        yield _element(window, place)
        after = window.skip_blank()
        if after not in {",", "]"}:
            raise InterestFileRefused("bad_json", line=window.line, what="expected , or ]")
        window.step(window.at + 1)
        if after == "]":
            return _tail(window)


def _tail(window: _Window) -> None:
    if window.skip_blank():
        raise InterestFileRefused("bad_json", line=window.line, what="text after the array")


def _element(window: _Window, place: int) -> Read:
    line = window.line
    while True:
        try:
            value, end = _decoder.raw_decode(window.text, window.at)
            if end < len(window.text) or window.ended:
                window.step(end)
                return Read(place, value)
        except json.JSONDecodeError as broken:
            if window.ended or _definite(broken, len(window.text)):
                at = window.line + window.text.count("\n", window.at, broken.pos)
                raise InterestFileRefused("bad_json", line=at, what=broken.msg) from broken
        except RecursionError as broken:
            raise InterestFileRefused("bad_json", line=line, what="nested too deeply") from broken
        except Unreadable as broken:
            raise InterestFileRefused("bad_json", line=line, what="a number out of bounds") from broken
        if len(window.text) - window.at > STATEMENT_MAX:
            raise InterestFileRefused("statement_too_big", line=line, most=STATEMENT_MAX >> 20)
        window.more()


def _definite(broken: json.JSONDecodeError, length: int) -> bool:
    """Whether more text could not make it right: the break is well before the end of what was read."""
    return not broken.msg.startswith("Unterminated string") and broken.pos < length - 32


def _lines(window: _Window) -> Iterator[Read]:
    while window.skip_blank():
        while (end := window.text.find("\n", window.at)) < 0 and window.more():
            if len(window.text) - window.at > STATEMENT_MAX:
                raise InterestFileRefused("statement_too_big", line=window.line, most=STATEMENT_MAX >> 20)
        end = end if end >= 0 else len(window.text)
        text, line = window.text[window.at : end], window.line
        window.step(end)
        yield _line(text, line)


def _line(text: str, line: int) -> Read:
    try:
        value, end = _decoder.raw_decode(text)
        if text[end:].strip(BLANK):
            return Read(line, unreadable=Unreadable("bad_json", "text after the statement"))
        return Read(line, value)
    except json.JSONDecodeError as broken:
        return Read(line, unreadable=Unreadable("bad_json", broken.msg))
    except RecursionError:
        return Read(line, unreadable=Unreadable("bad_json", "nested too deeply"))
    except Unreadable as broken:
        return Read(line, unreadable=broken)
