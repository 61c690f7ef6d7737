"""Rows of declarations, contests, and records that may be one."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import Contest, Entity, Interest, Notice, Person, Role, Same, Suggestion, User
from regulation.parties.operations import file_contest, merge_records, notify
from tests.factories import world


def row(**said: object) -> dict[str, object]:
    """A row of a draft: one owner with 60 %, a person without a number."""
    plain = {
        "sort": "owner",
        "kind": "shareholding",
        "who": "",
        "person": True,
        "entity": None,
        "code": "",
        "name": "演示人员甲",
        "birth_month": "1980-05",
        "identity": "",
        "share": ["60", "60"],
        "post": "",
        "rank": "",
        "department": None,
        "department_name": "",
        "start": "2020-01-01",
        "end": None,
        "source": "公司章程",
        "url": "",
    }
    return plain | said


def contest(interest: Interest, entity: Entity, **fields: object) -> Contest:
    by = fields.pop("by", None) or world.member(Role.AGENT, entity).user
    files = [SimpleUploadedFile("a.pdf", content) for content in fields.pop("files", [])]
    at = fields.pop("at", None) or timezone.now()
    return file_contest(
        interest=interest, entity=entity, by=by, at=at, files=files, **{"wrong": "比例有误"} | fields
    )


def suggestion(one: Person | Entity, other: Person | Entity, **fields: object) -> Suggestion:
    first, second = sorted((one, other), key=lambda record: record.pk)
    names = ("person", "other_person") if isinstance(one, Person) else ("entity", "other_entity")
    return Suggestion.objects.create(
        **dict(zip(names, (first, second), strict=True)), **{"score": 100, "tier": "C"} | fields
    )


def merge(one: Person | Entity, other: Person | Entity) -> Same:
    return merge_records(
        one=one, other=other, agreeing=["birth_month", "address"], reason="同一人", by=world.user()
    )


def notice_for(user: User, about: str = "储罐区安全评价") -> Notice:
    """A notice in somebody's inbox."""
    entry = record(kind="tenders.published", subject=world.entity(), actor=None, body={})
    notify(entry=entry, about=about, view="tenders:tender_list", args=[], to=[(user.pk, None)])
    return Notice.objects.get(entry=entry, user=user)
