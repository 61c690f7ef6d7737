from typing import Any

from django.http import HttpRequest


def posted(request: HttpRequest) -> Any:
    """What was sent, if anything was: an empty form that was sent is told what it lacks."""
    return request.POST if request.method == "POST" else None


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """The same with the files."""
    return posted(request), request.FILES if request.method == "POST" else None
