import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import cache_control

from marketplace.directory.queries import sellers_holding
from regulation.decoupling.queries import disclosed_checks
from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acts_as
from regulation.parties.models import Membership, Role

from ..access import may_bid, may_review, oversees, owns
from ..amended import lines
from ..eligibility import lacks_what_was_added
from ..filters import SORTS, TenderFilter
from ..life import State, acts_in
from ..life_texts import STATE_WORDS, TONES, failure_words, void_words
from ..methods import METHODS
from ..methods.telling import told
from ..models import Tender
from ..operations.clarifying import may_ask_at
from ..queries import (
    appointed_to,
    awaits_confirmation,
    is_invited,
    opened_bids,
    public_tenders,
    questions_for,
    services_relied,
    standing_bid,
    tender_facets,
    tenders_visible_to,
    told_acts,
    with_award,
    with_parts,
)
from ..standing import invitation_rules, replaced_by
from ..timeline import events_of
from .notices import notice_links
from .preparing import check_list_of

PAGE = 20
DRAFTS = (State.DRAFT, State.RETURNED)


def tender_list(request: HttpRequest) -> HttpResponse:
    """Published tenders, newest first; nothing tells how many bids there are."""
    now = database_now()
    cells = tender_facets(public_tenders(), now=now)
    found = TenderFilter(request.GET or None, queryset=public_tenders(), cells=cells)
    order = SORTS.get(request.GET.get("sort", ""), SORTS["-published"])
    page = Paginator(found.qs.order_by(*order), PAGE).get_page(request.GET.get("page"))
    rows = [{"tender": t, "words": STATE_WORDS[s], "tone": TONES[s]} for t in page for s in [t.state_at(now)]]
    return render(
        request,
        "tenders/tender_list.html",
        {
            "filter": found,
            "facets": found.facets(),
            "page_obj": page,
            "rows": rows,
            "now": now,
            "query": request.GET.urlencode(),
            "asked": {n: v for n in ("q", "service", "region") if (v := request.GET.get(n, "").strip())},
        },
    )


def _invitation(tender: Tender, now: dt.datetime, bidder: Membership | None, *, told: bool) -> dict[str, Any]:
    """Of a tender by invitation: the rule it rests on, whether the reader's firm is invited, and who is, as
    far as the reader may know."""
    if not tender.invited:
        return {}
    on = timezone.localdate(tender.published_at or now)
    shown = told or tender.opened_at is not None
    return {
        "invite_rule": invitation_rules(tender.region, on=on).get(tender.invite_ground),
        "invites_me": bidder is not None and is_invited(tender, bidder.entity),
        "bids_for_firm": bidder is not None,
        "invitations": tender.invitations.select_related("entity__intermediary") if shown else (),
    }


def _holders(tender: Tender, now: dt.datetime) -> int | None:
    """How many could bid as far as qualifications go; None where none is asked for."""
    if not (tender.all_of or tender.any_of):
        return None
    asked = {"all_of": tender.all_of, "any_of": tender.any_of}
    return sellers_holding(
        *(one.service for one in tender.bought), **asked, on=timezone.localdate(now)
    ).count()


@cache_control(no_cache=True)  # its clock is never late
def tender(request: HttpRequest, ref: str) -> HttpResponse:
    """One tender: terms, clock, law, and after the opening every bid with its rank or its reason."""
    membership = acting(request)
    found = get_object_or_404(with_award(with_parts(tenders_visible_to(membership))), ref=ref)
    now = database_now()
    state = found.state_at(now)
    owned = owns(membership, found)
    bidder = membership if may_bid(membership) else None
    may_read_all = owned or may_review(membership, found)
    done = list(told_acts(found, all_of_them=may_read_all))
    context = {
        **_everyones(found, state, now),
        **_readers(request, found),
        **_bidders(found, state, bidder),
        **_invitation(found, now, bidder, told=may_read_all),
        "events": events_of(found, now, all_of_them=may_read_all, acts=done),
        "notices": notice_links(found, done),
        "check_list": check_list_of(found, now) if owned and state in DRAFTS else [],
        "questions": list(questions_for(found, owner=owned, asker=bidder.entity if bidder else None)),
        "may_ask": bidder is not None and may_ask_at(found, bidder.entity, now),
        "bids": opened_bids(found, files=owned),
    }
    return render(request, "tenders/tender.html", context)


def _everyones(found: Tender, state: State, now: dt.datetime) -> dict[str, Any]:
    """What a tender's page shows whoever reads it."""
    bought = services_relied(found)
    return {
        "tender": found,
        "state": state,
        "state_words": STATE_WORDS[state],
        "tone": TONES[state],
        "now": now,
        "told": told(METHODS[found.method], found.method_parameters),
        "amendments": [(one, lines(one.before, one.after)) for one in found.amendments.all()],
        "gates": disclosed_checks(found.urn) if found.award and found.award.final_at else [],
        "void_words": void_words(found),
        "failure_words": failure_words(found.failure),
        "replaced_by": replaced_by(found) if state == State.RETENDERED else None,
        "award": found.award,
        "holders": _holders(found, now),
        "avoided": found.avoided_units.all(),
        "documents": [one for one in found.documents.all() if one.removed_in is None],
        "dropped": [one for one in found.documents.all() if one.removed_in is not None],
        "trustees": appointed_to(found),
        "acts": acts_in(state),
        "bought": bought,
        "voluntary": [one for one in bought if one.necessity != "mandatory"],
    }


def _readers(request: HttpRequest, found: Tender) -> dict[str, Any]:
    """What the reader is to a tender."""
    membership = acting(request)
    own_hand = found.created_by_id == request.user.pk
    return {
        "owns": owns(membership, found),
        "wrote": owns(membership, found) and own_hand,
        "reviews": may_review(membership, found) and not own_hand,
        "oversees": oversees(membership),
        "keeps_for_all": found.published_at is not None and acts_as(membership, Role.REVIEWER),
    }


def _bidders(found: Tender, state: State, bidder: Membership | None) -> dict[str, Any]:
    """What a tender's page shows who may bid of its own bid."""
    own_bid = standing_bid(found, bidder.entity) if bidder else None
    is_open = state == State.OPEN
    return {
        "may_bid": bidder is not None and is_open,
        "own_bid": own_bid,
        "lacking": lacks_what_was_added(own_bid, found) if own_bid and is_open else None,
        "to_confirm": own_bid is not None and is_open and awaits_confirmation(own_bid),
    }
