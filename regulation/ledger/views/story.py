"""What happened to one subject, told from the entries."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from ..access import erases
from ..models import Entry, Erasure
from ..proofs import receipt_file
from ..queries import body_of, erasures_of, told_of
from ..receipts import FILE_TYPE, short_code
from ..stories import Fact, Sight, Subject, story_of, subject_of, tells_all

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
        "commitment": bytes(entry.commitment).hex(),
        "sentence": told.sentence if told else entry.kind,
        "facts": _facts(body_of(entry), tuple(told.facts)) if told else [],
        "is_erased": entry.is_erased,
        "erasure": erasures.get(entry.pk),
        "may_ask": may_ask and not entry.is_erased,
    }


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees of a subject's record."""

    noun: Subject
    subject: Any
    entries: QuerySet[Entry]
    whole: bool


def _seen(request: HttpRequest, kind: str, key: str) -> Seen:
    """The subject, and its entries as far as this reader sees them. Raises Http404 where it sees nothing."""
    noun = subject_of(kind)
    found = noun.find(key) if noun and "\0" not in key else None
    sight = noun.sight(found, request) if noun and found is not None else Sight.NOTHING
    if noun is None or found is None or sight == Sight.NOTHING:
        raise Http404
    entries = told_of(noun.about(found, request), disclosed_only=sight == Sight.DISCLOSED)
    return Seen(noun, found, entries, sight == Sight.ALL)


@cache_control(no_cache=True)
@require_safe
def record_page(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The record of one subject: all of it for its parties and regulators, what is disclosed for others.

    It names no person, and no number of an entry: the gaps would tell how much is not shown.
    """
    seen = _seen(request, kind, key)
    page = Paginator(seen.entries, PAGE).get_page(request.GET.get("page"))
    may_ask = erases(user=request.user, acting=getattr(request, "acting", None))
    gone = erasures_of(page)
    context = {
        "subject": seen.subject,
        "kind": kind,
        "key": key,
        "noun": seen.noun.noun,
        "address": seen.noun.address(seen.subject, request),
        "page_obj": page,
        "lines": [_line(entry, gone, may_ask=may_ask) for entry in page],
        "may_ask": may_ask,
        "whole": seen.whole,
    }
    return render(request, "ledger/record.html", context)


@cache_control(no_cache=True)
@require_safe
def record_proof(request: HttpRequest, kind: str, key: str, commitment: str) -> HttpResponse:
    """The proof of one entry of a record, as a file, for whoever reads that entry there.

    It holds what the entry says where all of it stands on the page, else when and of which kind it is. Before
    a published checkpoint holds the entry there is none.
    """
    if not re.fullmatch("[0-9a-f]{64}", commitment):
        raise Http404
    seen = _seen(request, kind, key)
    entry = get_object_or_404(seen.entries, commitment=bytes.fromhex(commitment))
    text = receipt_file(entry, told=tells_all(entry.kind, body_of(entry)))
    if text is None:
        said = _(
            "No published checkpoint holds this entry yet. The page of the record says when the next is due."
        )
        messages.info(request, said)
        return redirect("ledger:record", kind=kind, key=key)
    name = f"qinqing-{short_code(entry).lower()}.tlog-proof"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type=FILE_TYPE, headers=headers)
