"""The owner writes a tender, changes it, copies it, amends and postpones it: by the forms of the pages."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.tenders.access import may_own, owns
from marketplace.tenders.changing_forms import AmendForm, PostponeForm
from marketplace.tenders.forms import TermsForm
from marketplace.tenders.methods import METHODS
from marketplace.tenders.models import Tender
from marketplace.tenders.operations import (
    amend_tender,
    copy_tender,
    draft_tender,
    postpone_tender,
    revise_tender,
)
from marketplace.tenders.operations.drafting import Relied, relied_on, services_refused
from marketplace.tenders.service_forms import bought_services
from marketplace.tenders.term_fields import NamesField
from regulation.ledger.queries import database_now
from regulation.parties.models import Region
from regulation.registry.models import Approval, Service

from .bodies import as_sent, filled, said
from .problems import Invalid, wrong_field
from .routes import FormMaker, writes
from .tender_shapes import TenderShape
from .tenders import TAG, seen, whole
from .tokens import holder


def owned(request: HttpRequest, ref: str) -> Tender:
    """A tender of the entity acted for; 404 where it is not theirs to know of, 403 where not to change."""
    found = seen(request, ref)
    if not owns(holder(request), found):
        raise PermissionDenied
    return found


def who(request: HttpRequest) -> dict[str, Any]:
    """Who acts, and when by the database's clock."""
    return {"by": holder(request).user, "at": database_now()}


def _services_field(help_text: Any) -> NamesField:
    return NamesField(
        label=gettext_lazy("Services"), required=False, widget=forms.Textarea, help_text=help_text
    )


def _named(codes: Sequence[str]) -> list[Service]:
    """The services of these codes, in this order. Raises ValidationError."""
    found = {one.code: one for one in bought_services().filter(code__in=codes)}
    if missing := [code for code in codes if code not in found]:
        raise forms.ValidationError(
            _("There is no such service that can be bought: %(names)s.") % {"names": "; ".join(missing)}
        )
    return [found[code] for code in codes]


def _refuse_apart(form: forms.Form, relied: Sequence[Relied], region: Region, at: dt.datetime) -> None:
    """What keeps services from one tender, as faults of the field that names them."""
    for refusal in services_refused(relied, region=region, at=at) if len(relied) > 1 else ():
        form.add_error("services", f"{refusal.message} {refusal.next_step}".strip())


