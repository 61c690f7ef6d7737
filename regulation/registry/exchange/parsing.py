"""From the texts of a row to typed values, or to what is wrong with them."""

import re
from dataclasses import dataclass
from typing import Any

from regulation.tables.cells import day_of, has_control
from regulation.tables.columns import Column, Holds
from regulation.tables.header import spoken
from regulation.tables.reading import Formula

from ..forms.days import EARLIEST, LATEST
from .faults import Fault
from .lookups import Lookups, Wrong, near

KEY = re.compile(r"[-a-zA-Z0-9_]+")
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Parsed:
    """A row whose cells each make sense: typed values of the columns the file has. Regions, services,
    approvals, conditions by their code; provisions as a tuple of references; departments still as text."""

    row: int
    values: dict[str, Any]


def parse(row: int, cells: list[str], columns: list[Column | None], lookups: Lookups) -> Parsed | list[Fault]:
    """One row's values, or every cell's fault."""
    values: dict[str, Any] = {}
    names: list[tuple[Column, str]] = []
    faults: list[Fault] = []
    for n, column in enumerate(columns):
        if column is None or column.holds == Holds.MARK:
            continue
        text = cells[n] if n < len(cells) else ""
        try:
            _sound(column, text)
            if column.holds == Holds.NAME:
                names.append((column, text))
            else:
                values[column.name] = _value(column, text, lookups)
        except Wrong as wrong:
            faults.append(fault(row, column.name, text, wrong))
    faults += _contradictions(row, names, values, lookups)
    if faults:
        faults += _department_too(row, values, lookups)
    return faults or Parsed(row, values)


def _department_too(row: int, values: dict[str, Any], lookups: Lookups) -> list[Fault]:
    """What a sound row is asked later, of one that is wrong already: whoever mends it mends all at once."""
    name, region = values.get("department"), values.get("region")
    if not name or not region:
        return []
    try:
        lookups.department(name, region)
    except Wrong as wrong:
        return [fault(row, "department", name, wrong)]
    return []


def fault(row: int, column: str, text: object, wrong: Wrong) -> Fault:
    return Fault(row, column, _shown(text), wrong.code, wrong.meant[:400], dict(wrong.params))


def _shown(text: object) -> str:
    return "".join("�" if has_control(c) else c for c in str(text)[:SHOWN])


def _sound(column: Column, text: str) -> None:
    if isinstance(text, Formula):
        raise Wrong("formula")
    if has_control(text):
        raise Wrong("control")
    if not text and column.needed:
        raise Wrong("needed")


def _value(column: Column, text: str, lookups: Lookups) -> Any:
    match column.holds:
        case Holds.NUMBER:
            return _number(column, text) if text else None
        case Holds.DAY:
            return _day(text) if text else None
        case Holds.CHOICE:
            return _choice(column, text) if text else ""
        case Holds.PROVISIONS:
            return _provisions(text, lookups)
        case Holds.REGION | Holds.SERVICE | Holds.APPROVAL | Holds.CONDITION:
            return getattr(lookups, str(column.holds))(text) if text else ""
    if len(text) > column.most:
        raise Wrong("too_long", most=column.most)
    if column.holds == Holds.KEY and not KEY.fullmatch(text):
        raise Wrong("not_a_key", re.sub(r"[^-a-zA-Z0-9_]+", "-", text).strip("-"))
    return text


def _number(column: Column, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        if re.fullmatch(r"-?[0-9]+", text):
            raise Wrong("number_out_of_range", least=1, most=column.most)
        found = re.search(r"[0-9]{1,9}", text)
        raise Wrong("not_a_number", found[0] if found else "")
    if not 1 <= int(text) <= column.most:
        raise Wrong("number_out_of_range", least=1, most=column.most)
    return int(text)


def _day(text: str) -> Any:
    day = day_of(text)
    if day is None:
        swapped = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text)
        likely = day_of("-".join(swapped.group(3, 2, 1))) if swapped else None
        raise Wrong("not_a_day", likely.isoformat() if likely else "")
    if not EARLIEST <= day <= LATEST:
        raise Wrong("day_out_of_range")
    return day


def _choice(column: Column, text: str) -> str:
    known = spoken(column)
    if text.lower() not in known:
        raise Wrong("not_a_choice", near(text.lower(), known))
    return known[text.lower()]


def _provisions(text: str, lookups: Lookups) -> tuple[str, ...]:
    refs = tuple(part.strip() for part in re.split(r"[;；\n]", text) if part.strip())
    for ref in refs:
        lookups.provision(ref)
    if len(set(refs)) < len(refs):
        raise Wrong("repeated_provision", "; ".join(dict.fromkeys(refs)))
    return refs


def _contradictions(
    row: int, names: list[tuple[Column, str]], values: dict[str, Any], lookups: Lookups
) -> list[Fault]:
    faults = []
    for column, text in names:
        code = values.get(column.of)
        if not text or not code:
            continue
        name = _name_of(column.of, code, lookups)
        if name != text:
            wrong = Wrong("contradicts", f"{code} {name}", of=column.of)
            faults.append(fault(row, column.name, text, wrong))
    return faults


def _name_of(what: str, code: str, lookups: Lookups) -> str:
    if what == "region":
        return lookups.regions[code].strip()
    known = lookups.services if what == "service" else lookups.approvals
    return known[code][1].strip()
