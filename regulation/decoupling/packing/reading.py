"""What does not fit in a rule pack, rule by rule and field by field. Pure.

`rules.read_pack` takes a pack or refuses it; here everything that is wrong is told at once, and things that a
machine would take and a person should not publish: a rule without a title, without law, in no known region.
"""

import datetime as dt
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..grounds import TESTS
from ..rules import BAR, NEEDS, REFER, WARN, BadPack, read_pack

VERSION = re.compile(r"(?=.*[0-9])[a-z0-9][a-z0-9.-]{0,29}\Z", re.ASCII)
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\Z", re.ASCII)
MOST_RULES = 500
PACK_FIELDS = frozenset({"version", "title", "title_zh", "start", "source", "rules"})
RULE_FIELDS = frozenset(
    {"code", "title", "title_zh", "provisions", "regions", "start", "end", "gates", "outcome", "test"}
    | {"parameters", "note", "note_zh"}
)
TEXTS = {"title": 200, "title_zh": 200, "note": 2000, "note_zh": 2000}


@dataclass(frozen=True, slots=True)
class Known:
    """What the site holds that a pack may name."""

    provisions: Collection[str]
    regions: Collection[str]
    gates: Collection[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not fit: in which rule (its place, from 1; 0 the pack), which field, and why."""

    place: int
    code: str
    field: str
    why: Any


def decoded(content: bytes) -> tuple[Any, list[Fault]]:
    """The JSON of a file, or where it breaks off."""
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_refused, parse_float=_refused, parse_int=_small)
        told = json.dumps(value, ensure_ascii=False)
        told.encode()
        if "\\u0000" not in told:
            return value, []
        why: Any = _("The file holds characters that no text has.")
    except UnicodeEncodeError:
        why = _("The file holds characters that no text has.")
    except UnicodeDecodeError:
        why = _("The file is not UTF-8.")
    except json.JSONDecodeError as fault:
        why = _("This is no JSON from line %(line)s, column %(column)s on.")
        why = why % {"line": fault.lineno, "column": fault.colno}
    except RecursionError:
        why = _("The file is nested too deeply.")
    except ValueError:
        why = _("Numbers are whole, or stand in quotation marks: “2.5”.")
    return None, [Fault(0, "", "", why)]


def _refused(text: str) -> None:
    raise ValueError(text)


def _small(text: str) -> int:
    """A number that every program reads alike (RFC 8785 goes no further than 2 to the 53)."""
    if len(text) > 15:
        raise ValueError(text)
    return int(text)


def faults(pack: Any, known: Known) -> list[Fault]:
    """Everything that is wrong with a pack, in the order of its rules; empty where it may be proposed."""
    if not isinstance(pack, dict):
        return [Fault(0, "", "", _("A pack is a JSON object with a version and rules."))]
    found = list(_of_pack(pack))
    rules = pack.get("rules")
    if not isinstance(rules, list) or not 0 < len(rules) <= MOST_RULES:
        why = _("A pack has a list of 1 to %(most)s rules.") % {"most": MOST_RULES}
        return [*found, Fault(0, "", "rules", why)]
    seen: set[str] = set()
    for place, rule in enumerate(rules, start=1):
        found += _of_rule(place, rule, known, seen)
    if not found:
        try:
            read_pack(pack)
        except BadPack as fault:  # whatever a check itself would stumble over
            found.append(Fault(0, "", "rules", str(fault)))
    return found


def _of_pack(pack: dict[str, Any]) -> Iterator[Fault]:
    for name in sorted(set(pack) - PACK_FIELDS):
        yield Fault(0, "", name, _("There is no such field."))
    if not isinstance(pack.get("version"), str) or not VERSION.match(pack["version"]):
        yield Fault(0, "", "version", _("Small letters, digits, dots and hyphens, up to 30, with a digit."))
    for name in ("title", "title_zh"):
        yield from _text(0, "", name, pack.get(name), 200, needed=True)
    yield from _text(0, "", "source", pack.get("source"), 300, needed=True)
    yield from _day(0, "", "start", pack.get("start"))


def _of_rule(place: int, rule: Any, known: Known, seen: set[str]) -> Iterator[Fault]:
    if not isinstance(rule, dict):
        yield Fault(place, "", "", _("A rule is a JSON object."))
        return
    code = rule.get("code") if isinstance(rule.get("code"), str) else ""
    code = str(code)
    for name in sorted(set(rule) - RULE_FIELDS):
        yield Fault(place, code, name, _("There is no such field."))
    if not CODE.match(code):
        yield Fault(place, code, "code", _("Small letters, digits and hyphens, up to 60."))
    if code in seen:
        yield Fault(place, code, "code", _("Another rule of the pack has this code."))
    seen.add(code)
    for name, most in TEXTS.items():
        yield from _text(place, code, name, rule.get(name), most, needed=name.startswith("title"))
    yield from _days(place, code, rule)
    yield from _one_of(place, code, "outcome", rule.get("outcome"), (BAR, REFER, WARN))
    yield from _one_of(place, code, "test", rule.get("test"), sorted(TESTS))
    yield from _lists(place, code, rule, known)
    yield from _parameters(place, code, rule)


def _text(place: int, code: str, name: str, value: Any, most: int, *, needed: bool) -> Iterator[Fault]:
    if value in (None, "") and not needed:
        return
    if not isinstance(value, str) or not value.strip():
        yield Fault(place, code, name, _("A text is needed."))
    elif len(value) > most or "\0" in value:
        yield Fault(place, code, name, _("A text of up to %(most)s characters.") % {"most": most})


def _day(place: int, code: str, name: str, value: Any) -> Iterator[Fault]:
    try:
        if value not in (None, ""):
            dt.date.fromisoformat(value)
    except (ValueError, TypeError):
        yield Fault(place, code, name, _("A day such as 2027-01-01, or null."))


def _days(place: int, code: str, rule: dict[str, Any]) -> Iterator[Fault]:
    wrong = [f for name in ("start", "end") for f in _day(place, code, name, rule.get(name))]
    yield from wrong
    start, end = rule.get("start"), rule.get("end")
    if not wrong and start and end and dt.date.fromisoformat(end) <= dt.date.fromisoformat(start):
        yield Fault(place, code, "end", _("The end, not included, comes after the start."))


def _one_of(place: int, code: str, name: str, value: Any, allowed: Collection[str]) -> Iterator[Fault]:
    if not isinstance(value, str) or value not in allowed:
        yield Fault(place, code, name, _("One of: %(allowed)s.") % {"allowed": ", ".join(allowed)})


def _lists(place: int, code: str, rule: dict[str, Any], known: Known) -> Iterator[Fault]:
    held = {"provisions": known.provisions, "regions": known.regions, "gates": known.gates}
    why = {
        "provisions": _("The registry holds no provision %(value)s."),
        "regions": _("There is no region %(value)s."),
        "gates": _("There is no gate %(value)s."),
    }
    for name, there in held.items():
        values = rule.get(name) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            yield Fault(place, code, name, _("A list of texts."))
            continue
        for value in values:
            if value not in there:
                yield Fault(place, code, name, why[name] % {"value": value[:80]})
    if not rule.get("regions"):
        yield Fault(place, code, "regions", _("Where it applies: 000000 is the whole country."))
    if not rule.get("provisions") and not (rule.get("note") and rule.get("note_zh")):
        why_none = _("The law behind it, or a note in both languages that says why none is named.")
        yield Fault(place, code, "provisions", why_none)


def _parameters(place: int, code: str, rule: dict[str, Any]) -> Iterator[Fault]:
    parameters = rule.get("parameters") or {}
    if not isinstance(parameters, dict):
        yield Fault(place, code, "parameters", _("A JSON object."))
        return
    for name in NEEDS.get(str(rule.get("test")), ()):
        if name not in parameters:
            why = _("The test %(test)s needs the parameter %(name)s.")
            yield Fault(place, code, "parameters", why % {"test": rule["test"], "name": name})
    for name in ("threshold", "at_least"):
        if name in parameters and not _is_per_cent(parameters[name]):
            yield Fault(place, code, f"parameters.{name}", _("A per cent from 0 to 100."))
    for name in ("leading_years", "other_years", "years"):
        if name in parameters and parameters[name] not in (1, 2, 3):
            yield Fault(place, code, f"parameters.{name}", _("A number from 1 to 3."))
    if "steps" in parameters and parameters["steps"] not in range(1, 11):
        yield Fault(place, code, "parameters.steps", _("A number from 1 to 10."))
    if "services" in parameters and not _are_texts(parameters["services"]):
        yield Fault(place, code, "parameters.services", _("A list of texts."))
    groups = parameters.get("excluding", [])
    if not isinstance(groups, list) or not all(_are_texts(group) for group in groups):
        yield Fault(place, code, "parameters.excluding", _("A list of lists of texts."))


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_per_cent(value: Any) -> bool:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return bool(re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", text, re.ASCII)) and float(text) <= 100
