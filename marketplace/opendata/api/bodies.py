"""The body of a request, given to the form that the page uses. The form decides; nothing is half-read."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _

from .problems import Invalid, Problem, wrong_field

JSON = "application/json"
F = TypeVar("F", bound=forms.BaseForm)


def said(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; an empty body says nothing. Numbers keep their digits as text."""
    try:
        body = request.body
    except UnreadablePostError as failure:
        raise Problem(400, "unreadable", _("The body broke off.")) from failure
    if not body.strip():
        return {}
    if request.content_type != JSON:
        raise Problem(415, "not_json", _("Send the body as application/json."))
    try:
        found = json.loads(body.decode(), parse_float=str, parse_int=str, parse_constant=_no_number)
    except (ValueError, RecursionError) as failure:
        raise Problem(400, "not_json", _("The body is not JSON.")) from failure
    if not isinstance(found, dict):
        raise Problem(422, "invalid", _("The body is an object with named fields."), errors=[])
    return found


def take_long(request: HttpRequest, *, most: int) -> None:
    """Read a body that may be longer than settings let others be. Raises Problem beyond `most` bytes."""
    if int(request.headers.get("Content-Length") or 0) > most:
        raise Problem(413, "too_long", _("The body is longer than what is taken here."))
    try:
        request._body = request.read(most + 1)
    except UnreadablePostError as failure:
        raise Problem(400, "unreadable", _("The body broke off.")) from failure


def _no_number(text: str) -> str:
    raise ValueError(text)


def as_sent(body: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What a form takes: text by name. Lists become lines. Raises Problem for what no field could mean."""
    data: dict[str, Any] = {}
    for name, value in body.items():
        if name not in known:
            raise wrong_field(name, _("There is no such field."))
        if value is not None:
            data[name] = _text(name, value)
    return data


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        if any("\n" in line or "\r" in line for line in value):
            raise wrong_field(name, _("A line of a list has no line break in it."))
        value = "\n".join(value)
    if not isinstance(value, str):
        raise wrong_field(name, _("Text, a number, true or false, or a list of lines."))
    try:
        value.encode()
    except UnicodeEncodeError as failure:
        raise wrong_field(name, _("This is no text.")) from failure
    return value


def filled(request: HttpRequest, form: type[F], **how: Any) -> F:
    """The form of a page with what was sent, valid. Raises Invalid with its faults."""
    made = form(**how)
    body = said(request)
    bound = form(as_sent(body, _fields(form, body, how, made)), **how)
    if not bound.is_valid():
        raise Invalid(bound)
    return bound


def _fields(form: type[F], body: Mapping[str, Any], how: Mapping[str, Any], made: F) -> Mapping[str, Any]:
    """The fields a form has for this body: some grow with what is chosen."""
    chosen = body.get("method")
    if isinstance(chosen, str) and "method" in made.fields:
        return form({"method": chosen}, **how).fields
    return made.fields


def asked(request: HttpRequest, form: type[F], **how: Any) -> F:
    """A form of questions with what stands in the address, valid. Raises Invalid."""
    bound = form(request.GET, **how)
    if not bound.is_valid():
        raise Invalid(bound)
    return bound
