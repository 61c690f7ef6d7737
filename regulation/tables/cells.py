"""What a cell may hold, as pure functions. No ORM, no clock, no request."""

import datetime as dt
import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4})")
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


DIGITS_KEPT = 10**15  # of a longer number a spreadsheet has put noughts for the last digits


def escaped(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would take it for a formula.

    What already begins with apostrophes and then so gets one more, so that `unescaped` gives `text` back.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The text that `escaped` was given; a text that it would not have made stays as it is."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def for_xml(text: str) -> str:
    """`text` without what XML cannot carry, written `_xHHHH_` as Office Open XML has it."""
    return _ILLEGAL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def from_xml(text: str) -> str:
    """The text that `for_xml` was given."""
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), text)


def plain(value: object) -> str:
    """A cell's value as trimmed text: whole numbers without a point, days in ISO, line ends as `\\n`.

    A number too long for a spreadsheet stays one that nobody takes for what was typed: 1.1e+17.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and abs(value) >= DIGITS_KEPT:
        return f"{value:e}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def has_control(text: str) -> bool:
    """Whether a text holds what the database or a file cannot keep."""
    return bool(_CONTROL.search(text))


_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")


def day_of(text: str) -> dt.date | None:
    """A day written 2026-08-15, 2026/8/15, 2026.8.15 or 2026年8月15日; None where it is none."""
    found = _DAY.fullmatch(text)
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
