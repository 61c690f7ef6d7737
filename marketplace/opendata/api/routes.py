"""How an address is declared: what it reads or does, by which form, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from .bodies import take_long
from .repeating import once
from .tokens import Token, WritingToken, anybody

FormMaker = Callable[[], BaseForm]
router = Router()


@dataclass(frozen=True, slots=True)
class Told:
    """What the document says of an operation beside what the router knows."""

    query: tuple[FormMaker, ...] = ()
    body: tuple[FormMaker, ...] = ()
    kind: str = "application/json"
    writes: bool = False
    open: bool = False


TOLD: dict[str, Told] = {}


def reads(
    path: str,
    name: str,
    *,
    answer: Any,
    tag: str,
    summary: Any,
    query: tuple[FormMaker, ...] = (),
    own: bool = False,
    kind: str = "application/json",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A reading address. `own`: for a token alone; else for everybody. Of another `kind`, `work` answers."""

    def decorate(work: Callable[..., Any]) -> Callable[..., Any]:
        TOLD[name] = Told(query=query, open=not own, kind=kind)
        asks = Token() if own else anybody
        _add("GET", path, name, auth=asks, answer=answer, tag=tag, summary=summary)(work)
        return work

    return decorate


def writes(
    path: str,
    name: str,
    *,
    answer: type[Schema],
    tag: str,
    summary: Any,
    body: tuple[FormMaker, ...] = (),
    query: tuple[FormMaker, ...] = (),
    method: str = "POST",
    status: int = 200,
    kind: str = "application/json",
    most: int = 0,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A writing address, for a token that may write; done once a key. `work` gives what is answered.

    `most` are the bytes of a body that may be longer than those of other requests.
    """

    def decorate(work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if most:
                take_long(request, most=most)
            return once(request, lambda: _json(answer, work(request, *args, **kwargs)), status=status)

        TOLD[name] = Told(query=query, body=body, kind=kind, writes=True)
        said = {"answer": answer, "tag": tag, "summary": summary, "status": status}
        _add(method, path, name, auth=WritingToken(), **said)(view)
        return work

    return decorate


def _json(answer: type[Schema], made: dict[str, Any]) -> str:
    return answer.model_validate(made).model_dump_json()


def _add(
    method: str, path: str, name: str, *, auth: Any, answer: Any, tag: str, summary: Any, status: int = 200
) -> Callable[..., Any]:
    added: Callable[..., Any] = router.api_operation(
        [method],
        path,
        auth=auth,
        response={status: answer},
        operation_id=name,
        url_name=name,
        summary=summary,
        tags=[tag],
    )
    return added
