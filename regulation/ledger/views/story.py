"""What happened to one subject, told from the entries."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from ..access import erases
from ..models import Entry, Erasure
from ..queries import body_of, erasures_of, told_of
from ..stories import Fact, Sight, story_of, subject_of

PAGE = 50
PARSE = {
    "day": dt.date.fromisoformat,
    "moment": dt.datetime.fromisoformat,
    "money": Decimal,
    "count": len,
    "text": str,
}


def _facts(body: dict[str, Any], facts: tuple[Fact, ...]) -> list[dict[str, Any]]:
    """What a story tells of a body; what is not there, or is not what it should be, is left out."""
    told = []
    for name, label, form in facts:
        value = body.get(name)
        if value in (None, "", [], {}):
            continue
        try:
            told.append({"label": label, "value": PARSE[form](value), "form": form})  # type: ignore[operator]
        except (TypeError, ValueError, ArithmeticError):
            continue
    return told


def _line(entry: Entry, erasures: dict[int, Erasure], *, may_ask: bool) -> dict[str, Any]:
    told = story_of(entry.kind)
    return {
        "entry": entry,
        "sentence": told.sentence if told else entry.kind,
        "facts": _facts(body_of(entry), tuple(told.facts)) if told else [],
        "is_erased": entry.is_erased,
        "erasure": erasures.get(entry.pk),
        "may_ask": may_ask and not entry.is_erased,
    }


@cache_control(no_cache=True)
@require_safe
def record_page(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The record of one subject: all of it for its parties and regulators, what is disclosed for others.

    It names no person, and no number of an entry: the gaps would tell how much is not shown.
    """
    noun = subject_of(kind)
    found = noun.find(key) if noun and "\0" not in key else None
    sight = noun.sight(found, request) if noun and found is not None else Sight.NOTHING
    if noun is None or found is None or sight == Sight.NOTHING:
        raise Http404
    entries = told_of(noun.about(found, request), disclosed_only=sight == Sight.DISCLOSED)
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    whole = sight == Sight.ALL
    may_ask = erases(user=request.user, acting=getattr(request, "acting", None))
    gone = erasures_of(page)
    context = {
        "subject": found,
        "noun": noun.noun,
        "address": noun.address(found, request),
        "page_obj": page,
        "lines": [_line(entry, gone, may_ask=may_ask) for entry in page],
        "may_ask": may_ask,
        "whole": whole,
    }
    return render(request, "ledger/record.html", context)
