"""Reading a file of laws and articles: what it says, and everything that is wrong with it. No ORM, no clock.

The format stands in docs/import-provisions.md.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from .models.level import Level

LARGEST = 64 * 1024 * 1024  # bytes
EARLIEST, LATEST = dt.date(1949, 10, 1), dt.date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong where. `row`: "3" the third instrument, "3.2" its second article, "" the file."""

    row: str
    field: str
    message: str

    def __str__(self) -> str:
        where = _("row %(row)s") % {"row": self.row} if self.row else _("the file")
        named = f" · {self.field}" if self.field else ""
        return f"{where}{named}: {self.message}"


@dataclass(slots=True)
class FileRow:
    """One instrument or article: only the fields that the file gives; null clears what may be empty."""

    row: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class InstrumentRow(FileRow):
    articles: list[FileRow] = field(default_factory=list)


@dataclass(slots=True)
class ProvisionFile:
    source: str = ""
    instruments: list[InstrumentRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


Rule = Callable[[Any], Any]  # returns the value; raises ValueError with a sentence


def _words(longest: int, *, clearable: bool = False) -> Rule:
    def rule(value: Any) -> str:
        if value is None and clearable:
            return ""
        if not isinstance(value, str):
            raise ValueError(_("has to be text"))
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError(_("holds a character that cannot be stored"))
        if len(value) > longest:
            raise ValueError(_("is longer than %(n)s characters") % {"n": longest})
        if not value.strip() and not clearable:
            raise ValueError(_("is empty"))
        return value.strip()

    return rule


def _day(value: Any) -> dt.date:
    try:
        day = dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise ValueError(_("has to be a day as 2026-08-15, between 1949-10-01 and 2199-12-31"))
    return day


def _open_day(value: Any) -> dt.date | None:
    return None if value is None else _day(value)


def _level(value: Any) -> str:
    if value not in Level.values:
        raise ValueError(_("has to be one of: %(levels)s") % {"levels": ", ".join(Level.values)})
    return str(value)


def _position(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 2_147_483_647:
        raise ValueError(_("has to be a whole number, not below 0"))
    return value


def _ref(longest: int) -> Rule:
    words = _words(longest)

    def rule(value: Any) -> str:
        ref: str = words(value)
        if not all(c.isalnum() or c in "-_" for c in ref):
            raise ValueError(_("may hold letters, digits, - and _ only"))
        return ref

    return rule


INSTRUMENT: dict[str, Rule] = {
    "ref": _ref(60),
    "title": _words(200),
    "title_en": _words(300, clearable=True),
    "number": _words(120, clearable=True),
    "issuer": _words(120, clearable=True),
    "level": _level,
    "region": _words(6),
    "in_force_from": _day,
    "in_force_to": _open_day,
    "version_date": _open_day,
    "repealed_by": _words(60, clearable=True),
    "source": _words(300),
}
ARTICLE: dict[str, Rule] = {
    "article": _words(60),
    "ref": _ref(80),
    "article_order": _position,
    "text": _words(100_000, clearable=True),
    "summary": _words(5_000),
    "summary_en": _words(5_000, clearable=True),
    "in_force_from": _day,
    "in_force_to": _open_day,
    "source": _words(300),
}


def read(content: bytes) -> ProvisionFile:
    """What the file says; every fault of its form is listed, and then nothing else of it may be used."""
    found = ProvisionFile()
    document = _document(content, found.faults)
    if found.faults:
        return found
    source = _checked({"source": document.get("source")}, {"source": _words(300)}, "", found.faults)
    found.source = source.get("source", "")
    for name in document.keys() - {"source", "instruments"}:
        found.faults.append(Fault("", name, _("is not a field of this format")))
    for n, item in enumerate(_items(document, "instruments", "", found.faults), start=1):
        found.instruments.append(_instrument(item, str(n), found.faults))
    return found


def _document(content: bytes, faults: list[Fault]) -> dict[str, Any]:
    if len(content) > LARGEST:
        faults.append(Fault("", "", _("is larger than 64 MB; split it")))
        return {}
    try:
        document = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except UnicodeDecodeError as wrong:
        faults.append(Fault("", "", _("is not UTF-8 at byte %(n)s") % {"n": wrong.start}))
    except json.JSONDecodeError as wrong:
        where = {"line": wrong.lineno, "column": wrong.colno}
        faults.append(Fault("", "", _("is not JSON at line %(line)s, column %(column)s") % where))
    except RecursionError:
        faults.append(Fault("", "", _("is nested too deeply")))
    except ValueError as wrong:
        faults.append(Fault("", "", str(wrong)))
    else:
        if isinstance(document, dict):
            return document
        faults.append(Fault("", "", _("has to be an object with “source” and “instruments”")))
    return {}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name in found if sum(name == other for other, _value in pairs) > 1)
        raise ValueError(_("names the field “%(name)s” twice in one object") % {"name": twice})
    return found


def _items(holder: dict[str, Any], name: str, row: str, faults: list[Fault]) -> Iterator[Any]:
    items = holder.get(name)
    if not isinstance(items, list) or not items:
        faults.append(Fault(row, name, _("has to be a list with at least one object")))
        return
    yield from items


def _instrument(item: Any, row: str, faults: list[Fault]) -> InstrumentRow:
    if not isinstance(item, dict):
        faults.append(Fault(row, "", _("has to be an object")))
        return InstrumentRow(row)
    values = {name: value for name, value in item.items() if name != "articles"}
    found = InstrumentRow(row, _checked(values, INSTRUMENT, row, faults))
    if "ref" not in item and "title" not in item:
        faults.append(Fault(row, "ref", _("name the instrument by its ref, or by title and number")))
    if "articles" in item:
        for n, article in enumerate(_items(item, "articles", row, faults), start=1):
            found.articles.append(_article(article, f"{row}.{n}", faults))
        faults.extend(_twice(found.articles, "article"))
    return found


def _article(item: Any, row: str, faults: list[Fault]) -> FileRow:
    if not isinstance(item, dict):
        faults.append(Fault(row, "", _("has to be an object")))
        return FileRow(row)
    if "article" not in item:
        faults.append(Fault(row, "article", _("is missing")))
    return FileRow(row, _checked(item, ARTICLE, row, faults))


def _checked(item: dict[str, Any], rules: dict[str, Rule], row: str, faults: list[Fault]) -> dict[str, Any]:
    values = {}
    for name, value in item.items():
        if name not in rules:
            faults.append(Fault(row, name, _("is not a field of this format")))
            continue
        try:
            values[name] = rules[name](value)
        except ValueError as wrong:
            faults.append(Fault(row, name, str(wrong)))
    start, end = values.get("in_force_from"), values.get("in_force_to")
    if start and end and end <= start:
        faults.append(Fault(row, "in_force_to", _("has to lie after in_force_from")))
    return values


def _twice(rows: Iterable[FileRow], name: str) -> Iterator[Fault]:
    seen: dict[Any, str] = {}
    for row in rows:
        value = row.values.get(name)
        if value is not None and value in seen:
            yield Fault(row.row, name, _("stands in row %(row)s already") % {"row": seen[value]})
        seen.setdefault(value, row.row)
