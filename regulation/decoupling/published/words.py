"""What a rule's fields and parameters are called, and their values in words a reader knows."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.registry.models import Service

from ..models import Gate
from ..rules import Rule

OUTCOMES: dict[str, Any] = {
    "bar": _("bars"),
    "refer": _("two regulators decide"),
    "warn": _("warning"),
}
GATES: dict[str, Any] = dict(Gate.choices)
PARAMETERS: dict[str, Any] = {
    "threshold": _("Control begins above, per cent of shares or votes"),
    "any_share": _("A share of any size is enough"),
    "at_least": _("Effective share from which it counts, per cent"),
    "leading_years": _("Years after leaving office: leading members, county level and above"),
    "other_years": _("Years after leaving office: others"),
    "years": _("Years looked back"),
    "services": _("Only for these services"),
    "steps": _("Most interests between the two"),
    "excluding": _("Services that exclude one another in one project"),
}
FIELDS: dict[str, Any] = {
    "title": _("Title in English"),
    "title_zh": _("Title in Chinese"),
    "provisions": _("Provisions"),
    "regions": _("Regions"),
    "start": _("In force from"),
    "end": _("In force until"),
    "gates": _("Gates"),
    "outcome": _("What follows"),
    "test": _("Test"),
    "parameters": _("Parameters"),
}


class Words:
    """The names of the services and regions that some rules speak of, read once for all of them."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        listed = list(rules)
        codes = {code for rule in listed for code in _codes(rule.parameters)}
        places = {code for rule in listed for code in rule.regions if code != "000000"}
        self.services = {s.code: str(s) for s in Service.objects.filter(code__in=codes)} if codes else {}
        found = Region.objects.filter(code__in=places) if places else ()
        self.regions = {region.code: f"{region.code} {region}" for region in found}

    def region(self, code: str) -> str:
        return self.regions.get(code, code)

    def parameters(self, told: Mapping[str, Any]) -> list[tuple[str, Any, str]]:
        """Each parameter: its name in the pack, what it is called, and its value."""
        return [(name, PARAMETERS.get(name, ""), self.value(name, value)) for name, value in told.items()]

    def value(self, name: str, value: Any) -> str:
        if name == "services" and _is_list(value):
            return " · ".join(self.services.get(code, code) for code in value)
        if name == "excluding" and _is_list(value) and all(map(_is_list, value)):
            return " · ".join(" + ".join(self.services.get(code, code) for code in group) for group in value)
        if value is True:
            return str(_("yes"))
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def field(self, name: str, value: Any) -> list[str]:
        """The value of a rule's field in lines, for a table of differences."""
        if value is None or value in ((), "") or value == {}:
            return ["—"]
        if isinstance(value, dt.date):
            return [value.isoformat()]
        if isinstance(value, Mapping):
            return [f"{label or key}: {said}" for key, label, said in self.parameters(value)]
        if name == "outcome":
            return [str(OUTCOMES.get(value, value))]
        if name == "gates":
            return [", ".join(str(GATES.get(gate, gate)) for gate in value)]
        if name == "regions":
            return [", ".join(map(self.region, value))]
        return [", ".join(value) if isinstance(value, tuple) else str(value)]


def _codes(told: Mapping[str, Any]) -> Iterable[str]:
    for one in (*_listed(told.get("services")), *_listed(told.get("excluding"))):
        yield from (one,) if isinstance(one, str) else _listed(one)


def _listed(value: Any) -> list[Any]:
    """The codes, or groups of codes, of a parameter; none where it holds something else."""
    return list(value) if _is_list(value) else []


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str | list | tuple) for one in value)
