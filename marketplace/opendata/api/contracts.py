"""Contracts: the signed ones for everybody, one's own for a token. To sign is for a person, on the pages."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from marketplace.contracts.access import reads_all, side_of
from marketplace.contracts.forms import ContractFilter
from marketplace.contracts.life_texts import STATE_WORDS, STEP_WORDS
from marketplace.contracts.models import Contract
from marketplace.contracts.queries import contracts_of, contracts_visible_to, milestones_of, signed_contracts
from regulation.ledger.queries import database_now
from regulation.parties.access import acting

from .paging import PageForm, one_page
from .problems import Invalid
from .routes import reads
from .shapes import EntityShape, Moment, Money, ServiceShape, address, entity, money, paged, service
from .tender_shapes import StateShape
from .tokens import holder

TAG = "contracts"


class ContractLine(Schema):
    ref: str
    tender: str
    title: str
    state: StateShape
    buyer: EntityShape
    seller: EntityShape
    payer: EntityShape
    service: ServiceShape
    services: list[ServiceShape]
    price: Money
    bid_price: Money
    days: int
    signed_at: Moment | None
    is_invented: bool
    address: str


class MilestoneShape(Schema):
    position: int
    name: str
    name_en: str
    amount: Money
    days: int
    due_on: dt.date | None
    state: StateShape
    accepted_at: Moment | None


class ContractShape(ContractLine):
    """`side`: buyer, seller or payer where the token acts for one, else empty. What only sides read is empty
    for others."""

    side: str
    sign_by: Moment | None
    reason: str
    milestones: list[MilestoneShape]


def _line(one: Contract, now: Any) -> dict[str, Any]:
    state = one.state_at(now)
    return {
        "ref": one.ref,
        "tender": one.award.tender.ref,
        "title": one.award.tender.title,
        "state": {"code": str(state), "words": str(STATE_WORDS[state])},
        "buyer": entity(one.buyer),
        "seller": entity(one.seller),
        "payer": entity(one.payer),
        "service": service(one.service),
        "services": [service(each.service) for each in one.bought],
        "price": money(one.price),
        "bid_price": money(one.bid_price),
        "days": one.days,
        "signed_at": one.signed_at,
        "is_invented": one.is_invented,
        "address": address(one),
    }


def _filters() -> forms.Form:
    return ContractFilter(queryset=Contract.objects.none()).form


@reads(
    "/contracts",
    "contracts",
    answer=paged(ContractLine, "Contracts"),
    tag=TAG,
    summary=_("Signed contracts, the newest first"),
    query=(_filters, PageForm),
)
def contracts(request: HttpRequest) -> dict[str, Any]:
    now = database_now()
    found = ContractFilter(request.GET, queryset=signed_contracts())
    if not found.is_valid():
        raise Invalid(found.form)
    return one_page(request, found.qs, lambda one: _line(one, now))


@reads(
    "/me/contracts",
    "own_contracts",
    answer=paged(ContractLine, "OwnContracts"),
    tag=TAG,
    summary=_("What you buy, sell or pay, the newest first"),
    query=(PageForm,),
    own=True,
)
def own_contracts(request: HttpRequest) -> dict[str, Any]:
    now, membership = database_now(), holder(request)
    found = contracts_visible_to(membership).filter(pk__in=contracts_of(membership.entity).values("pk"))
    return one_page(request, found.order_by("-pk"), lambda one: _line(one, now))


@reads(
    "/contracts/{slug:ref}",
    "contract",
    answer=ContractShape,
    tag=TAG,
    summary=_("One contract with its milestones"),
)
def contract(request: HttpRequest, ref: str) -> dict[str, Any]:
    membership, now = acting(request), database_now()
    found = get_object_or_404(contracts_visible_to(membership), ref=ref)
    whole = reads_all(request.user, membership, found)
    return _line(found, now) | {
        "side": side_of(membership, found),
        "sign_by": found.sign_by,
        "reason": found.terminate_reason or found.suspend_reason if whole else "",
        "milestones": [_milestone(one, found, now) for one in milestones_of(found)],
    }


def _milestone(one: Any, contract: Contract, now: Any) -> dict[str, Any]:
    one.contract = contract
    step = one.state_at(now)
    return {
        "position": one.position,
        "name": one.name,
        "name_en": one.name_en,
        "amount": money(one.yuan),
        "days": one.days,
        "due_on": one.due_on,
        "state": {"code": str(step), "words": str(STEP_WORDS[step])},
        "accepted_at": one.accepted_at,
    }
