"""The directory of intermediaries, with published prices."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from marketplace.directory.forms import SORTS, DirectoryFilter
from marketplace.directory.models import Intermediary
from marketplace.directory.queries import (
    listed,
    offers_of,
    qualifications_of,
    with_declaration,
    with_lowest_price,
)

from .bodies import asked
from .paging import PageForm, one_page
from .problems import Invalid
from .routes import reads
from .shapes import (
    EntityShape,
    Money,
    Period,
    RegionShape,
    ServiceShape,
    address,
    entity,
    money,
    paged,
    period,
    region,
    service,
)

TAG = "directory"
MOST = 100  # prices shown with one intermediary


class SortForm(forms.Form):
    sort = forms.ChoiceField(label=_("Sorted by"), choices=[(name, name) for name in SORTS], required=False)


class IntermediaryLine(Schema):
    """`lowest`: the lowest published price for a whole job, of the service asked for where one is."""

    ref: str
    entity: EntityShape
    region: RegionShape | None
    lowest: Money | None
    address: str


class OfferShape(Schema):
    """A published price: yuan without tax, or per cent of the contract where the basis is a rate."""

    service: ServiceShape
    region: RegionShape
    basis: str
    amount: Money
    unit: str
    days: int


class QualificationShape(Schema):
    name: str
    name_en: str
    number: str
    valid: Period


class IntermediaryShape(Schema):
    ref: str
    entity: EntityShape
    region: RegionShape | None
    summary: str
    summary_en: str
    phone: str
    email: str
    declared_as_of: dt.date | None
    offers: list[OfferShape]
    qualifications: list[QualificationShape]
    address: str


def _who(one: Intermediary) -> dict[str, Any]:
    seat = one.entity.region
    return {
        "ref": one.ref,
        "entity": entity(one.entity),
        "region": region(seat) if seat else None,
        "address": address(one),
    }


def _filters() -> forms.Form:
    return DirectoryFilter(queryset=Intermediary.objects.none()).form


@reads(
    "/intermediaries",
    "intermediaries",
    answer=paged(IntermediaryLine, "Intermediaries"),
    tag=TAG,
    summary=_("Registered intermediaries"),
    query=(_filters, SortForm, PageForm),
)
def intermediaries(request: HttpRequest) -> dict[str, Any]:
    today = timezone.localdate()
    chosen = DirectoryFilter(request.GET, queryset=Intermediary.objects.none())
    if not chosen.is_valid():
        raise Invalid(chosen.form)
    wanted = chosen.form.cleaned_data["service"]
    found = DirectoryFilter(request.GET, queryset=with_lowest_price(listed(), service=wanted, on=today))
    order = SORTS[asked(request, SortForm).cleaned_data["sort"] or "name"]
    return one_page(request, found.qs.order_by(*order), lambda one: _who(one) | {"lowest": money(one.lowest)})


@reads(
    "/intermediaries/{slug:ref}",
    "intermediary",
    answer=IntermediaryShape,
    tag=TAG,
    summary=_("One intermediary with its prices and certificates"),
)
def intermediary(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = get_object_or_404(
        with_declaration(Intermediary.objects.select_related("entity__region")), ref=ref
    )
    return (
        _who(found)
        | {
            "summary": found.summary,
            "summary_en": found.summary_en,
            "phone": found.phone,
            "email": found.email,
            "declared_as_of": found.declared_as_of,  # type: ignore[attr-defined]
            "offers": [_offer(one) for one in offers_of(found, on=timezone.localdate()).open()[:MOST]],
            "qualifications": [
                {"name": one.name, "name_en": one.name_en, "number": one.number, "valid": period(one.valid)}
                for one in qualifications_of(found)
            ],
        }
    )


def _offer(one: Any) -> dict[str, Any]:
    return {
        "service": service(one.service),
        "region": region(one.region),
        "basis": one.price_basis,
        "amount": money(one.amount),
        "unit": one.unit,
        "days": one.days,
    }
