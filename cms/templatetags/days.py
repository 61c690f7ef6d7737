"""A page on another day, its lasting address, and the page on paper. Built in to every template."""

from typing import Any
from urllib.parse import quote

from django import template
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone

register = template.Library()
DAYS = ("on", "said", "time")


def _today(request: HttpRequest) -> str:
    """The page without the day it is asked for."""
    query = request.GET.copy()
    for name in (*DAYS, "page"):
        query.pop(name, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _lasting(request: HttpRequest, form: Any) -> str:
    """The page with both its days: what is corrected later does not change what it says."""
    query = request.GET.copy()
    query.pop("page", None)
    query["on"] = form.day().isoformat()
    if "said" in form.fields and not query.get("said"):
        query["said"] = timezone.localdate().isoformat()
    return f"{request.path}?{query.urlencode()}"


def _asked(query: QueryDict, form: Any) -> bool:
    return form.is_bound and form.is_valid() and any(query.get(name) for name in DAYS)


@register.inclusion_tag("components/as_of.html", takes_context=True)
def as_of(context: template.Context, form: Any, action: str = "") -> dict[str, Any]:
    """The form that shows a page on another day; what else the address says is kept. `form` is a DayForm.

    With `action` it leads to another page, which need not know what this address says.
    """
    request = context["request"]
    shown = form.visible_fields()
    own = {*(field.name for field in shown), *DAYS, "page"}
    kept = [(name, v) for name, values in request.GET.lists() if name not in own for v in values if v]
    asked = _asked(request.GET, form)
    return {
        "is_open": asked or any(form.errors.get(name) for name in DAYS),
        "fields": [field for field in shown if field.name in DAYS],
        "kept": [] if action else kept,
        "action": action,
        "today_url": _today(request) if asked else "",
    }


@register.inclusion_tag("components/spoken_of.html", takes_context=True)
def spoken_of(context: template.Context, form: Any) -> dict[str, Any]:
    """Which day a page speaks of, where one was asked for; nothing of today."""
    request = context["request"]
    moment = getattr(form, "moment", None)
    return {
        "asked": _asked(request.GET, form),
        "day": form.day(),
        "moment": moment() if moment else None,
        "lasting": _lasting(request, form),
        "today_url": _today(request),
    }


@register.inclusion_tag("components/kept_days.html", takes_context=True)
def kept_days(context: template.Context) -> dict[str, Any]:
    """For another form of the same page: the day it is asked for, carried along."""
    query = context["request"].GET
    return {"kept": [(name, query[name]) for name in DAYS if query.get(name)]}


@register.inclusion_tag("components/print.html", takes_context=True)
def print_page(context: template.Context, address: str = "", form: Any = None) -> dict[str, Any]:
    """A button that prints, and for paper the lasting address with its QR.

    `address` is a path or a query; without it that of `form`'s days, or the page's own.
    """
    request = context["request"]
    path = address or (_lasting(request, form) if form else request.get_full_path())
    path = f"{request.path}{path}" if path.startswith("?") else path
    return {
        "address": request.build_absolute_uri(path),
        "qr_url": f"{reverse('qr_code')}?path={quote(path, safe='/')}",
    }
