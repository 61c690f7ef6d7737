"""What one check is about, as the rules see it. Pure."""

import datetime as dt
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Avoided:
    """A unit the owner declared that it must not buy from, and why."""

    urn: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part somebody already has in the same project: the service by its code."""

    urn: str
    service: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Exempted:
    """An exemption in force on the day, for the pair of the check: rule codes, or all where empty."""

    ref: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matter:
    """Who may serve whom: the intermediary, at a gate, on a day, for the approvals of an authority.

    `authority` is the approving department, `owner` the tender's owner, `rivals` the other bidders once they
    are public. `regions` are codes from the matter's region up to the country, `service` the code of what is
    bought, `also` of what is bought with it: every rule looks at each of them. Without `declared` nothing is
    clear, nor where the graph is not `whole`. `contacts_at` is the moment of the opening, at gates after it:
    what the rivals then had in common counts whatever they told since. `neighbours` are bodies of the
    department that the check reads for a contact they have in common with the intermediary or a rival.
    """

    intermediary: str
    authority: str
    on: dt.date
    gate: str
    declared: bool
    whole: bool = True
    owner: str = ""
    service: str = ""
    regions: tuple[str, ...] = ("000000",)
    rivals: tuple[str, ...] = ()
    avoided: tuple[Avoided, ...] = ()
    parts: tuple[Part, ...] = ()
    exempted: tuple[Exempted, ...] = ()
    also: tuple[str, ...] = ()
    contacts_at: dt.datetime | None = None
    neighbours: tuple[str, ...] = ()

    @property
    def services(self) -> tuple[str, ...]:
        """The codes of all that is bought at once; none where nothing is."""
        return tuple(code for code in (self.service, *self.also) if code)

    def as_json(self) -> dict[str, Any]:
        """`also`, `contacts_at` and `neighbours` only where something is in them: other checks read as they
        always did."""
        more: dict[str, Any] = {"also": list(self.also)} if self.also else {}
        if self.contacts_at:
            more["contacts_at"] = self.contacts_at.astimezone(dt.UTC).isoformat()
        if self.neighbours:
            more["neighbours"] = list(self.neighbours)
        return more | {
            "intermediary": self.intermediary,
            "authority": self.authority,
            "on": self.on.isoformat(),
            "gate": self.gate,
            "declared": self.declared,
            "whole": self.whole,
            "owner": self.owner,
            "service": self.service,
            "regions": list(self.regions),
            "rivals": list(self.rivals),
            "avoided": [{"urn": a.urn, "reason": a.reason} for a in self.avoided],
            "parts": [{"urn": p.urn, "service": p.service, "source": p.source} for p in self.parts],
            "exempted": [{"ref": e.ref, "rules": list(e.rules)} for e in self.exempted],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Matter":
        return cls(
            **{
                **value,
                "also": tuple(value.get("also", ())),
                "contacts_at": _moment(value.get("contacts_at")),
                "neighbours": tuple(value.get("neighbours", ())),
                "on": dt.date.fromisoformat(value["on"]),
                "regions": tuple(value["regions"]),
                "rivals": tuple(value["rivals"]),
                "avoided": tuple(Avoided(**item) for item in value["avoided"]),
                "parts": tuple(Part(**item) for item in value["parts"]),
                "exempted": tuple(Exempted(e["ref"], tuple(e["rules"])) for e in value["exempted"]),
            }
        )


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
