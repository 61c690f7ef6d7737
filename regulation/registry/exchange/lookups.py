"""What the cells of a file may refer to, and what somebody probably meant who referred to nothing."""

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TypeVar

from django.db.models import Q

from regulation.parties.models import Entity, EntityKind, Region

from ..models import LAWFUL_LEVELS, Approval, Condition, Provision, Service

T = TypeVar("T")
GUESSES = 300  # how many different wrong values a column may hold before no more guesses are made


class Wrong(Exception):
    """What is wrong with one cell."""

    def __init__(self, code: str, meant: str = "", **params: object) -> None:
        self.code, self.meant, self.params = code, meant, params
        super().__init__(code)


class Lookups:
    """Read once per file: regions, services, departments, conditions, provisions. Approvals by the chunk."""

    def __init__(self) -> None:
        self.approvals: dict[str, tuple[int, str]] = {}
        self.approval_regions: dict[str, str] = {}
        self._guessed: dict[str, dict[str, str]] = defaultdict(dict)

    @cached_property
    def regions(self) -> dict[str, str]:
        return dict(Region.objects.values_list("code", "name"))

    @cached_property
    def services(self) -> dict[str, tuple[int, str]]:
        return {code: (pk, name) for code, pk, name in Service.objects.values_list("code", "pk", "name")}

    @cached_property
    def conditions(self) -> dict[str, str]:
        return dict(Condition.objects.values_list("code", "question"))

    @cached_property
    def provisions(self) -> dict[str, Provision]:
        return {
            p.ref: p for p in Provision.objects.select_related("instrument").defer("summary", "summary_en")
        }

    @cached_property
    def departments(self) -> dict[int, tuple[str, str | None, str | None]]:
        """Government departments, and other bodies that decide an approval on record already."""
        decides = Q(kind=EntityKind.DEPARTMENT) | Q(pk__in=Approval.objects.order_by().values("department"))
        found = Entity.objects.filter(decides).values_list("pk", "name", "region_id", "credit_code")
        return {pk: (name, region, code) for pk, name, region, code in found}

    @cached_property
    def _departments_named(self) -> dict[str, list[int]]:
        return _by_name((name, pk) for pk, (name, _r, _c) in self.departments.items())

    @cached_property
    def _regions_named(self) -> dict[str, list[str]]:
        return _by_name((name, code) for code, name in self.regions.items())

    @cached_property
    def _services_named(self) -> dict[str, list[str]]:
        return _by_name((name, code) for code, (_pk, name) in self.services.items())

    def load_approvals(self, refs: Iterable[str]) -> None:
        """Make the approvals of the next rows known, and forget the last ones'."""
        known = Approval.objects.filter(ref__in=set(refs))
        found = list(known.values_list("ref", "pk", "name", "region_id"))
        self.approvals = {ref: (pk, name) for ref, pk, name, _region in found}
        self.approval_regions = {ref: region for ref, _pk, _name, region in found}

    @cached_property
    def _above(self) -> dict[str, str | None]:
        return dict(Region.objects.values_list("code", "parent_id"))

    def _line(self, region: str) -> list[str]:
        line: list[str] = []
        at: str | None = region
        while at and at not in line:
            line.append(at)
            at = self._above.get(at)
        return line

    def speaks_of(self, region: str, approval: str) -> bool:
        """Whether a ruling of a region can be on an approval: of that region, one above it, or one below."""
        return self.on_one_line(self.approval_regions[approval], region)

    def on_one_line(self, one: str, other: str) -> bool:
        """Whether two regions are the same, or one lies within the other."""
        return one in self._line(other) or other in self._line(one)

    def region(self, text: str) -> str:
        """A region's code, from its code or its Chinese name."""
        return self._coded(text, self.regions, self._regions_named, "region", self._near_region)

    def service(self, text: str) -> str:
        """A service's code, from its code or its Chinese name."""
        return self._coded(text, self.services, self._services_named, "service", self._near_service)

    def _coded(
        self,
        text: str,
        codes: Iterable[str],
        named: dict[str, list[str]],
        what: str,
        near: Callable[[str], str],
    ) -> str:
        if text in codes:
            return text
        found = named.get(text, [])
        if len(found) == 1:
            return found[0]
        if found:
            raise Wrong(f"ambiguous_{what}", ", ".join(found[:6]))
        raise Wrong(f"unknown_{what}", self._guess(what, text, near))

    def approval(self, text: str) -> str:
        if text in self.approvals:
            return text
        raise Wrong("unknown_approval", self._guess("approval", text, self._near_approval))

    def condition(self, text: str) -> str:
        if text in self.conditions:
            return text
        raise Wrong("unknown_condition", self._guess("condition", text, lambda t: near(t, self.conditions)))

    def provision(self, text: str) -> str:
        if text in self.provisions:
            return text
        raise Wrong("unknown_provision", self._guess("provision", text, lambda t: near(t, self.provisions)))

    def department(self, text: str, region: str) -> int:
        """A department's key, from its name (in the region named first), credit code, or `#` and the key."""
        found = self._departments_named.get(text, [])
        here = [pk for pk in found if self.departments[pk][1] == region]
        if len(here) == 1 or len(found) == 1:
            return (here or found)[0]
        if found:
            raise Wrong(
                "ambiguous_department", ", ".join(filter(None, (self.departments[pk][2] for pk in found)))
            )
        for pk, (_name, _region, code) in self.departments.items():
            if text in (code, f"#{pk}"):
                return pk
        raise Wrong(
            "unknown_department", self._guess("department", text, lambda t: near(t, self._departments_named))
        )

    def department_cell(self, pk: int, region: str) -> str:
        """What `department` finds this department by, its name where that is enough."""
        name, _region, code = self.departments.get(pk, ("", None, None))
        found = self._departments_named.get(name, [])
        here = [other for other in found if self.departments[other][1] == region]
        if found == [pk] or here == [pk]:
            return name
        return code or f"#{pk}"

    def is_lawful(self, refs: Iterable[str], day: object) -> bool:
        """Whether one of the provisions can carry a demand that starts on a day (优化营商环境条例 43)."""
        cited = (self.provisions[ref] for ref in refs)
        return any(
            p.level in LAWFUL_LEVELS
            and p.in_force is not None
            and day in p.in_force
            and (p.instrument.in_force is None or day in p.instrument.in_force)
            for p in cited
        )

    def _guess(self, what: str, text: str, find: Callable[[str], str]) -> str:
        known = self._guessed[what]
        if text not in known and len(known) < GUESSES:
            known[text] = find(text[:100])
        return known.get(text, "")

    def _near_region(self, text: str) -> str:
        names = difflib.get_close_matches(text, self._regions_named, n=3, cutoff=0.5)
        codes = [code for name in names for code in self._regions_named[name]]
        if text.isdigit():
            codes = difflib.get_close_matches(text, self.regions, n=3, cutoff=0.8)
        return ", ".join(f"{code} {self.regions[code]}" for code in codes[:3])

    def _near_service(self, text: str) -> str:
        names = difflib.get_close_matches(text, self._services_named, n=3, cutoff=0.5)
        codes = [code for name in names for code in self._services_named[name]]
        codes += difflib.get_close_matches(text, self.services, n=3)
        return ", ".join(f"{code} {self.services[code][1]}" for code in dict.fromkeys(codes[:3]))

    def _near_approval(self, text: str) -> str:
        asked = Q(name=text) | Q(code=text) | Q(ref__istartswith=text[:8])
        found = dict(Approval.objects.filter(asked).order_by("pk").values_list("ref", "name")[:400])
        same = [ref for ref, name in found.items() if name == text]
        refs = same or difflib.get_close_matches(text, found, n=3)
        return ", ".join(f"{ref} {found[ref]}" for ref in refs[:3])


def near(text: str, known: Iterable[str]) -> str:
    """The known words nearest to a text, at most three."""
    return ", ".join(difflib.get_close_matches(text, list(known), n=3, cutoff=0.5))


def _by_name(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for name, key in pairs:
        found[name].append(key)
    return found
