"""What many answers are made of. Money is text in yuan with two places; moments are ISO 8601 with a zone."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override
from ninja import Schema
from pydantic import PlainSerializer, WithJsonSchema, create_model

from regulation.parties.models import Entity, Region
from regulation.registry.models import Approval, Provision, Service


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat()


Moment = Annotated[
    dt.datetime,
    PlainSerializer(_moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Money = Annotated[str, WithJsonSchema({"type": "string", "pattern": r"^-?\d+\.\d{2}$"})]


class Named(Schema):
    """Something with a name in Chinese, and in English where there is one."""

    name: str
    name_en: str


class RegionShape(Named):
    code: str


class EntityShape(Named):
    id: int
    credit_code: str | None
    address: str
    is_invented: bool


class ServiceShape(Named):
    code: str
    address: str


class ApprovalShape(Named):
    ref: str
    code: str | None
    address: str


class ProvisionShape(Schema):
    ref: str
    law: str
    law_en: str
    article: str
    level: str
    address: str


class Period(Schema):
    """[from, until); an open end is null."""

    start: dt.date | None
    end: dt.date | None


class Page(Schema):
    """One page of a list; `next` and `previous` are addresses, null at the ends."""

    count: int
    page: int
    pages: int
    next: str | None
    previous: str | None


def paged(line: type[Schema], name: str) -> Any:
    """The shape of a page of such lines."""
    return create_model(name, __base__=Page, items=(list[line], ...))  # type: ignore[valid-type]


def address(thing: Any) -> str:
    """The page of something for people, in Chinese: the address that lasts."""
    with override("zh-hans"):
        return settings.SITE_URL.rstrip("/") + str(thing.get_absolute_url())


def page(view: str, *arguments: Any) -> str:
    """The address of a page by its name, in Chinese."""
    with override("zh-hans"):
        return settings.SITE_URL.rstrip("/") + reverse(view, args=arguments)


def money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def region(one: Region) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "name_en": one.name_en}


def entity(one: Entity) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "name_en": one.name_en,
        "credit_code": one.credit_code,
        "address": page("decoupling:entity", one.pk),
        "is_invented": one.is_invented,
    }


def service(one: Service) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "name_en": one.name_en, "address": address(one)}


def approval(one: Approval) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "code": one.code,
        "name": one.name,
        "name_en": one.name_en,
        "address": address(one),
    }


def provision(one: Provision) -> dict[str, Any]:
    law = one.instrument
    return {
        "ref": one.ref,
        "law": law.title,
        "law_en": law.title_en,
        "article": one.article,
        "level": one.level,
        "address": address(one),
    }


def period(value: Any) -> dict[str, Any]:
    return {"start": getattr(value, "lower", None), "end": getattr(value, "upper", None)}
