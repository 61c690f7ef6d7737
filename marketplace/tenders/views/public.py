import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from regulation.ledger.queries import database_now
from regulation.parties.access import acting

from ..access import may_bid, may_review, oversees, owns
from ..forms import SORTS, TenderFilter
from ..life import Act, State, acts_in
from ..life_texts import ACT_WORDS, STATE_WORDS, TONES
from ..methods import METHODS
from ..methods.telling import told
from ..models import Tender
from ..queries import appointed_to, opened_bids, public_tenders, standing_bid, tenders_visible_to, told_acts

PAGE = 20


def tender_list(request: HttpRequest) -> HttpResponse:
    """Published tenders, newest first; nothing tells how many bids there are."""
    now = database_now()
    found = TenderFilter(request.GET or None, queryset=public_tenders())
    order = SORTS.get(request.GET.get("sort", ""), SORTS["-published"])
    page = Paginator(found.qs.order_by(*order), PAGE).get_page(request.GET.get("page"))
    rows = [{"tender": t, "words": STATE_WORDS[s], "tone": TONES[s]} for t in page for s in [t.state_at(now)]]
    return render(
        request, "tenders/tender_list.html", {"filter": found, "page_obj": page, "rows": rows, "now": now}
    )


def _events(tender: Tender, now: dt.datetime, *, all_of_them: bool) -> list[dict[str, Any]]:
    """What was done and why, and what the clock does by itself."""
    acts = list(told_acts(tender, all_of_them=all_of_them))
    events = [
        (one.at, str(one), failure_words(tender.failure) if one.to_state == State.FAILED else one.reason)
        for one in acts
    ]
    if not acts and tender.published_at:  # published before acts were kept
        events.append((tender.published_at, str(ACT_WORDS[Act.PUBLISH]), ""))
    clock = [
        (tender.questions_until, _("Questions until"), ""),
        (tender.opens_at, _("Bidding begins"), ""),
        (tender.resumes_at, _("Bidding goes on"), ""),
        (tender.closes_at, _("Deadline for bids, exclusive"), ""),
        (tender.standstill_until, _("The time to challenge the award ends"), ""),
    ]
    ended = tender.cancelled_at or tender.failed_at or tender.void_at
    events += [(at, title, text) for at, title, text in clock if at and not (ended and at > ended)]
    return [
        {"at": at, "title": title, "text": text, "future": at > now}
        for at, title, text in sorted(events, key=lambda event: event[0])
    ]


def failure_words(code: str) -> str:
    return {
        "shares_missing": _(
            "Too few trustees came in time, so no bid was opened. The owner may publish it again."
        ),
        "no_bid": _("No bid was submitted."),
        "no_valid_bid": _("No bid that was opened is valid."),
        "nobody_clear": _("No bidder passed the conflict gate."),
    }.get(code, "")


@cache_control(no_cache=True)  # its clock is never late
def tender(request: HttpRequest, ref: str) -> HttpResponse:
    """One tender: terms, clock, law, and after the opening every bid with its rank or its reason."""
    membership = acting(request)
    found = get_object_or_404(tenders_visible_to(membership), ref=ref)
    now = database_now()
    state = found.state_at(now)
    owned = owns(membership, found)
    bidder = membership if may_bid(membership) else None
    return render(
        request,
        "tenders/tender.html",
        {
            "tender": found,
            "state": state,
            "state_words": STATE_WORDS[state],
            "tone": TONES[state],
            "now": now,
            "told": told(METHODS[found.method], found.method_parameters),
            "events": _events(found, now, all_of_them=owned or may_review(membership, found)),
            "bids": opened_bids(found),
            "award": found.award,
            "avoided": found.avoided_units.select_related("entity"),
            "trustees": appointed_to(found),
            "owns": owned,
            "wrote": owned and found.created_by_id == request.user.pk,
            "reviews": may_review(membership, found) and found.created_by_id != request.user.pk,
            "oversees": oversees(membership),
            "acts": acts_in(state),
            "may_bid": bidder is not None and state == State.OPEN,
            "own_bid": standing_bid(found, bidder.entity) if bidder else None,
            "bases": found.ruling.bases.select_related("provision__instrument") if found.ruling else [],
        },
    )
