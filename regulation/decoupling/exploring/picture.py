"""What the explorer's page and file show of what was found: a party is one however many records it has."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regulation.parties.models import Interest, Person

from ..drawing import Party, Tie, draw
from .evidence import share_text
from .forms import MOST_OPENED, ViewForm
from .queries import Around, Record, days_of_change, not_shown

Given = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """One question, and what the record answers. `asked` is the question in JSON values."""

    form: ViewForm
    found: Around
    asked: Given
    on: dt.date
    chain: frozenset[str] = frozenset()
    chained: tuple[str, ...] = field(default=())  # parties of the chain, from the intermediary up

    @property
    def people(self) -> int:
        return sum(isinstance(record, Person) for record in self.found.records.values())

    @cached_property
    def lead(self) -> dict[str, str]:
        return self.found.one

    @cached_property
    def groups(self) -> dict[str, list[Record]]:
        """The records of each party, by the URN it stands under; that one first."""
        found: dict[str, list[Record]] = {}
        for urn, record in self.found.records.items():
            found.setdefault(self.lead[urn], []).append(record)
        for urn, records in found.items():
            records.sort(key=lambda record: (record.urn != urn, record.pk))
        return found

    @cached_property
    def missing(self) -> dict[str, int]:
        return not_shown(self.found, on=self.on, ended=self.asked["ended"])

    def query(self, **changes: Any) -> str:
        """The question as an address, with changes."""
        given = {**self.asked, **changes}
        opened = ",".join(urn.removeprefix("parties.").replace("/", "-") for urn in given["open"])
        given |= {"open": opened or None, "ended": 1 if given["ended"] else None}
        return urlencode({name: value for name, value in given.items() if value is not None})

    def url(self, party: Record, **changes: Any) -> str:
        sort = "person" if isinstance(party, Person) else "entity"
        return f"{reverse('decoupling:explore', args=[sort, party.pk])}?{self.query(**changes)}"

    # --- a party opened and folded --------------------------------------------------------------------------

    def button(self, urn: str) -> Given | None:
        """What opens a party that has more interests than are shown, or folds one that was opened."""
        opened, own = self.asked["open"], {record.urn for record in self.groups[urn]}
        if own & set(opened):
            left = [other for other in opened if other not in own]
            return {"sign": "−", "fold": True, "url": self.url(self.found.centre, open=left)}
        more = self.missing.get(urn, 0)
        if not more or len(opened) >= MOST_OPENED:
            return None
        sign = f"+{more}" if more < 100 else "+"
        return {"sign": sign, "more": more, "url": self.url(self.found.centre, open=[*opened, urn])}

    def whole_chain(self) -> str:
        """The address that opens the parties of the chain, where it is not all shown; nothing otherwise."""
        shown = {interest.urn for interest in self.found.interests}
        if not self.chain - shown or not self.chained:
            return ""
        return self.url(self.found.centre, open=list(self.chained[:MOST_OPENED]), depth=1)

    # --- days ----------------------------------------------------------------------------------------------

    def days(self, today: dt.date) -> Given:
        """The days the slider stops at, and the nearest before and after the one shown."""
        stops = sorted({*days_of_change(self.found, until=max(self.on, today)), self.on, today})
        at = stops.index(self.on)
        before, after = stops[at - 1] if at else None, stops[at + 1] if at + 1 < len(stops) else None
        steps = [
            {"day": day, "url": self.url(self.found.centre, on=day.isoformat())} if day else None
            for day in (before, after)
        ]
        text = " ".join(day.isoformat() for day in stops)
        return {"stops": text, "at": at, "last": len(stops) - 1, "before": steps[0], "after": steps[1]}

    # --- tables --------------------------------------------------------------------------------------------

    def rows(self) -> list[Given]:
        return [self._row(interest) for interest in self.found.interests]

    def _row(self, interest: Interest) -> Given:
        return {
            "interest": interest,
            "holder": self._end(interest.holder),
            "about": self._end(interest.about),
            "share": share_of(interest),
            "ended": self._ended(interest),
            "in_chain": interest.urn in self.chain,
        }

    def _end(self, record: Record | None) -> Given:
        if record is None:
            return {}
        return {"record": record, "url": self.url(record), "records": len(self.groups[self.lead[record.urn]])}

    def parties(self) -> list[Given]:
        """Each party with its records and the button that opens or folds it; the centre first."""
        first = self.lead[self.found.centre.urn]
        ordered = sorted(self.groups, key=lambda urn: (urn != first, list(self.groups).index(urn)))
        return [
            {
                "party": self.groups[urn][0],
                "is_person": isinstance(self.groups[urn][0], Person),
                "records": self.groups[urn],
                "url": self.url(self.groups[urn][0]),
                "button": self.button(urn),
            }
            for urn in ordered
        ]

    # --- drawing -------------------------------------------------------------------------------------------

    def drawing(self) -> Given:
        """The drawing, and for each box where it leads."""
        nodes = [self._party(urn, records) for urn, records in self.groups.items()]
        ties = [self._tie(interest) for interest in self.found.interests]
        drawn = draw(nodes, ties, centre=self.lead[self.found.centre.urn])
        boxes = [
            {"box": box, "url": self.url(self.groups[box.urn][0]), "button": self.button(box.urn)}
            for box in drawn.boxes
        ]
        return {"drawn": drawn, "boxes": boxes}

    def _party(self, urn: str, records: list[Record]) -> Party:
        note = _("%(n)s records, one party") % {"n": len(records)} if len(records) > 1 else ""
        return Party(urn, str(records[0]), getattr(records[0], "kind", "person"), note)

    def _ended(self, interest: Interest) -> bool:
        return interest.held.upper is not None and interest.held.upper <= self.on

    def _tie(self, interest: Interest) -> Tie:
        holder, about = interest.holder, interest.about
        dates = [day.isoformat() if day else "" for day in (interest.held.lower, interest.held.upper)]
        held = f"{dates[0]} – {dates[1]}".strip() if any(dates) else ""
        second = " · ".join(text for text in (share_of(interest), held) if text)
        lead = _("lead, name alone") if interest.tier == "C" else ""
        tones = {
            "ended": self._ended(interest),
            "chained": interest.urn in self.chain,
            "lead": interest.tier == "C",
        }
        return Tie(
            ref=interest.urn,
            holder=self.lead[holder.urn] if holder else "",
            subject=self.lead[about.urn] if about else "",
            lines=tuple(text for text in (str(interest.get_kind_display()), second, lead) if text),
            tones=tuple(f"tie-{name}" for name, is_so in tones.items() if is_so),
        )


def share_of(interest: Interest) -> str:
    low, high = share_text(interest.share_min), share_text(interest.share_max)
    if low is None:
        return ""
    return f"{low}%" if low == high else f"{low}–{high}%"
