"""The owner amends, postpones and copies."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role

from ..changing_forms import AmendForm, PostponeForm
from ..errors import TenderRefused
from ..life import Act, may
from ..models import Tender
from ..operations import amend_tender, copy_tender, postpone_tender
from ..operations.documents import Changed, documents_looked_at
from .owner import own_tender


def _not_now(request: HttpRequest, found: Tender, act: Act) -> HttpResponse | None:
    """Back to the tender, with the reason, where the act cannot be done."""
    if may(act, found.state_at(database_now())):
        return None
    messages.error(request, _("Only a public tender whose deadline has not passed can be changed."))
    return redirect(found)


def _documents(form: AmendForm) -> Changed:
    """What the form does to documents. Raises DocumentRefused."""
    data = form.cleaned_data
    return Changed(documents_looked_at(data["new_documents"]), data.get("dropped", ()))


@acting_required(Role.OWNER)
def tender_amend(request: HttpRequest, ref: str) -> HttpResponse:
    """Change published terms before the deadline, with a reason; what differs is shown to everyone."""
    found = own_tender(request, ref)
    if (away := _not_now(request, found, Act.AMEND)) is not None:
        return away
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    there = list(found.documents.standing())
    form = AmendForm(*sent, initial=AmendForm.initial_of(found), documents=there)
    if request.method == "POST" and form.is_valid():
        try:
            amend_tender(
                tender=found,
                terms=form.terms(),
                avoided=form.cleaned_data["avoided"],
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
                documents=_documents(form),
            )
            messages.success(request, _("The tender is amended; whoever has bid is told."))
            return redirect(found)
        except TenderRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "tender": found, "title": _("Amend the tender"), "files": True}
    return render(request, "tenders/tender_change.html", context, status=422 if form.errors else 200)


@acting_required(Role.OWNER)
def tender_postpone(request: HttpRequest, ref: str) -> HttpResponse:
    """Put the deadline off, and stop taking bids until a moment where the owner names one."""
    found = own_tender(request, ref)
    if (away := _not_now(request, found, Act.POSTPONE)) is not None:
        return away
    form = PostponeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            postpone_tender(
                tender=found,
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
                **form.cleaned_data,
            )
            messages.success(request, _("The tender is postponed, and the reason is public."))
            return redirect(found)
        except TenderRefused as refusal:
            form.add_error("closes_at", str(refusal))
    context = {"form": form, "tender": found, "title": _("Postpone the tender")}
    return render(request, "tenders/tender_change.html", context, status=422 if form.errors else 200)


@require_POST
@acting_required(Role.OWNER)
def tender_copy(request: HttpRequest, ref: str) -> HttpResponse:
    """A new draft that says the same; of an ended tender, the one that takes its place."""
    found = own_tender(request, ref)
    made = copy_tender(tender=found, by=request.user, at=database_now())  # type: ignore[arg-type]
    messages.success(request, _("A new draft says the same. Set its dates, and look it over."))
    return redirect("tenders:tender_edit", ref=made.ref)
