"""Tenders as their pages show them: list, one with its history, notices, opening, award."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from marketplace.tenders.access import may_review, owns
from marketplace.tenders.announced import in_language, notices_of
from marketplace.tenders.filters import SORTS, TenderFilter
from marketplace.tenders.life_texts import STATE_WORDS, failure_words
from marketplace.tenders.models import Bid, Tender, TenderService
from marketplace.tenders.queries import (
    appointed_to,
    opened_bids,
    public_tenders,
    services_relied,
    tenders_visible_to,
    with_parts,
)
from marketplace.tenders.timeline import events_of
from regulation.ledger.queries import database_now
from regulation.parties.access import acting

from .bodies import asked
from .paging import PageForm, one_page
from .problems import Invalid
from .routes import reads
from .shapes import (
    address,
    approval,
    entity,
    money,
    page,
    paged,
    provision,
    region,
    service,
)
from .tender_shapes import (
    AwardsShape,
    NoticeShape,
    OpeningShape,
    TenderLine,
    TenderShape,
)

TAG = "tenders"


class SortForm(forms.Form):
    sort = forms.ChoiceField(label=_("Sorted by"), choices=[(name, name) for name in SORTS], required=False)


def seen(request: HttpRequest, ref: str) -> Tender:
    """A tender the reader may know of; 404 otherwise."""
    return get_object_or_404(tenders_visible_to(acting(request)), ref=ref)


def line(one: Tender, now: dt.datetime) -> dict[str, Any]:
    state = one.state_at(now)
    return {
        "ref": one.ref,
        "title": one.title,
        "state": {"code": str(state), "words": str(STATE_WORDS[state])},
        "owner": entity(one.owner),
        "service": service(one.service),
        "services": [service(each.service) for each in one.bought],
        "approval": approval(one.approval),
        "department": entity(one.department),
        "region": region(one.region),
        "method": one.method,
        "ceiling": money(one.ceiling),
        "currency": one.currency,
        "days": one.days,
        "published_at": one.published_at,
        "closes_at": one.closes_at,
        "is_invented": one.is_invented,
        "address": address(one),
    }


PLAIN = (
    "description",
    "no_ceiling_reason",
    "price_basis",
    "invited",
    "invite_ground",
    "method_parameters",
    "direct_ground",
    "opens_at",
    "questions_until",
    "resumes_at",
    "opened_at",
    "standstill_until",
    "all_of",
    "any_of",
    "project",
    "witnesses",
    "contact",
    "seal_on_device",
)


def whole(request: HttpRequest, ref: str) -> dict[str, Any]:
    """One tender with all its page says of it, for who may know of it."""
    membership, now = acting(request), database_now()
    found = get_object_or_404(with_parts(tenders_visible_to(membership)), ref=ref)
    inside = owns(membership, found) or may_review(membership, found)
    relies_on = [_relies(one) for one in services_relied(found)]
    return (
        line(found, now)
        | {name: getattr(found, name) for name in PLAIN}
        | {
            "base_amount": money(found.base_amount),
            "rate_low": money(found.rate_low),
            "rate_high": money(found.rate_high),
            "reason": _reason(found, inside=inside),
            "ruling": relies_on[0]["ruling"],
            "bases": relies_on[0]["bases"],
            "relies_on": relies_on,
            "avoided": [
                {"entity": entity(unit.entity), "reason": unit.reason} for unit in found.avoided_units.all()
            ],
            "trustees": [
                {"entity": entity(one.trustee.entity), "key": one.key_id} for one in appointed_to(found)
            ],
            "amendments": [_amendment(one) for one in found.amendments.all()],
            "history": events_of(found, now, all_of_them=inside),
        }
    )


def _relies(one: TenderService) -> dict[str, Any]:
    ruling = one.ruling
    return {
        "service": service(one.service),
        "ruling": address(ruling) if ruling else None,
        "necessity": str(ruling.necessity) if ruling else None,
        "bases": [provision(basis.provision) for basis in ruling.bases.all()] if ruling else [],
    }


def _reason(found: Tender, *, inside: bool) -> str:
    """Why it stands where it stands, where somebody had to say so."""
    said = found.void_reason or found.cancel_reason or (failure_words(found.failure) if found.failure else "")
    returned = found.return_reason if inside and found.submitted_at is None else ""
    return str(said or found.suspend_reason or found.postpone_reason or returned)


def _amendment(one: Any) -> dict[str, Any]:
    return {
        "number": one.number,
        "at": one.made_at,
        "reason": one.reason,
        "before": one.before,
        "after": one.after,
    }


def opened(bid: Bid, of: Tender) -> dict[str, Any]:
    """A bid of a tender, as its opening made it public."""
    return {
        "id": bid.pk,
        "ref": str(bid.ref),
        "tenderer": entity(bid.tenderer),
        "price": money(bid.price),
        "rate": money(of.rate_of(bid.price)),
        "days": bid.days,
        "note": bid.note,
        "void": bid.void_reason,
        "submitted_at": bid.submitted_at,
        "envelope_sha256": bid.envelope_digest,
    }


def _filters() -> forms.Form:
    return TenderFilter(queryset=Tender.objects.none()).form


@reads(
    "/tenders",
    "tenders",
    answer=paged(TenderLine, "Tenders"),
    tag=TAG,
    summary=_("Public tenders, the newest first"),
    query=(_filters, SortForm, PageForm),
)
def tenders(request: HttpRequest) -> dict[str, Any]:
    now = database_now()
    found = TenderFilter(request.GET, queryset=public_tenders())
    if not found.is_valid():
        raise Invalid(found.form)
    order = SORTS[asked(request, SortForm).cleaned_data["sort"] or "-published"]
    return one_page(request, found.qs.order_by(*order), lambda one: line(one, now))


@reads(
    "/tenders/{slug:ref}",
    "tender",
    answer=TenderShape,
    tag=TAG,
    summary=_("One tender with its terms and its history"),
)
def tender(request: HttpRequest, ref: str) -> dict[str, Any]:
    return whole(request, ref)


@reads(
    "/tenders/{slug:ref}/notices",
    "notices",
    answer=list[NoticeShape],
    tag=TAG,
    summary=_("Its public notices"),
)
def notices(request: HttpRequest, ref: str) -> list[dict[str, Any]]:
    found = get_object_or_404(with_parts(public_tenders()), ref=ref)
    return [
        {
            "kind": one.slug,
            "title": str(one.title),
            "at": one.at,
            "reason": str(one.reason),
            "facts": [(str(label), str(value)) for label, value in one.facts],
            "order": [
                {"firm": in_language(row), **{name: row[name] for name in ("rank", "price", "score")}}
                for row in one.order
            ],
            "digest": one.digest,
            "address": page("tenders:notice", found.ref, one.slug),
        }
        for one in notices_of(found)
    ]


@reads(
    "/tenders/{slug:ref}/opening",
    "opening",
    answer=OpeningShape,
    tag=TAG,
    summary=_("The bids, once they are opened; before that nothing, however many there are"),
)
def opening(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = seen(request, ref)
    return {"opened_at": found.opened_at, "bids": [opened(bid, found) for bid in opened_bids(found)]}


@reads(
    "/tenders/{slug:ref}/award",
    "award",
    answer=AwardsShape,
    tag=TAG,
    summary=_("The award that stands, if there is one"),
)
def award(request: HttpRequest, ref: str) -> dict[str, Any]:
    tender = seen(request, ref)
    found = tender.award
    if found is None:
        return {"award": None}
    said = {name: getattr(found, name) for name in ("reason", "awarded_at", "standstill_until", "final_at")}
    return {"award": said | {"bid": opened(found.bid, tender), "price": money(found.price)}}
