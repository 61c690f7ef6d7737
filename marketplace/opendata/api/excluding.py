"""Bids that go out of the running after the opening, and prices that have to be justified."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from marketplace.tenders.access import owns, sees_receipt
from marketplace.tenders.choosing_forms import ReasonForm
from marketplace.tenders.models import Bid, Exclusion, LowPrice
from marketplace.tenders.operations import (
    decide_exclusion,
    decide_low_price,
    justify_price,
    propose_exclusion,
    withdraw_after_opening,
)
from regulation.parties.access import acting
from regulation.parties.models import Membership

from .bids import own_bid
from .bodies import filled
from .drafting import nothing_sent, who
from .paging import PageForm, one_page
from .routes import reads, writes
from .shapes import EntityShape, Moment, Money, entity, money, paged
from .tenders import seen
from .tokens import holder

TAG = "choosing"


class ExclusionShape(Schema):
    """`confirmed_at` is null while a second person has to decide, which the owner alone reads."""

    id: int
    tender: str
    bid: str
    tenderer: EntityShape
    kind: str
    reason: str
    proposed_at: Moment
    confirmed_at: Moment | None
    declined_at: Moment | None


class GroundShape(Schema):
    """`test` is mean, next or ceiling: below `bound`, a share of `against`, a price is abnormally low."""

    test: str
    against: Money
    bound: Money


class LowPriceShape(Schema):
    """`answer` is for the owner and the bidder; the decision is for everybody."""

    id: int
    tender: str
    bid: str
    tenderer: EntityShape
    price: Money | None
    grounds: list[GroundShape]
    asked_at: Moment
    due_at: Moment
    answered_at: Moment | None
    answer: str
    accepted: bool | None
    decision: str
    decided_at: Moment | None


def _exclusion(one: Exclusion) -> dict[str, Any]:
    names = ("kind", "reason", "proposed_at", "confirmed_at", "declined_at")
    return {name: getattr(one, name) for name in names} | {
        "id": one.pk,
        "tender": one.bid.tender.ref,
        "bid": str(one.bid.ref),
        "tenderer": entity(one.bid.tenderer),
    }


def _low(one: LowPrice, membership: Membership | None) -> dict[str, Any]:
    reads_answer = owns(membership, one.bid.tender) or sees_receipt(membership, one.bid)
    names = ("grounds", "asked_at", "due_at", "answered_at", "accepted", "decision", "decided_at")
    return {name: getattr(one, name) for name in names} | {
        "id": one.pk,
        "tender": one.bid.tender.ref,
        "bid": str(one.bid.ref),
        "tenderer": entity(one.bid.tenderer),
        "price": money(one.bid.price),
        "answer": one.answer if reads_answer else "",
    }


@reads(
    "/tenders/{slug:ref}/exclusions",
    "exclusions",
    answer=paged(ExclusionShape, "Exclusions"),
    tag=TAG,
    summary=_("Bids out of the running after the opening; to the owner also what is proposed"),
    query=(PageForm,),
)
def exclusions(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = seen(request, ref)
    wanted = Exclusion.objects.filter(bid__tender=found, declined_at__isnull=True)
    shown = wanted if owns(acting(request), found) else wanted.confirmed()
    rows = shown.select_related("bid__tenderer", "bid__tender").order_by("pk")
    return one_page(request, rows, _exclusion)


@reads(
    "/tenders/{slug:ref}/low-prices",
    "low_prices",
    answer=paged(LowPriceShape, "LowPrices"),
    tag=TAG,
    summary=_("Abnormally low prices, by which rule, and what was decided"),
    query=(PageForm,),
)
def low_prices(request: HttpRequest, ref: str) -> dict[str, Any]:
    found, membership = seen(request, ref), acting(request)
    rows = LowPrice.objects.filter(bid__tender=found).select_related("bid__tenderer", "bid__tender")
    return one_page(request, rows.order_by("pk"), lambda one: _low(one, membership))


@writes(
    "/bids/{uuid:ref}/exclude",
    "bid_exclude",
    answer=ExclusionShape,
    tag=TAG,
    summary=_("Propose to exclude an opened bid, as the owner"),
    body=(ReasonForm,),
    status=201,
)
def bid_exclude(request: HttpRequest, ref: UUID) -> dict[str, Any]:
    bid = get_object_or_404(Bid.objects.opened().select_related("tender", "tenderer"), ref=ref)
    if not owns(holder(request), bid.tender):
        raise PermissionDenied
    reason = filled(request, ReasonForm).cleaned_data["reason"]
    return _exclusion(propose_exclusion(bid=bid, reason=reason, **who(request)))


@writes(
    "/bids/{uuid:ref}/step-back",
    "bid_step_back",
    answer=ExclusionShape,
    tag=TAG,
    summary=_("Step back after the opening, with a reason that is published"),
    body=(ReasonForm,),
    status=201,
)
def bid_step_back(request: HttpRequest, ref: UUID) -> dict[str, Any]:
    bid = own_bid(request, ref)
    reason = filled(request, ReasonForm).cleaned_data["reason"]
    return _exclusion(withdraw_after_opening(bid=bid, reason=reason, **who(request)))


def _found(pk: int) -> Exclusion:
    return get_object_or_404(Exclusion.objects.select_related("bid__tender", "bid__tenderer"), pk=pk)


def _decides(act: str, summary: Any) -> None:
    def take(request: HttpRequest, pk: int) -> dict[str, Any]:
        found = _found(pk)
        if not owns(holder(request), found.bid.tender):
            raise PermissionDenied
        nothing_sent(request)
        decide_exclusion(exclusion=found, confirm=act == "confirm", **who(request))
        return _exclusion(_found(pk))

    writes(
        f"/exclusions/{{int:pk}}/{act}", f"exclusion_{act}", answer=ExclusionShape, tag=TAG, summary=summary
    )(take)


_decides("confirm", _("Confirm a colleague's proposal: the bid is out of the running"))
_decides("decline", _("Turn a colleague's proposal down: the bid stays"))


def _low_price(pk: int) -> LowPrice:
    return get_object_or_404(LowPrice.objects.select_related("bid__tender", "bid__tenderer"), pk=pk)


def _owner(membership: Membership, low: LowPrice) -> bool:
    return owns(membership, low.bid.tender)


def _bidder(membership: Membership, low: LowPrice) -> bool:
    return sees_receipt(membership, low.bid)


def _accept(low: LowPrice, reason: str, **by: Any) -> None:
    decide_low_price(low=low, accept=True, reason=reason, **by)


def _reject(low: LowPrice, reason: str, **by: Any) -> None:
    decide_low_price(low=low, accept=False, reason=reason, **by)


def _justify(low: LowPrice, reason: str, **by: Any) -> None:
    justify_price(low=low, answer=reason, **by)


Act = tuple[str, Callable[..., None], Callable[[Membership, LowPrice], bool], Any]
ACTS: tuple[Act, ...] = (
    ("justify", _justify, _bidder, _("Justify your price in time; `reason` is for the owner")),
    ("accept", _accept, _owner, _("Accept the price, as the owner")),
    ("reject", _reject, _owner, _("Propose to exclude the bid for its price, as the owner")),
)


def _declare(step: Act) -> None:
    act, operation, allowed, summary = step

    def take(request: HttpRequest, pk: int) -> dict[str, Any]:
        found, membership = _low_price(pk), holder(request)
        if not allowed(membership, found):
            raise PermissionDenied
        operation(found, filled(request, ReasonForm).cleaned_data["reason"], **who(request))
        return _low(_low_price(pk), membership)

    writes(
        f"/low-prices/{{int:pk}}/{act}",
        f"low_price_{act}",
        answer=LowPriceShape,
        tag=TAG,
        summary=summary,
        body=(ReasonForm,),
    )(take)


for one in ACTS:
    _declare(one)