class PairForm(forms.Form):
    """What a tender is for: an approval, and the service it asks for or several, of which the first leads."""

    approval = forms.CharField(label=gettext_lazy("Approval"), max_length=90)
    service = forms.CharField(
        label=gettext_lazy("Service"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Where there is one only; else all of them as services."),
    )
    services = _services_field(gettext_lazy("All of them by code, at most ten; the first leads."))
    relied: list[Relied]

    def clean_approval(self) -> Approval:
        ref = self.cleaned_data["approval"]
        found = Approval.objects.select_related("department", "region").filter(ref=ref).first()
        if found is None:
            raise forms.ValidationError(_("There is no such approval."))
        return found

    def clean_service(self) -> list[Service]:
        code = self.cleaned_data["service"]
        return _named([code]) if code else []

    def clean_services(self) -> list[Service]:
        return _named(self.cleaned_data["services"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        one, several = data.get("service", []), data.get("services", [])
        wanted = several or one
        if one and several and one[0] != several[0]:
            self.add_error("services", _("The first of them is the service named by itself."))
        elif not wanted and not {"service", "services"} & set(self.errors):
            self.add_error("service", self.fields["approval"].error_messages["required"])
        elif wanted and not self.errors:
            approval, at = data["approval"], database_now()
            self.relied = relied_on(approval=approval, services=wanted, at=at)
            _refuse_apart(self, self.relied, approval.region, at)
        return data


class BoughtForm(forms.Form):
    """What a draft buys, anew; as it is where nothing is said. Its first service stays."""

    services = _services_field(
        gettext_lazy("All of them by code, beginning with the one it has; as they are where this is empty.")
    )
    also: list[Relied] | None = None

    def __init__(self, data: Any = None, *, tender: Tender | None = None) -> None:
        super().__init__(data)
        self.tender = tender

    def clean_services(self) -> list[Service]:
        services = _named(self.cleaned_data["services"])
        if services and self.tender is not None and services[0].pk != self.tender.service_id:
            raise forms.ValidationError(_("The first service of a draft stays."))
        return services

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("services") and self.tender is not None:
            at, approval = database_now(), self.tender.approval
            relied = relied_on(approval=approval, services=data["services"], at=at)
            _refuse_apart(self, relied, approval.region, at)
            self.also = relied[1:]
        return data


def _of_each_method(form: type[TermsForm]) -> tuple[FormMaker, ...]:
    return tuple(lambda code=code: form(initial={"method": code}) for code in METHODS)


class NewTender(PairForm, TermsForm):
    """For the document: both forms as one body."""


class TermsAndServices(BoughtForm, TermsForm):
    """For the document: both forms as one body."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        TermsForm.__init__(self, *args, **kwargs)


@writes(
    "/tenders",
    "tender_create",
    answer=TenderShape,
    tag=TAG,
    summary=gettext_lazy("Begin a draft"),
    body=_of_each_method(NewTender),
    status=201,
)
def tender_create(request: HttpRequest) -> dict[str, Any]:
    membership = holder(request)
    if not may_own(membership):
        raise PermissionDenied
    body = said(request)
    pair = PairForm(_part(body, PairForm))
    terms = TermsForm(as_sent(_terms(body), _fields(body)))
    if not pair.is_valid() or not terms.is_valid():
        raise _both(pair, terms)
    (service, ruling), *also = pair.relied
    made = draft_tender(
        owner=membership.entity,
        approval=pair.cleaned_data["approval"],
        service=service,
        ruling=ruling,
        terms=terms.terms(),
        avoided=terms.cleaned_data["avoided"],
        invited=terms.cleaned_data["invited_firms"],
        also=also,
        by=membership.user,
        at=database_now(),
    )
    return whole(request, made.ref)


def _terms(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in PairForm.base_fields}


def _part(body: dict[str, Any], form: type[forms.Form]) -> dict[str, Any]:
    known = form.base_fields
    return as_sent({name: value for name, value in body.items() if name in known}, known)


def _fields(body: dict[str, Any]) -> dict[str, forms.Field]:
    method = body.get("method")
    return TermsForm({"method": method} if isinstance(method, str) else {}).fields


def _both(*bound: forms.Form) -> Invalid:
    """The faults of both forms together."""
    first = Invalid(bound[0])
    first.more["errors"] += Invalid(bound[1]).more["errors"]
    return first


@writes(
    "/tenders/{slug:ref}",
    "tender_revise",
    answer=TenderShape,
    tag=TAG,
    summary=gettext_lazy("Change a draft: all its terms anew"),
    body=_of_each_method(TermsAndServices),
    method="PUT",
)
def tender_revise(request: HttpRequest, ref: str) -> dict[str, Any]:
    found, body = owned(request, ref), said(request)
    bought = BoughtForm(_part(body, BoughtForm), tender=found)
    form = TermsForm(as_sent(_terms(body), _fields(body)))
    if not all([bought.is_valid(), form.is_valid()]):
        raise _both(bought, form)
    units = {"avoided": form.cleaned_data["avoided"], "invited": form.cleaned_data["invited_firms"]}
    revise_tender(tender=found, terms=form.terms(), also=bought.also, **units, **who(request))
    return whole(request, ref)


@writes(
    "/tenders/{slug:ref}/copy",
    "tender_copy",
    answer=TenderShape,
    tag=TAG,
    summary=gettext_lazy("A new draft that says the same"),
    status=201,
)
def tender_copy(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    nothing_sent(request)
    return whole(request, copy_tender(tender=found, **who(request)).ref)


class TermsAnew(AmendForm):
    """An amendment without files: documents come and go on the pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["new_documents"]


@writes(
    "/tenders/{slug:ref}/amend",
    "tender_amend",
    answer=TenderShape,
    tag=TAG,
    summary=gettext_lazy("Amend published terms before the deadline"),
    body=(TermsAnew,),
)
def tender_amend(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    form = filled(request, TermsAnew, initial=AmendForm.initial_of(found))
    amend_tender(
        tender=found,
        terms=form.terms(),
        avoided=form.cleaned_data["avoided"],
        reason=form.cleaned_data["reason"],
        **who(request),
    )
    return whole(request, ref)


@writes(
    "/tenders/{slug:ref}/postpone",
    "tender_postpone",
    answer=TenderShape,
    tag=TAG,
    summary=gettext_lazy("Put the deadline off"),
    body=(PostponeForm,),
)
def tender_postpone(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    form = filled(request, PostponeForm)
    postpone_tender(tender=found, **form.cleaned_data, **who(request))
    return whole(request, ref)


def nothing_sent(request: HttpRequest) -> None:
    """For what takes no body. Raises Problem where something was sent."""
    for name in said(request):
        raise wrong_field(name, _("There is no such field."))
