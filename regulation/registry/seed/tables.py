"""What each data file puts into which table. Each function takes its file and says what it wrote."""

import datetime as dt
from typing import Any

from django.utils import timezone

from regulation.parties.models import Entity, Region

from .. import text
from ..models import (
    Approval,
    CalendarDay,
    Counterpart,
    Instrument,
    Material,
    Measure,
    Provision,
    Service,
)
from .files import DataFile, day, number, period
from .put import Change, put


def ids(model: type[Any], column: str) -> dict[str, int]:
    return dict(model.objects.values_list(column, "pk"))


def regions(file: DataFile) -> Change:
    rows = [
        {
            "code": row["code"],
            "name": row["name"],
            "name_en": row["name_en"],
            "parent_id": row["parent"] or None,
            "depth": int(row["depth"]),
            "source": row["source"],
        }
        for row in file.rows()
    ]

    def derive(region: Region) -> None:
        region.pinyin = text.pinyin(region.name)

    return put(Region.objects.all(), rows, key=("code",), derive=derive, derived=("pinyin",))


def working_calendar(file: DataFile) -> Change:
    rows = [
        {
            "day": dt.date.fromisoformat(row["day"]),
            "working": row["working"] == "yes",
            "occasion": row["occasion_zh"],
            "occasion_en": row["occasion_en"],
            "source": row["source"],
        }
        for row in file.rows()
    ]
    return put(CalendarDay.objects.all(), rows, key=("day",))


def instruments(file: DataFile) -> Change:
    found = file.rows()
    rows = [
        {
            "ref": row["ref"],
            "title": row["title_zh"],
            "title_en": row["title_en"],
            "number": row["number"],
            "issuer": row["issuer"],
            "level": row["level"],
            "region_id": row["region"],
            "in_force": period(row["in_force_from"], row["in_force_to"]),
            "version_date": day(row["version_date"]),
            "source": row["source"],
        }
        for row in found
    ]
    derived = ("pinyin", "initials")
    change = put(Instrument.objects.all(), rows, key=("ref",), derive=index_instrument, derived=derived)
    pk = ids(Instrument, "ref")
    repeals = [
        {"ref": row["ref"], "repealed_by_id": pk[row["repealed_by"]]} for row in found if row["repealed_by"]
    ]
    return change + put(Instrument.objects.all(), repeals, key=("ref",))


def index_instrument(instrument: Instrument) -> None:
    """Fill what a law is found by."""
    instrument.pinyin = text.pinyin(instrument.title)
    instrument.initials = text.initials(instrument.title)


def provisions(file: DataFile) -> Change:
    pk = ids(Instrument, "ref")
    rows = [
        {
            "ref": row["ref"],
            "instrument_id": pk[row["instrument"]],
            "article": row["article"],
            "article_order": int(row["article_order"]),
            "level": row["level"],
            "in_force": period(row["in_force_from"], row["in_force_to"]),
            "summary": row["summary_zh"],
            "summary_en": row["summary_en"],
            "completeness": row["completeness"],
            "source": row["source"],
        }
        for row in file.rows()
    ]
    return put(Provision.objects.all(), rows, key=("ref",))


def departments(file: DataFile) -> Change:
    rows = [
        {
            "name": row["name"],
            "region_id": row["region"],
            "name_en": row["name_en"],
            "kind": row["kind"],
            "credit_code": row["credit_code"] or None,
            "is_invented": False,
            "source": row["source"],
        }
        for row in file.rows()
    ]

    def derive(entity: Entity) -> None:
        entity.pinyin = text.pinyin(entity.name)

    known = Entity.objects.filter(is_invented=False)
    return put(known, rows, key=("name", "region_id"), derive=derive, derived=("pinyin",))


def services(file: DataFile) -> Change:
    rows = [
        {
            "code": row["code"],
            "name": row["name_zh"],
            "name_en": row["name_en"],
            "category": row["category"],
            "category_en": row["category_en"],
            "source": row["source"],
        }
        for row in file.rows()
    ]

    def derive(service: Service) -> None:
        service.pinyin = text.pinyin(service.name)
        service.initials = text.initials(service.name)

    return put(Service.objects.all(), rows, key=("code",), derive=derive, derived=("pinyin", "initials"))


def approvals(file: DataFile) -> Change:
    departments_file = DataFile(file.folder, "departments.csv")
    pk = {(e.name, e.region_id): e.pk for e in Entity.objects.filter(is_invented=False)}
    department = {row["ref"]: pk[row["name"], row["region"]] for row in departments_file.rows()}
    measured = _measured_days()
    rows = [
        {
            "ref": row["ref"],
            "name": row["name"],
            "name_en": row["name_en"],
            "department_id": department[row["department"]],
            "region_id": row["region"],
            "code": row["code"] or None,
            "base_code": row["base_code"],
            "main_item": row["main_item"],
            "committed_days": measured.get(row["ref"], number(row["committed_days"])),
            "source": row["source"],
        }
        for row in file.rows()
    ]
    derived = ("pinyin", "initials")
    return put(Approval.objects.all(), rows, key=("ref",), derive=index_approval, derived=derived)


def _measured_days() -> dict[str, int]:
    """Committed days that a published measure states: they take the place of the file's."""
    stated = Measure.objects.on_record().in_force_on(timezone.localdate())
    stated = stated.filter(committed_days__isnull=False, is_invented=False)
    return {
        ref: days for ref, days in stated.values_list("approval__ref", "committed_days") if days is not None
    }


def index_approval(approval: Approval) -> None:
    """Fill what an approval is sorted and found by."""
    approval.pinyin = text.pinyin(approval.name)
    approval.initials = text.initials(approval.name)


def counterparts(file: DataFile) -> Change:
    approval = ids(Approval, "ref")
    rows = [
        {
            "approval_id": approval[row["approval"]],
            "same_as_id": approval[row["same_as"]],
            "ground": row["ground_zh"],
            "ground_en": row["ground_en"],
            "source": row["source"],
        }
        for row in file.rows()
    ]
    return put(Counterpart.objects.all(), rows, key=("approval_id", "same_as_id"))


def materials(file: DataFile) -> Change:
    approval, service = ids(Approval, "ref"), ids(Service, "code")
    rows = [
        {
            "approval_id": approval[row["approval"]],
            "position": int(row["position"]),
            "name": row["name"],
            "service_id": service[row["service"]] if row["service"] else None,
            "source": row["source"],
        }
        for row in file.rows()
    ]
    return put(Material.objects.all(), rows, key=("approval_id", "position"))
