"""The interest graph around one intermediary. Pure: no ORM, no clock."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import rfc8785


@dataclass(frozen=True, slots=True)
class Interest:
    """BODS interest: `holder` has it in `subject`. Keys are entity URNs; `held` is [start, end).

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
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Interest":
        days = {k: dt.date.fromisoformat(value[k]) if value[k] else None for k in ("start", "end")}
        shares = {k: Decimal(value[k]) if value[k] is not None else None for k in ("share_min", "share_max")}
        return cls(**{**value, **days, **shares})


@dataclass(frozen=True)
class Graph:
    """Interests that lead to one intermediary, in a fixed order."""

    interests: tuple[Interest, ...]
    into: dict[str, tuple[Interest, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        into: dict[str, list[Interest]] = {}
        for interest in self.interests:
            into.setdefault(interest.subject, []).append(interest)
        object.__setattr__(self, "into", {subject: tuple(found) for subject, found in into.items()})

    @classmethod
    def of(cls, interests: Iterable[Interest]) -> "Graph":
        """The same interests in whatever order give the same graph."""
        return cls(tuple(sorted(set(interests), key=lambda i: rfc8785.dumps(i.as_json()))))

    def on(self, day: dt.date) -> "Graph":
        """What is held on a day, and is more than a name: tier C is a lead and never counts."""
        return Graph(tuple(i for i in self.interests if i.held_on(day) and i.tier != "C"))

    def as_json(self) -> list[dict[str, Any]]:
        return [interest.as_json() for interest in self.interests]

    @classmethod
    def from_json(cls, value: list[dict[str, Any]]) -> "Graph":
        return cls.of(Interest.from_json(item) for item in value)

    def digest(self) -> str:
        """SHA-256 over the canonical graph, in hexadecimal."""
        return hashlib.sha256(rfc8785.dumps(self.as_json())).hexdigest()
