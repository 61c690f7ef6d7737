"""What could not be done, as application/problem+json (RFC 9457)."""

import json
import math
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from marketplace.contracts.errors import ContractRefused
from marketplace.payments.errors import PaymentRefused
from marketplace.tenders.errors import TenderRefused
from regulation.decoupling import explain

PROBLEM = "application/problem+json"
REFUSALS = (TenderRefused, ContractRefused, PaymentRefused)


class Problem(Exception):
    """One problem: `code` is stable, `detail` a sentence for the reader, `more` what else belongs to it."""

    def __init__(self, status: int, code: str, detail: Any, **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.more = status, code, str(detail), more

    def told(self) -> dict[str, Any]:
        return {
            "type": f"urn:qinqing:problem:{self.code}",
            "title": titles().get(self.status, titles()[400]),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        } | self.more


def titles() -> dict[int, str]:
    return {
        400: _("The request cannot be read"),
        401: _("No token that holds"),
        403: _("Not for whom this token acts"),
        404: _("Nothing here that you may know of"),
        405: _("Not done this way"),
        409: _("Refused"),
        413: _("Too long"),
        415: _("Another kind of content is needed"),
        422: _("Something in it is not right"),
        429: _("Too many requests"),
        500: _("Something went wrong on our side"),
    }


class Invalid(Problem):
    """What a form found, field by field."""

    def __init__(self, form: forms.BaseForm, names: dict[str, str] | None = None) -> None:
        super().__init__(422, "invalid", _("See the fields."), errors=field_errors(form, names or {}))


def field_errors(form: forms.BaseForm, names: dict[str, str]) -> list[dict[str, str]]:
    """Each fault with the field it is about, as the body names it; an empty field for the whole."""
    return [
        {
            "field": "" if name == "__all__" else names.get(name, name),
            "message": str(fault["message"]),
            "code": str(fault["code"] or "invalid"),
        }
        for name, faults in form.errors.get_json_data().items()
        for fault in faults
    ]


def wrong_field(field: str, message: Any) -> Problem:
    """One field that no form gets to see."""
    error = {"field": field, "message": str(message), "code": "invalid"}
    return Problem(422, "invalid", _("See the fields."), errors=[error])


def refused(refusal: Exception) -> Problem:
    """A refusal of an operation: its sentence, what to do, and where the gate refused, its check and law."""
    more: dict[str, Any] = {"next_step": str(getattr(refusal, "next_step", "") or "")}
    if (check := getattr(refusal, "check", None)) is not None:
        provision = explain.provision_of(check)
        more["check"] = {
            "outcome": str(check.outcome),
            "address": check.get_absolute_url(),
            "sentence": explain.sentence(check),
            "provision": provision.ref if provision else None,
        }
        more["provision"] = str(provision) if provision else None
    code = getattr(refusal, "code", "") or _snake(type(refusal).__name__)
    return Problem(409, code, str(refusal), **more)


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def respond(problem: Problem) -> HttpResponse:
    body = json.dumps(problem.told(), ensure_ascii=False)
    answer = HttpResponse(body, status=problem.status, content_type=PROBLEM)
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def of_exception(failure: Exception) -> Problem | None:
    """The problem behind an exception that is no defect; None for a defect."""
    if isinstance(failure, Problem):
        return failure
    if isinstance(failure, REFUSALS):
        return refused(failure)
    if isinstance(failure, PermissionDenied):
        return Problem(403, "forbidden", _("This is not for whom the token acts."))
    if isinstance(failure, Http404):
        return Problem(404, "not_found", _("There is nothing here, or nothing for whom the token acts."))
    if isinstance(failure, AuthenticationError):
        return Problem(401, "no_token", _("This needs a token that holds: Authorization: Bearer …"))
    if isinstance(failure, RequestDataTooBig):
        return Problem(413, "too_long", _("The body is longer than what is taken here."))
    if isinstance(failure, ValidationError | HttpError):
        return Problem(400, "bad_request", _("The address or a header cannot be read."))
    return None


def answer_exception(request: HttpRequest, failure: Any) -> HttpResponse:
    """For the interface's one handler; a defect goes on to whoever looks after defects."""
    if isinstance(failure, Throttled):
        seconds = math.ceil(failure.wait or 1)
        slow = Problem(429, "slow_down", _("Ask again in %(n)d seconds.") % {"n": seconds})
        answer = respond(slow)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    problem = of_exception(failure)
    if problem is None:
        raise failure
    return respond(problem)
