"""The interface in OpenAPI 3.1: ninja tells addresses and answers, the forms of the pages tell the rest."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from marketplace.tenders.term_fields import NamesField

from .problems import PROBLEM, titles
from .repeating import HEADER, REPLAYED
from .routes import TOLD, FormMaker, Told

ALWAYS = (400, 404, 422, 429)
WITH_TOKEN = (401, 403)
WRITING = (409, 413, 415)


def document(api: NinjaAPI, prefix: str) -> dict[str, Any]:
    """The whole document in the active language, as plain JSON values."""
    told: Any = api.get_openapi_schema(path_prefix=prefix.lstrip("/"))
    told["info"]["description"] = _(
        "Reads are open to everybody; writes need a token and an Idempotency-Key. Before a tender is opened"
        " nothing here tells how many bids there are or whose."
    )
    told["servers"] = [{"url": settings.SITE_URL.rstrip("/")}]
    told["components"]["schemas"]["Problem"] = _problem()
    for methods in told["paths"].values():
        for operation in methods.values():
            _complete(operation, TOLD[operation["operationId"]])
    plain: dict[str, Any] = json.loads(json.dumps(told, cls=DjangoJSONEncoder))
    return plain


def _complete(operation: dict[str, Any], told: Told) -> None:
    for made in told.query:
        operation["parameters"] += _questions(made)
    if told.writes:
        operation["parameters"].append(_key())
        for answer in operation["responses"].values():
            answer["headers"] = {
                REPLAYED: {"schema": {"type": "string"}, "description": _("true where it was done before")}
            }
    if told.writes:
        operation["requestBody"] = _body(told) if told.kind == "application/json" else _octets(told)
    elif told.kind != "application/json":
        operation["responses"][200]["content"] = {told.kind: {"schema": {"type": "string"}}}
    codes = ALWAYS + (() if told.open else WITH_TOKEN) + (WRITING if told.writes else ())
    words = titles()
    for code in sorted({*codes, *((401,) if told.open else ())}):
        operation["responses"][code] = {
            "description": words[code],
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _key() -> dict[str, Any]:
    return {
        "in": "header",
        "name": HEADER,
        "required": True,
        "description": _("New for each write. The same request again under it is answered the same."),
        "schema": {"type": "string", "minLength": 8, "maxLength": 255, "pattern": "^[!-~]+$"},
    }


def _octets(told: Told) -> dict[str, Any]:
    schema = {"type": "string", "contentMediaType": told.kind}
    content: dict[str, Any] = {told.kind: {"schema": schema}}
    if told.body:
        content["application/json"] = {"schema": schema_of(told.body)}
    return {"required": True, "content": content}


def _body(told: Told) -> dict[str, Any]:
    schema = schema_of(told.body)
    return {"required": bool(schema.get("required")), "content": {"application/json": {"schema": schema}}}


def schema_of(makers: tuple[FormMaker, ...]) -> dict[str, Any]:
    """What may stand in a body: the fields of its forms; required what all of them require."""
    fields: dict[str, forms.Field] = {}
    needed: list[set[str]] = []
    for made in (make() for make in makers):
        fields |= {name: field for name, field in made.fields.items() if not field.disabled}
        needed.append({name for name, field in made.fields.items() if field.required and not field.disabled})
    required = sorted(set.intersection(*needed)) if needed else []
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: property_of(field) for name, field in fields.items()},
    }
    return schema | ({"required": required} if required else {})


def _questions(make: FormMaker) -> list[dict[str, Any]]:
    return [
        {
            "in": "query",
            "name": name,
            "required": field.required,
            "description": " ".join(filter(None, (str(field.label or ""), str(field.help_text or "")))),
            "schema": property_of(field, query=True),
        }
        for name, field in make().fields.items()
    ]


def property_of(field: forms.Field, *, query: bool = False) -> dict[str, Any]:
    """One field as JSON Schema. Amounts are text, so that no program rounds them."""
    schema = _kind(field)
    if not query:
        schema |= {"title": str(field.label or ""), "description": str(field.help_text or "")}
    return {name: value for name, value in schema.items() if value not in ("", None)}


def _kind(field: forms.Field) -> dict[str, Any]:
    if isinstance(field, NamesField):
        return {"type": ["array", "string"], "items": {"type": "string"}}
    if isinstance(field, forms.BooleanField):
        return {"type": "boolean"}
    if isinstance(field, forms.ModelChoiceField):
        return {"type": "string"}
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        chosen = [str(value) for value, label in choices if not isinstance(label, list | tuple)]
        if not chosen:  # known only to one object, such as the bids of a tender
            return {"type": "string"}
        return {"type": "string", "enum": chosen if field.required else ["", *filter(None, chosen)]}
    if isinstance(field, forms.DecimalField):  # a float, no
        return {"type": "string", "format": "decimal"}
    if isinstance(field, forms.IntegerField):
        return {"type": "integer", "minimum": field.min_value, "maximum": field.max_value}
    if isinstance(field, forms.DateTimeField):
        return {"type": "string", "format": "date-time"}
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date"}
    if isinstance(field, forms.EmailField):
        return {"type": "string", "format": "email"}
    limit = getattr(field, "max_length", None)
    return {"type": "string", "maxLength": limit, "minLength": 1 if field.required else None}


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    fault = {
        "type": "object",
        "required": ["field", "message", "code"],
        "properties": {"field": text, "message": text, "code": text},
    }
    return {
        "type": "object",
        "description": "RFC 9457",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "code": text,
            "detail": text,
            "next_step": text,
            "provision": {"type": ["string", "null"]},
            "check": {"type": "object"},
            "errors": {"type": "array", "items": fault},
        },
    }
