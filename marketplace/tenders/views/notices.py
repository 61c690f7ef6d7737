"""Public notices of a tender, each at an address that lasts: procurement, change, result, and how it ended.

A notice says what was so when it was given: later amendments do not change the procurement notice.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from ..amended import LABELS, Line, lines, shown
from ..life_texts import failure_words, void_words
from ..methods import METHODS
from ..models import Amendment, Tender
from ..operations.amending import term_text
from ..queries import public_tenders, with_parts

LISTS = ("avoided", "documents")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: its kind as the address has it, its heading, when it was given, and what it says."""

    kind: str
    title: str
    at: dt.datetime
    facts: list[tuple[Any, Any]] = field(default_factory=list)
    reason: str = ""
    lines: list[Line] = field(default_factory=list)


def _as_published(tender: Tender, amendments: list[Amendment]) -> list[tuple[Any, Any]]:
    """The terms as they were first published, from what the amendments say was there before."""
    first = {
        name: term_text(getattr(tender, name)) for name in LABELS if name not in ("avoided", "documents")
    }
    first["avoided"] = "\n".join(sorted(f"{u.entity.name} | {u.reason}" for u in tender.avoided_units.all()))
    first["documents"] = "\n".join(one.line for one in tender.documents.all() if one.removed_in is None)
    for one in reversed(amendments):
        first |= one.before
    decided = (_("How it is decided"), METHODS[tender.method].sentence)
    by_rate: list[tuple[Any, Any]] = []
    if tender.by_rate:
        said = {"base": f"¥{tender.base_amount:,.2f}", "low": tender.rate_low, "high": tender.rate_high}
        by_rate = [(_("What a bid states"), _("%(low)s%% to %(high)s%% of %(base)s") % said)]
    return [(label, shown(name, first[name])) for name, label in LABELS.items() if first.get(name)] + [
        *by_rate,
        decided,
    ]


def notices_of(tender: Tender) -> list[Notice]:
    """Every notice there is of a public tender, in order of time."""
    amendments = list(tender.amendments.all())
    made: list[Notice] = []
    if tender.published_at:
        facts = _as_published(tender, amendments)
        made.append(Notice("procurement", _("Procurement notice"), tender.published_at, facts))
    for one in amendments:
        said = lines(one.before, one.after)
        title = _("Notice of change %(n)d") % {"n": one.number}
        made.append(Notice(f"change-{one.number}", title, one.made_at, reason=one.reason, lines=said))
    award = getattr(tender, "award", None)
    if award is not None and tender.awarded_at:
        facts = [(_("Winner"), str(award.bid.tenderer)), (_("Price"), f"¥{award.price:,.2f}")]
        made.append(Notice("result", _("Notice of result"), award.awarded_at, facts))
    ended = [
        (tender.cancelled_at, _("Notice of cancellation"), tender.cancel_reason),
        (tender.failed_at, _("Notice of failure"), failure_words(tender.failure)),
        (tender.void_at, _("Notice that the tender is void"), void_words(tender)),
    ]
    made += [Notice("end", title, at, reason=why) for at, title, why in ended if at][:1]
    return made


def notice_links(tender: Tender) -> list[dict[str, Any]]:
    """What the tender's page links to."""
    return [
        {"title": one.title, "at": one.at, "url": reverse("tenders:notice", args=[tender.ref, one.kind])}
        for one in notices_of(tender)
    ]


def notice(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """One notice, to be read, linked and printed."""
    found = get_object_or_404(with_parts(public_tenders()), ref=ref)
    said = next((one for one in notices_of(found) if one.kind == kind), None)
    if said is None:
        raise Http404
    return render(request, "tenders/notice.html", {"tender": found, "notice": said})
