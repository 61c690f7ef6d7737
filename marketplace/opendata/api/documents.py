"""Documents of a tender: read by whoever may know of it; handed in, ordered, replaced, removed in a draft."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Schema

from marketplace.tenders.models import DOCUMENT_LIMIT, TenderDocument
from marketplace.tenders.operations import (
    add_documents,
    move_document,
    remove_document,
    rename_document,
    replace_document,
)
from marketplace.tenders.views.documents import document as page_of_document

from .bodies import asked, filled
from .drafting import nothing_sent, owned, who
from .problems import Problem, wrong_field
from .routes import reads, writes
from .shapes import Moment, page
from .tenders import seen

TAG = "documents"
OCTETS = "application/octet-stream"


class DocumentShape(Schema):
    """`added_in` and `removed_in` are numbers of amendments; 0 is what there was at publication."""

    ref: str
    title: str
    name: str
    kind: str
    size: int
    sha256: str
    scan: str
    added_at: Moment
    added_in: int
    removed_in: int | None
    address: str


class DocumentsShape(Schema):
    """The documents that hold, in their order, then those that an amendment took back."""

    documents: list[DocumentShape]


class NameForm(forms.Form):
    """How the file is called."""

    name = forms.CharField(label=gettext_lazy("Name of the file"), max_length=120)


class TitleForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)


class MoveForm(forms.Form):
    to = forms.ChoiceField(
        label=gettext_lazy("Where to"),
        choices=[("up", gettext_lazy("up")), ("down", gettext_lazy("down"))],
    )


def _one(held: TenderDocument, ref: str) -> dict[str, Any]:
    names = ("ref", "title", "name", "kind", "size", "scan", "added_at", "added_in", "removed_in")
    return {name: getattr(held, name) for name in names} | {
        "sha256": held.digest,
        "address": page("tenders:document", ref, held.ref),
    }


def _all(request: HttpRequest, ref: str) -> dict[str, Any]:
    documents = list(seen(request, ref).documents.all())
    rows = sorted(documents, key=lambda one: one.removed_in is not None)
    return {"documents": [_one(held, ref) for held in rows]}


@reads(
    "/tenders/{slug:ref}/documents",
    "documents",
    answer=DocumentsShape,
    tag=TAG,
    summary=gettext_lazy("Its documents, each with its SHA-256"),
)
def documents(request: HttpRequest, ref: str) -> dict[str, Any]:
    return _all(request, ref)


@reads(
    "/tenders/{slug:ref}/documents/{slug:document}",
    "document",
    answer=None,
    tag=TAG,
    summary=gettext_lazy("The file itself"),
    kind=OCTETS,
)
def document(request: HttpRequest, ref: str, document: str) -> HttpResponseBase:
    answer: HttpResponseBase = page_of_document(request, ref, document)
    return answer


def _file(request: HttpRequest) -> SimpleUploadedFile:
    """The body as a file, under the name that the address gives it."""
    if request.content_type != OCTETS:
        raise Problem(415, "not_a_file", _("Send the file as application/octet-stream."))
    name = asked(request, NameForm).cleaned_data["name"]
    if not request.body:
        raise wrong_field("", _("The body is the file, and it is empty."))
    return SimpleUploadedFile(name, request.body, OCTETS)


@writes(
    "/tenders/{slug:ref}/documents",
    "document_add",
    answer=DocumentsShape,
    tag=TAG,
    summary=gettext_lazy("Hand a file in with a draft"),
    query=(NameForm,),
    kind=OCTETS,
    most=DOCUMENT_LIMIT,
    status=201,
)
def document_add(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    add_documents(tender=found, files=[_file(request)], **who(request))
    return _all(request, ref)


def _held(request: HttpRequest, ref: str, document: str) -> TenderDocument:
    found = owned(request, ref)
    return get_object_or_404(TenderDocument.objects.select_related("tender"), tender=found, ref=document)


@writes(
    "/tenders/{slug:ref}/documents/{slug:document}",
    "document_replace",
    answer=DocumentsShape,
    tag=TAG,
    summary=gettext_lazy("Put another file in its place, in a draft"),
    query=(NameForm,),
    method="PUT",
    kind=OCTETS,
    most=DOCUMENT_LIMIT,
)
def document_replace(request: HttpRequest, ref: str, document: str) -> dict[str, Any]:
    held = _held(request, ref, document)
    replace_document(document=held, file=_file(request), **who(request))
    return _all(request, ref)


def _rename(held: TenderDocument, words: dict[str, Any], **by: Any) -> None:
    rename_document(document=held, title=words["title"], **by)


def _move(held: TenderDocument, words: dict[str, Any], **by: Any) -> None:
    move_document(document=held, up=words["to"] == "up", **by)


def _remove(held: TenderDocument, _words: dict[str, Any], **by: Any) -> None:
    remove_document(document=held, **by)


Change = tuple[str, Callable[..., None], type[forms.Form] | None, Any]
CHANGES: tuple[Change, ...] = (
    ("rename", _rename, TitleForm, gettext_lazy("Give it another title, in a draft")),
    ("move", _move, MoveForm, gettext_lazy("Change its place in the order, in a draft")),
    ("remove", _remove, None, gettext_lazy("Take it out of a draft")),
)


def _declare(change: Change) -> None:
    act, operation, form, summary = change

    def take(request: HttpRequest, ref: str, document: str) -> dict[str, Any]:
        held = _held(request, ref, document)
        words: dict[str, Any] = {}
        if form is None:
            nothing_sent(request)
        else:
            words = filled(request, form).cleaned_data
        operation(held, words, **who(request))
        return _all(request, ref)

    writes(
        f"/tenders/{{slug:ref}}/documents/{{slug:document}}/{act}",
        f"document_{act}",
        answer=DocumentsShape,
        tag=TAG,
        summary=summary,
        body=(form,) if form else (),
    )(take)


for one in CHANGES:
    _declare(one)
