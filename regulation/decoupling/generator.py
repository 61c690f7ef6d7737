"""An invented market of any size whose conflicts are known. Pure; same seed, same graph.

A department has institutions, an association, officials and firms of its own. Enterprises hold one another:
few hold many (a power law), some in circles. Nothing of that background touches a department, so an
intermediary is tied to one only where a plant says so, and `Plant` says which rule must find it.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

A_DEPARTMENT_FOR = 2_000  # entities
OWN = 8  # a department's institutions (3), association (1) and firms (4)
AN_INTERMEDIARY_IN = 20  # entities
PLANTED = 0.2  # of the intermediaries, near misses included
SINCE = dt.date(2020, 1, 1)

Line = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Plant:
    """What the rules must say of an intermediary before a department; an empty rule is a near miss."""

    intermediary: int
    department: int
    case: str
    rule: str
    outcome: str


class Market:
    """Rows as they are made, in the order that foreign keys ask for: `entities`, then `interests`.

    Keys of entities are 1 to `size`, those of people from 1 upwards; a caller adds what its tables need.
    `people` and `plants` are complete once `interests` is exhausted.
    """

    def __init__(self, size: int, seed: int, on: dt.date) -> None:
        if size < 100:
            raise ValueError("a market has at least 100 entities")
        self.size, self.on, self.chance = size, on, random.Random(seed)  # noqa: S311
        self.departments = max(2, size // A_DEPARTMENT_FOR)
        self.first_own = self.departments + 1
        self.first_intermediary = self.first_own + self.departments * OWN
        self.first_enterprise = self.first_intermediary + size // AN_INTERMEDIARY_IN
        self.people = 0
        self.plants: list[Plant] = []

    @property
    def intermediaries(self) -> range:
        return range(self.first_intermediary, self.first_enterprise)

    def entities(self) -> Iterator[Line]:
        kinds = ("public_institution",) * 3 + ("industry_association",) + ("enterprise",) * 4
        for key in range(1, self.size + 1):
            if key < self.first_own:
                kind = "department"
            elif key < self.first_intermediary:
                kind = kinds[(key - self.first_own) % OWN]
            elif key < self.first_enterprise:
                kind = "intermediary"
            else:
                kind = "enterprise"
            yield key, kind, f"演示{kind[:4]}{key}", kind == "enterprise" and key % 50 == 0

    def own(self, department: int, which: int) -> int:
        """A department's own body: 0-2 institutions, 3 the association, 4-7 firms."""
        return self.first_own + (department - 1) * OWN + which

    def person(self) -> int:
        self.people += 1
        return self.people

    def interests(self) -> Iterator[Line]:
        for department in range(1, self.departments + 1):
            yield from self._department(department)
        yield from self._background()
        for key in self.intermediaries:
            yield from self._intermediary(key)

    def _department(self, department: int) -> Iterator[Line]:
        for which in range(3):
            yield held(department, self.own(department, which), "affiliation")
        yield held(department, self.own(department, 3), "supervision", end=self._ago(700))
        for which in range(4, 8):
            kind = ("setUp", "shareholding")[which % 2]
            share = (60, 60) if kind == "shareholding" else None
            yield held(self.own(department, which % 3), self.own(department, which), kind, share)
        for n in range(4):
            left = self._ago(4 * 365) if n == 3 else None
            yield office(self.person(), department, ("leading", "other", "", "other")[n], end=left)

    def _background(self) -> Iterator[Line]:
        first, chance = self.first_enterprise, self.chance.random
        for key in range(first, self.size + 1):
            draw = chance()
            if draw < 0.35 and key > first + 3:
                for _ in range(1 + (draw < 0.08) + (draw < 0.02)):
                    other = first + int((key - first) * chance() ** 3)  # the early hold more: a power law
                    yield held(other, key, "shareholding", self._share())
            if draw > 0.99 and key > first + 6:  # a circle of 2 to 5
                ring = list(range(key - 1 - int(chance() * 4), key + 1))
                for one, other in zip(ring, ring[1:] + ring[:1], strict=True):
                    yield held(one, other, "shareholding", (20, 40))
            if draw < 0.2:
                yield post(self.person(), key, "legalRepresentative")

    def _intermediary(self, key: int) -> Iterator[Line]:
        owner, chance = self.person(), self.chance.random
        yield post(owner, key, "legalRepresentative")
        yield post(self.person(), key, "practitioner")
        enterprises = self.size - self.first_enterprise
        for _ in range(int(chance() * 3)):
            other = self.first_enterprise + int(enterprises * chance())
            yield held(other, key, "shareholding", (10, 15))
        if chance() < PLANTED:
            yield from self._plant(key)

    def _plant(self, key: int) -> Iterator[Line]:
        cases = sorted(CASES)
        case = cases[len(self.plants) % len(cases)]
        department = 1 + int(self.chance.random() * self.departments)
        rule, outcome, make = CASES[case]
        self.plants.append(Plant(key, department, case, rule, outcome))
        yield from make(self, key, department)

    def _share(self) -> tuple[int, int] | None:
        draw = self.chance.random()
        if draw < 0.05:
            return None
        least = int(draw * 60)
        return least, least + 10 if draw > 0.8 else least

    def _ago(self, days: int) -> dt.date:
        return self.on - dt.timedelta(days)


