"""The owner writes a tender, changes it, copies it, amends and postpones it: by the forms of the pages."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
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
from regulation.ledger.queries import database_now
from regulation.registry.models import Approval, Service
from regulation.registry.queries import GENERAL_RULES, verdict_for

from .bodies import as_sent, filled, said
from .problems import Invalid, wrong_field
from .routes import FormMaker, writes
from .tenders import TAG, TenderShape, seen, whole
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


class PairForm(forms.Form):
    """What a tender is for: an approval and a service it asks for."""

    approval = forms.CharField(label=gettext_lazy("Approval"), max_length=90)
    service = forms.CharField(label=gettext_lazy("Service"), max_length=80)

    def clean_approval(self) -> Approval:
        ref = self.cleaned_data["approval"]
        found = Approval.objects.select_related("department", "region").filter(ref=ref).first()
        if found is None:
            raise forms.ValidationError(_("There is no such approval."))
        return found

    def clean_service(self) -> Service:
        code = self.cleaned_data["service"]
        found = Service.objects.exclude(category=GENERAL_RULES).filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no such service that can be bought."))
        return found


def _of_each_method(form: type[TermsForm]) -> tuple[FormMaker, ...]:
    return tuple(lambda code=code: form(initial={"method": code}) for code in METHODS)


class NewTender(PairForm, TermsForm):
    """For the document: both forms as one body."""


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
    pair = PairForm(
        as_sent({k: v for k, v in body.items() if k in PairForm.base_fields}, PairForm.base_fields)
    )
    terms = TermsForm(as_sent(_terms(body), _fields(body)))
    if not pair.is_valid() or not terms.is_valid():
        raise _both(pair, terms)
    approval, service, now = pair.cleaned_data["approval"], pair.cleaned_data["service"], database_now()
    ruling = verdict_for(
        approval=approval, service=service, region=approval.region, on=timezone.localdate(now)
    )
    made = draft_tender(
        owner=membership.entity,
        approval=approval,
        service=service,
        ruling=ruling,
        terms=terms.terms(),
        avoided=terms.cleaned_data["avoided"],
        invited=terms.cleaned_data["invited_firms"],
        by=membership.user,
        at=now,
    )
    return whole(request, made.ref)


def _terms(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in PairForm.base_fields}


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
    body=_of_each_method(TermsForm),
    method="PUT",
)
def tender_revise(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    form = filled(request, TermsForm)
    units = {"avoided": form.cleaned_data["avoided"], "invited": form.cleaned_data["invited_firms"]}
    revise_tender(tender=found, terms=form.terms(), **units, **who(request))
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
