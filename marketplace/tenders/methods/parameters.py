"""Parameters of a method: their schema, and how what somebody typed becomes what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
CRITERIA_LIMIT = 12


class BadParameters(ValueError):
    """What was wrong, by parameter: `faults` maps a name to a sentence."""

    def __init__(self, faults: Mapping[str, Text]) -> None:
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `kind`: "integer", "decimal", "choice", "text" or "criteria".

    Criteria are a list of {"name", "weight"}; as text one a line, `name | weight`. A decimal is kept as text.
    """

    name: str
    kind: str
    label: Text
    default: Any
    help: Text = ""
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    choices: tuple[tuple[str, Text], ...] = ()
    unit: Text = ""


def clean(schema: Sequence[Parameter], raw: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored, by name. Raises BadParameters with every fault, unknown names included."""
    faults: dict[str, Text] = {
        name: _("There is no such parameter.") for name in raw if name not in _names(schema)
    }
    done: dict[str, Any] = {}
    for parameter in schema:
        value = raw.get(parameter.name)
        try:
            done[parameter.name] = _one(parameter, parameter.default if value in (None, "", []) else value)
        except _Fault as fault:
            faults[parameter.name] = fault.says
    if faults:
        raise BadParameters(faults)
    return done


class _Fault(Exception):
    def __init__(self, says: Text) -> None:
        super().__init__(says)
        self.says = says


def _names(schema: Sequence[Parameter]) -> set[str]:
    return {parameter.name for parameter in schema}


def _one(parameter: Parameter, value: Any) -> Any:
    if parameter.kind == "choice":
        if value not in dict(parameter.choices):
            raise _Fault(_("Choose one of those offered."))
        return value
    if parameter.kind == "text":
        text = str(value or "").strip()
        if len(text) < int(parameter.minimum or 0):
            raise _Fault(_("Say why, in at least %(n)d characters.") % {"n": parameter.minimum})
        return text[: int(parameter.maximum or 2000)]
    if parameter.kind == "criteria":
        return criteria(value)
    return _number(parameter, value)


def _number(parameter: Parameter, value: Any) -> Any:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise _Fault(_("This is not a number.")) from None
    if not number.is_finite() or (parameter.kind == "integer" and number != number.to_integral_value()):
        raise _Fault(_("This is not a number.") if not number.is_finite() else _("Give a whole number."))
    if parameter.minimum is not None and number < parameter.minimum:
        raise _Fault(_("At least %(n)s.") % {"n": parameter.minimum})
    if parameter.maximum is not None and number > parameter.maximum:
        raise _Fault(_("At most %(n)s.") % {"n": parameter.maximum})
    return int(number) if parameter.kind == "integer" else str(number)


def criteria(value: Any) -> list[dict[str, str]]:
    """Criteria from text or from a list, each with a name and a weight above nought."""
    rows = _lines(value) if isinstance(value, str) else value
    made: list[dict[str, str]] = []
    for number, row in enumerate(rows, start=1):
        name, weight = str(row.get("name", "")).strip()[:60], str(row.get("weight", "")).strip()
        try:
            points = Decimal(weight)
        except InvalidOperation:
            points = Decimal(0)
        if not name or not points.is_finite() or points <= 0 or points != points.quantize(Decimal("0.1")):
            raise _Fault(_("Line %(n)d: give a name, a bar | and a weight above nought.") % {"n": number})
        made.append({"name": name, "weight": str(points)})
    if not made or len(made) > CRITERIA_LIMIT or len({row["name"] for row in made}) < len(made):
        raise _Fault(_("Give one to %(n)d criteria with different names.") % {"n": CRITERIA_LIMIT})
    return made


def _lines(text: str) -> list[dict[str, str]]:
    parts = (line.replace("｜", "|").rpartition("|") for line in text.splitlines() if line.strip())
    return [{"name": name, "weight": weight} for name, _bar, weight in parts]
