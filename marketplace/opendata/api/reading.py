"""The document of the interface as people read it: a chapter a noun, a line an address."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .application import document_in

TITLES = {
    "registry": _("The registry"),
    "directory": _("Intermediaries"),
    "tenders": _("Tenders"),
    "documents": _("Documents"),
    "questions": _("Questions and answers"),
    "bids": _("Bids"),
    "choosing": _("Evaluation and award"),
    "draws": _("Draws"),
    "auctions": _("Auctions"),
    "challenges": _("Challenges and complaints"),
    "contracts": _("Contracts"),
    "mine": _("For whom a token acts"),
    "record": _("The record"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that may be sent: where it stands, what it is called, of which kind, and what for."""

    name: str
    kind: str
    label: str
    required: bool


@dataclass(frozen=True, slots=True)
class Address:
    method: str
    path: str
    summary: str
    open: bool
    asked: list[Asked]


@dataclass(frozen=True, slots=True)
class Chapter:
    key: str
    title: Any
    addresses: list[Address] = field(default_factory=list)


def chapters() -> list[Chapter]:
    """Every address in the active language."""
    made = {key: Chapter(key, title) for key, title in TITLES.items()}
    for path, methods in document_in(get_language() or "zh-hans")["paths"].items():
        for method, operation in methods.items():
            made[operation["tags"][0]].addresses.append(_address(path, method, operation))
    return list(made.values())


def _address(path: str, method: str, operation: dict[str, Any]) -> Address:
    sent = [_parameter(one) for one in operation["parameters"] if one["in"] == "query"]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        required = schema.get("required", [])
        if "properties" not in schema:
            sent.append(Asked("", kind, "", True))
        sent += [
            Asked(name, _kind(one), _label(one), name in required)
            for name, one in schema.get("properties", {}).items()
        ]
    needs = operation.get("security") is not None
    return Address(method.upper(), path, operation["summary"], not needs, sent)


def _parameter(one: dict[str, Any]) -> Asked:
    return Asked(f"?{one['name']}", _kind(one["schema"]), one.get("description", ""), one["required"])


def _label(schema: dict[str, Any]) -> str:
    return " ".join(filter(None, (schema.get("title"), schema.get("description"))))


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(filter(None, schema["enum"]))
    kind = schema["type"]
    return schema.get("format") or (" | ".join(kind) if isinstance(kind, list) else kind)
