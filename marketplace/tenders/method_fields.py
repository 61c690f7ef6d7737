"""Fields of a form for the parameters of a method, by the method's own schema."""

from collections.abc import Mapping
from typing import Any

from django import forms

from .methods import Method, Parameter

PREFIX = "parameter_"


def _shown(parameter: Parameter, value: Any) -> Any:
    """A stored value as it stands in its field: criteria one a line, name and weight."""
    if parameter.kind == "criteria" and not isinstance(value, str):
        return "\n".join(f"{row['name']} | {row['weight']}" for row in value or ())
    return value


def _field(parameter: Parameter) -> forms.Field:
    said: dict[str, Any] = {"label": parameter.label, "help_text": parameter.help, "required": False}
    if parameter.kind == "choice":
        return forms.ChoiceField(choices=parameter.choices, **said)
    if parameter.kind in ("text", "criteria"):
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, **said)
    bounds = {"min_value": parameter.minimum, "max_value": parameter.maximum}
    made = forms.IntegerField if parameter.kind == "integer" else forms.DecimalField
    return made(**said, **bounds)  # type: ignore[arg-type]


def fields_of(method: Method, stored: Mapping[str, Any]) -> dict[str, forms.Field]:
    """A field a parameter, filled with what is stored or the default."""
    made = {}
    for parameter in method.parameters:
        one = _field(parameter)
        one.initial = _shown(parameter, stored.get(parameter.name, parameter.default))
        made[PREFIX + parameter.name] = one
    return made


def raw_of(method: Method, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, by parameter; what the page did not ask for is left to the defaults."""
    sent = {p.name: cleaned.get(PREFIX + p.name) for p in method.parameters}
    return {name: value for name, value in sent.items() if value not in (None, "")}