def held(
    holder: int,
    subject: int,
    kind: str,
    share: tuple[int, int] | None = None,
    end: dt.date | None = None,
) -> Line:
    least, most = share or (None, None)
    return holder, None, subject, None, kind, least, most, "", SINCE, end


def post(person: int, subject: int, kind: str, share: tuple[int, int] | None = None) -> Line:
    least, most = share or (None, None)
    return None, person, subject, None, kind, least, most, "", SINCE, None


def office(person: int, department: int, rank: str, end: dt.date | None = None) -> Line:
    return None, person, department, None, "official", None, None, rank, dt.date(2010, 1, 1), end


def kin(person: int, other: int) -> Line:
    return None, person, None, other, "closeKin", None, None, "", SINCE, None


# --- plants: what ties an intermediary, and what only looks like it ---------------------------------------

Make = Callable[[Market, int, int], Iterator[Line]]


def _affiliated(market: Market, key: int, department: int) -> Iterator[Line]:
    yield held(market.own(department, int(market.chance.random() * 3)), key, "setUp")


def _aggregated(market: Market, key: int, department: int) -> Iterator[Line]:
    yield held(market.own(department, 4), key, "shareholding", (26, 26))
    yield held(market.own(department, 5), key, "shareholding", (25, 25))


def _not_stated(market: Market, key: int, department: int) -> Iterator[Line]:
    yield held(market.own(department, 4), key, "shareholding")


def _minority(least: int) -> Make:
    def make(market: Market, key: int, department: int) -> Iterator[Line]:
        yield held(market.own(department, 0), key, "shareholding", (least, least))

    return make


def _association(market: Market, key: int, department: int) -> Iterator[Line]:
    yield held(market.own(department, 3), key, "setUp")
    yield held(market.own(department, 3), department, "sameFinances")


def _separated(market: Market, key: int, department: int) -> Iterator[Line]:
    yield held(market.own(department, 3), key, "setUp", end=market._ago(1))


def _serving(market: Market, key: int, department: int) -> Iterator[Line]:
    person = market.person()
    yield office(person, department, "other")
    yield post(person, key, "shareholding", (5, 5))


def _former(rank: str, days: int) -> Make:
    def make(market: Market, key: int, department: int) -> Iterator[Line]:
        person = market.person()
        yield office(person, department, rank, end=market._ago(days))
        yield post(person, key, "boardMember")

    return make


def _kin(rank: str) -> Make:
    def make(market: Market, key: int, department: int) -> Iterator[Line]:
        official, relative = market.person(), market.person()
        yield office(official, department, rank)
        yield kin(official, relative)
        yield post(relative, key, "seniorManagingOfficial")

    return make


def _premises(market: Market, key: int, department: int) -> Iterator[Line]:
    yield held(key, market.own(department, 1), "samePremises")


CASES: dict[str, tuple[str, str, Make]] = {
    "affiliated": ("affiliated-body", "conflicted", _affiliated),
    "aggregated": ("affiliated-body", "conflicted", _aggregated),
    "share not stated": ("affiliated-body", "unknown", _not_stated),
    "a third": ("minority-share", "unknown", _minority(33)),
    "a tenth": ("", "clear", _minority(10)),
    "association": ("association-not-separated", "conflicted", _association),
    "separated": ("", "clear", _separated),
    "serving official": ("serving-official", "conflicted", _serving),
    "left a year ago": ("former-official", "conflicted", _former("other", 365)),
    "left two and a half years ago": ("", "clear", _former("other", 900)),
    "led, left two and a half years ago": ("former-official", "conflicted", _former("leading", 900)),
    "rank not stated": ("former-official", "unknown", _former("", 900)),
    "kin of a leader": ("kin-of-official", "conflicted", _kin("leading")),
    "kin of an official": ("kin-of-official", "unknown", _kin("other")),
    "premises": ("shared-with-authority", "unknown", _premises),
}
