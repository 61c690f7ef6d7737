from django.http import HttpRequest, QueryDict


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent, if anything was: an empty form that was sent is told what it lacks."""
    return request.POST if request.method == "POST" else None
