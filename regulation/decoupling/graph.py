"""The interest graph around the parties of one check. Pure: no ORM, no clock."""

import datetime as dt
import hashlib
import json
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

STRUCTURAL = frozenset({"affiliation", "setUp", "supervision", "sponsorship"})
CONTROL = frozenset(
    {
        "otherInfluenceOrControl",
        "appointmentOfBoard",
        "controlByLegalFramework",
        "controlViaCompanyRulesOrArticles",
    }
)
BY_SHARE = frozenset({"shareholding", "votingRights"})
MUTUAL = frozenset({"samePremises", "sameFinances", "sameContact", "sameAgent", "sameAccount"})
POSTS = frozenset(
    {"boardMember", "boardChair", "seniorManagingOfficial", "legalRepresentative", "supervisor"}
    | {"practitioner"}
)
OFFICIAL, KIN = "official", "closeKin"


@dataclass(frozen=True, slots=True)
class Interest:
    """BODS interest: `holder` has it in `subject`. Keys are URNs; `held` is [start, end).

    Shares are percent 0-100; None is not stated, which is not zero.
    """

    holder: str
    subject: str
    kind: str
    start: dt.date | None = None
    end: dt.date | None = None
    share_min: Decimal | None = None
    share_max: Decimal | None = None
    holder_name: str = ""
    subject_name: str = ""
    source: str = ""
    tier: str = "A"
    is_invented: bool = False
    ref: str = ""
    rank: str = ""
    post: str = ""

    def held_on(self, day: dt.date) -> bool:
        """Whether it is held on a day: start <= day < end; an unknown start counts as held."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def as_json(self) -> dict[str, Any]:
        """JSON values that bring it back by `from_json`."""
        return {
            "holder": self.holder,
            "subject": self.subject,
            "kind": self.kind,
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "share_min": str(self.share_min) if self.share_min is not None else None,
            "share_max": str(self.share_max) if self.share_max is not None else None,
            "holder_name": self.holder_name,
            "subject_name": self.subject_name,
            "source": self.source,
            "tier": self.tier,
            "is_invented": self.is_invented,
            "ref": self.ref,
            "rank": self.rank,
            "post": self.post,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Interest":
        days = {k: dt.date.fromisoformat(value[k]) if value[k] else None for k in ("start", "end")}
        shares = {k: Decimal(value[k]) if value[k] is not None else None for k in ("share_min", "share_max")}
        return cls(**{**value, **days, **shares})


@dataclass(frozen=True, slots=True)
class Node:
    """What the rules need to know of a party: its kind (BODS entityType made finer; "person" for people)."""

    urn: str
    kind: str
    name: str = ""
    is_state_owned: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"urn": self.urn, "kind": self.kind, "name": self.name, "is_state_owned": self.is_state_owned}


@dataclass(frozen=True)
class Graph:
    """Interests around the parties of a check, in a fixed order; `same` are pairs of URNs that are one.

    `into` and `out` index interests by the party itself: of parties that are one, the first URN stands.
    `walked` keeps what was found in it once (whom a party controls): checks of many over one graph ask again.
    """

    interests: tuple[Interest, ...]
    nodes: tuple[Node, ...] = ()
    same: tuple[tuple[str, str], ...] = ()
    into: dict[str, tuple[Interest, ...]] = field(init=False, repr=False, compare=False)
    out: dict[str, tuple[Interest, ...]] = field(init=False, repr=False, compare=False)
    by_urn: dict[str, Node] = field(init=False, repr=False, compare=False)
    one: dict[str, str] = field(init=False, repr=False, compare=False)
    views: dict[dt.date, "Graph"] = field(init=False, repr=False, compare=False, default_factory=dict)
    walked: dict[Hashable, Any] = field(init=False, repr=False, compare=False, default_factory=dict)
    texts: tuple[bytes, ...] = field(default=(), repr=False, compare=False)  # canonical, of the interests

    def __post_init__(self) -> None:
        one = _joined(self.same)
        into: dict[str, list[Interest]] = {}
        out: dict[str, list[Interest]] = {}
        for interest in self.interests:
            into.setdefault(one.get(interest.subject, interest.subject), []).append(interest)
            out.setdefault(one.get(interest.holder, interest.holder), []).append(interest)
        object.__setattr__(self, "one", one)
        object.__setattr__(self, "into", {urn: tuple(found) for urn, found in into.items()})
        object.__setattr__(self, "out", {urn: tuple(found) for urn, found in out.items()})
        nodes = {one.get(node.urn, node.urn): node for node in reversed(self.nodes)}
        object.__setattr__(self, "by_urn", nodes)

    @classmethod
    def of(
        cls,
        interests: Iterable[Interest],
        nodes: Iterable[Node] = (),
        same: Iterable[tuple[str, str]] = (),
    ) -> "Graph":
        """The same interests in whatever order give the same graph."""
        pairs = {(min(a, b), max(a, b)) for a, b in same}
        told = {canonical(interest.as_json()): interest for interest in interests}
        texts = sorted(told)
        return cls(
            tuple(told[text] for text in texts),
            tuple(sorted({node.urn: node for node in nodes}.values(), key=lambda n: n.urn)),
            tuple(sorted(pairs)),
            tuple(texts),
        )

    def party(self, urn: str) -> str:
        """The URN that stands for a party in this graph."""
        return self.one.get(urn, urn)

    def holder(self, interest: Interest) -> str:
        return self.one.get(interest.holder, interest.holder)

    def subject(self, interest: Interest) -> str:
        return self.one.get(interest.subject, interest.subject)

    def kind(self, urn: str) -> str:
        """The kind of a party; empty where it is not told."""
        node = self.by_urn.get(self.party(urn))
        return node.kind if node else ""

    def on(self, day: dt.date) -> "Graph":
        """What is held on a day, and is more than a name: tier C is a lead and never counts."""
        if day not in self.views:
            held = tuple(i for i in self.interests if i.held_on(day) and i.tier != "C")
            self.views[day] = Graph(held, self.nodes, self.same)
        return self.views[day]

    def as_json(self) -> dict[str, Any]:
        return {
            "interests": [interest.as_json() for interest in self.interests],
            "nodes": [node.as_json() for node in self.nodes],
            "same": [list(pair) for pair in self.same],
        }

    def canonical(self) -> bytes:
        """Canonical JSON of `as_json`, put together from the texts that gave the interests their order."""
        told = self.texts or [canonical(i.as_json()) for i in self.interests]
        rest = canonical({"nodes": [n.as_json() for n in self.nodes], "same": [list(p) for p in self.same]})
        return b'{"interests":[' + b",".join(told) + b"]," + rest[1:]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over `canonical`, in hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @cached_property
    def _begun(self) -> Any:
        return hashlib.sha256(b'{"graph":' + self.canonical() + b",")

    def digest_with(self, rest: dict[str, Any]) -> str:
        """SHA-256 over canonical JSON of an object whose first key is `graph` and whose others are these."""
        whole = self._begun.copy()
        whole.update(canonical(rest)[1:])
        return str(whole.hexdigest())

    @classmethod
    def from_json(cls, value: Any) -> "Graph":
        """From `as_json`, and from the plain list of interests that the first rule packs stored."""
        if isinstance(value, list):
            return cls.of(Interest.from_json(item) for item in value)
        return cls.of(
            (Interest.from_json(item) for item in value["interests"]),
            (Node(**item) for item in value["nodes"]),
            (tuple(pair) for pair in value["same"]),
        )


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each URN of a pair the smallest of all that are one with it."""
    above: dict[str, str] = {}

    def top(urn: str) -> str:
        while above.get(urn, urn) != urn:
            above[urn] = above.get(above[urn], above[urn])
            urn = above[urn]
        return urn

    for one, other in pairs:
        first, second = sorted((top(one), top(other)))
        above[second] = first
    return {urn: top(urn) for pair in pairs for urn in pair}


_encoded = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def canonical(value: Any) -> bytes:
    """Canonical JSON (RFC 8785) of values without fractions, at the speed of the standard library.

    Text, whole numbers, true, false and null, with keys in ASCII: there both write the same bytes.
    """
    return _encoded(value).encode()


def digest_of(value: Any) -> str:
    """SHA-256 over canonical JSON (RFC 8785), in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
