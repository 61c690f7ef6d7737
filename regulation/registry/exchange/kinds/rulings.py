import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from regulation.parties.models import User

from ...models import Necessity, Ruling, RulingBasis, Stage
from ...operations import Wording
from ..columns import RULINGS
from ..faults import Fault
from ..lookups import Lookups, Wrong
from ..parsing import Parsed, fault
from .rows import CHUNK, Outcome, Rows, Written

Place = tuple[str, str, str]  # approval (empty for the service alone), service, region
WORDING = tuple(name for name in Wording.__dataclass_fields__ if name not in ("start", "end", "condition"))
OPEN = dt.date.max.toordinal()
IN_CLOCK: dict[bool | None, str] = {True: "yes", False: "no", None: ""}


class RulingRows(Rows):
    """Rulings. A row that says what is on record, or what a waiting draft says, changes nothing; any other
    becomes a draft in legal review: who confirmed the import has submitted it. What a row leaves out for
    want of a column stays as it is."""

    sheet = RULINGS

    def __init__(self, lookups: Lookups) -> None:
        super().__init__(lookups)
        self._periods: dict[int, tuple[int, ...]] = {}  # kept for every row of the file, so in numbers

    def said(self, ruling: Ruling) -> dict[str, Any]:
        """What a ruling says, by column."""
        said = {name: getattr(ruling, name) for name in WORDING}
        said |= {
            "approval": ruling.approval.ref if ruling.approval else "",
            "service": ruling.service.code,
            "region": ruling.region_id,
            "start": ruling.in_force.lower,
            "end": ruling.in_force.upper,
            "condition": ruling.condition_id or "",
            "counts_in_clock": IN_CLOCK[ruling.counts_in_clock],
            "provisions": tuple(basis.provision.ref for basis in ruling.bases.all()),
        }
        return {column.name: said[column.name] for column in self.sheet.exported if not column.of}

    def judge(self, chunk: Sequence[Parsed], *, lock: bool) -> Iterator[Outcome | list[Fault]]:
        standing, waiting = self._there(chunk)
        for parsed in chunk:
            place = _place(parsed.values)
            yield self._judge(parsed, standing.get(place, []), waiting.get(place, []))

    def _there(self, chunk: Sequence[Parsed]) -> tuple[dict[Place, list[Ruling]], dict[Place, list[Ruling]]]:
        """What is on record, and what waits as a draft, at the places of these rows."""
        approvals = [self.lookups.approvals[a][0] for p in chunk if (a := p.values.get("approval"))]
        services = {self.lookups.services[p.values["service"]][0] for p in chunk}
        found = (
            Ruling.objects.filter(Q(approval__in=approvals) | Q(approval__isnull=True))
            .filter(service__in=services, region__in={p.values["region"] for p in chunk})
            .filter(recorded__upper_inf=True)
            .select_related("approval", "service")
            .prefetch_related("bases__provision")
            .order_by("in_force", "pk")
        )
        standing: dict[Place, list[Ruling]] = defaultdict(list)
        waiting: dict[Place, list[Ruling]] = defaultdict(list)
        for ruling in found:
            place = (ruling.approval.ref if ruling.approval else "", ruling.service.code, ruling.region_id)
            (waiting if ruling.published_at is None else standing)[place].append(ruling)
        return standing, waiting

    def _judge(self, parsed: Parsed, standing: list[Ruling], waiting: list[Ruling]) -> Outcome | list[Fault]:
        compared = _compared(parsed.values, standing)
        was = self.said(compared) if compared else None
        values = {**(was or {"approval": ""}), **parsed.values}
        if was is None or "end" not in was:
            values.setdefault("end", None)
        faults = self._place_taken(parsed.row, values)
        changes = {} if faults else self.differences(was, values)
        if changes and any(not self.differences(self.said(draft), values) for draft in waiting):
            changes = {}  # the same draft waits already
        if changes:
            faults = self.missing(parsed, values) or self._promises(parsed.row, values)
        about = " · ".join(filter(None, (values["approval"], values["service"], values["region"])))
        return faults or Outcome(parsed.row, about, changes, compared, values)

    def _place_taken(self, row: int, values: dict[str, Any]) -> list[Fault]:
        """Whether an earlier row of this file holds at the same place in a period that touches this one's."""
        start, end = values["start"], values["end"]
        if end is not None and end <= start:
            return [fault(row, "end", end, Wrong("end_before_start"))]
        place, first, last = self._numbered(values), start.toordinal(), end.toordinal() if end else OPEN
        periods = self._periods.get(place, ())
        for n in range(0, len(periods), 3):
            other_first, other_last, other = periods[n : n + 3]
            if first < other_last and other_first < last:
                return [fault(row, "start", start, Wrong("overlaps", other=other))]
        self._periods[place] = (*periods, first, last, row)
        return []

    def _numbered(self, values: dict[str, Any]) -> int:
        """A place as one number: its keys side by side, each in the bits it can have."""
        approval, service, region = _place(values)
        key = self.lookups.approvals[approval][0] if approval else 0
        return (key << 96) | (self.lookups.services[service][0] << 32) | int(region)

    def _promises(self, row: int, values: dict[str, Any]) -> list[Fault]:
        """What nobody could publish is refused when it is written."""
        faults = []
        approval, region = values["approval"], values["region"]
        if approval and not self.lookups.speaks_of(region, approval):
            faults.append(fault(row, "approval", approval, Wrong("approval_elsewhere")))
        if bool(values.get("days")) != bool(values.get("day_kind")):
            column = "day_kind" if values.get("days") else "days"
            faults.append(fault(row, column, "", Wrong("days_without_kind")))
        if values["necessity"] == Necessity.ABOLISHED and not values.get("follow_up"):
            faults.append(fault(row, "follow_up", "", Wrong("follow_up_missing")))
        if values["necessity"] == Necessity.MANDATORY and not self.lookups.is_lawful(
            values["provisions"], values["start"]
        ):
            faults.append(fault(row, "provisions", "; ".join(values["provisions"]), Wrong("no_lawful_basis")))
        return faults

    def write(self, outcomes: Sequence[Outcome], *, by: User, at: dt.datetime) -> list[Written]:
        made = Ruling.objects.bulk_create(self._draft(outcome.values, by) for outcome in outcomes)
        RulingBasis.objects.bulk_create(
            RulingBasis(ruling=ruling, provision=self.lookups.provisions[ref], position=n)
            for ruling, outcome in zip(made, outcomes, strict=True)
            for n, ref in enumerate(outcome.values["provisions"])
        )
        Ruling.objects.filter(pk__in=[draft.pk for draft in made]).update(stage=Stage.SUBMITTED)
        return [(outcome, draft.urn, draft) for outcome, draft in zip(outcomes, made, strict=True)]

    def _draft(self, values: dict[str, Any], by: User) -> Ruling:
        said = {name: values[name] for name in WORDING if name in values}
        said["counts_in_clock"] = {"yes": True, "no": False}.get(values.get("counts_in_clock", ""))
        wording = Wording(**said, start=values["start"], end=values["end"])
        columns = wording.columns() | {"condition_id": values.get("condition") or None}
        del columns["condition"]
        approval = values["approval"]
        return Ruling(
            approval_id=self.lookups.approvals[approval][0] if approval else None,
            service_id=self.lookups.services[values["service"]][0],
            region_id=values["region"],
            author=by,
            **columns,
        )

    def export(self, queryset: QuerySet[Any]) -> Iterator[dict[str, Any]]:
        found = queryset.select_related("approval", "service").prefetch_related("bases__provision")
        for ruling in found.iterator(chunk_size=CHUNK):
            name = ruling.approval.name if ruling.approval else ""
            yield {**self.said(ruling), "approval_name": name}

    def names(self, values: dict[str, Any]) -> dict[str, str]:
        return {
            "service_name": self.lookups.services[values["service"]][1],
            "region_name": self.lookups.regions[values["region"]],
        }


def _place(values: dict[str, Any]) -> Place:
    return values.get("approval", ""), values["service"], values["region"]


def _compared(values: dict[str, Any], standing: list[Ruling]) -> Ruling | None:
    """The ruling a row is laid beside: the one of the same first day, else the last its period touches."""
    start, end = values["start"], values.get("end")
    same = [ruling for ruling in standing if ruling.in_force.lower == start]
    touched = [
        ruling
        for ruling in standing
        if (end is None or ruling.in_force.lower < end)
        and (ruling.in_force.upper is None or start < ruling.in_force.upper)
    ]
    return next(iter(same or reversed(touched)), None)
