"""Documents of a tender: the owner's page of a draft, and the file for whoever reads the tender."""

import base64
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..changing_forms import DocumentsForm
from ..errors import NoDocument, StandsInReview, TenderRefused
from ..life import State
from ..models import Tender, TenderDocument
from ..operations import add_documents, move_document, remove_document, rename_document, replace_document
from ..operations.documents import MOST_DOCUMENTS
from ..queries import tenders_visible_to
from .acts import answer
from .owner import own_tender


def _away(request: HttpRequest, found: Tender) -> HttpResponse | None:
    """To the tender, with the reason, where its documents are not to be changed here."""
    if found.state_at(database_now()) in (State.DRAFT, State.RETURNED):
        return None
    said = _("Documents of a public tender change by an amendment.")
    messages.error(request, str(said) if found.published_at else str(StandsInReview()))
    return redirect(found)


@acting_required(Role.OWNER)
def tender_documents(request: HttpRequest, ref: str) -> HttpResponse:
    """The documents of a draft: hand in, name, put in order, replace, remove."""
    found = own_tender(request, ref)
    if (away := _away(request, found)) is not None:
        return away
    form = DocumentsForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        try:
            files = form.cleaned_data["uploads"]
            add_documents(tender=found, files=files, by=request.user, at=database_now())  # type: ignore[arg-type]
            return redirect("tenders:tender_documents", ref=ref)
        except TenderRefused as refusal:
            form.add_error("uploads", str(refusal))
    context = {"tender": found, "form": form, "documents": found.documents.standing(), "most": MOST_DOCUMENTS}
    return render(request, "tenders/documents.html", context, status=422 if form.errors else 200)


def _changing(act: Callable[[HttpRequest, TenderDocument], Any], done: Any) -> Callable[..., HttpResponse]:
    """A view of one change to one document of a draft."""

    @require_POST
    @acting_required(Role.OWNER)
    def view(request: HttpRequest, ref: str, document: str) -> HttpResponse:
        found = own_tender(request, ref)
        held = get_object_or_404(TenderDocument.objects.select_related("tender"), tender=found, ref=document)
        if (away := _away(request, found)) is not None:
            return away
        answer(request, found, lambda: act(request, held), done)
        return redirect("tenders:tender_documents", ref=ref)

    return view


def _rename(request: HttpRequest, held: TenderDocument) -> None:
    by: Any = request.user
    rename_document(document=held, title=request.POST.get("title", ""), by=by, at=database_now())


def _replace(request: HttpRequest, held: TenderDocument) -> None:
    file, by = request.FILES.get("file"), request.user
    if file is None:
        raise NoDocument
    replace_document(document=held, file=file, by=by, at=database_now())  # type: ignore[arg-type]


def _move(request: HttpRequest, held: TenderDocument) -> None:
    by: Any = request.user
    move_document(document=held, up=request.POST.get("to") == "up", by=by, at=database_now())


def _remove(request: HttpRequest, held: TenderDocument) -> None:
    remove_document(document=held, by=request.user, at=database_now())  # type: ignore[arg-type]


document_rename = _changing(_rename, _("The title is changed."))
document_replace = _changing(_replace, _("The document is replaced."))
document_move = _changing(_move, _("The order is changed."))
document_remove = _changing(_remove, _("The document is taken out."))


@require_safe
def document(request: HttpRequest, ref: str, document: str) -> HttpResponse | FileResponse:
    """The file, always as a download, with its SHA-256 in the header (RFC 9530)."""
    found = get_object_or_404(tenders_visible_to(acting(request)), ref=ref)
    held = get_object_or_404(found.documents.all(), ref=document)
    try:
        file = held.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    sent = FileResponse(file, as_attachment=True, filename=held.name, content_type="application/octet-stream")
    sent["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(held.digest)).decode()}:"
    sent["X-Content-Type-Options"] = "nosniff"
    return sent
