"""The inbox of whom a token acts for: what is told the person for the token's entity, and of their own."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from regulation.ledger.queries import database_now
from regulation.parties.filters import NoticeFilter
from regulation.parties.models import Notice
from regulation.parties.operations import mark_read, mark_unread
from regulation.parties.queries import notices_for

from .drafting import nothing_sent
from .paging import PageForm, one_page
from .problems import Invalid
from .routes import reads, writes
from .shapes import EntityShape, Moment, address, entity, paged
from .tokens import holder

TAG = "mine"


class NoticeOfMine(Schema):
    """`kind` is the kind of the entry it tells of, `sentence` what happened, `about` in what; `entity` for
    whom you act in it, null for what is your own."""

    ref: str
    kind: str
    sentence: str
    about: str
    entity: EntityShape | None
    at: Moment
    read_at: Moment | None
    address: str


class Marked(Schema):
    """How many changed."""

    marked: int


def _filters() -> forms.Form:
    return NoticeFilter(queryset=Notice.objects.none()).form


def _told(one: Notice) -> dict[str, Any]:
    return {
        "ref": str(one.ref),
        "kind": one.kind,
        "sentence": str(one.sentence),
        "about": one.about,
        "entity": entity(one.entity) if one.entity else None,
        "at": one.at,
        "read_at": one.read_at,
        "address": address(one),
    }


@reads(
    "/me/notices",
    "own_notices",
    answer=paged(NoticeOfMine, "Inbox"),
    tag=TAG,
    summary=_("Your inbox, the newest first"),
    query=(_filters, PageForm),
    own=True,
)
def own_notices(request: HttpRequest) -> dict[str, Any]:
    found = NoticeFilter(request.GET, queryset=notices_for(holder(request)))
    if not found.is_valid():
        raise Invalid(found.form)
    return one_page(request, found.qs, _told)


def _mark(request: HttpRequest, ref: UUID, *, read: bool) -> dict[str, Any]:
    membership = holder(request)
    get_object_or_404(notices_for(membership), ref=ref)
    nothing_sent(request)
    if read:
        mark_read(user=membership.user, refs=[ref], at=database_now())
    else:
        mark_unread(user=membership.user, refs=[ref])
    found = notices_for(membership).filter(ref=ref).first()
    if found is None:
        raise Http404
    return _told(found)


@writes("/me/notices/{uuid:ref}/read", "notice_read", answer=NoticeOfMine, tag=TAG, summary=_("Mark as read"))
def notice_read(request: HttpRequest, ref: UUID) -> dict[str, Any]:
    return _mark(request, ref, read=True)


@writes(
    "/me/notices/{uuid:ref}/unread",
    "notice_unread",
    answer=NoticeOfMine,
    tag=TAG,
    summary=_("Mark as unread"),
)
def notice_unread(request: HttpRequest, ref: UUID) -> dict[str, Any]:
    return _mark(request, ref, read=False)


@writes("/me/notices/read", "notices_read", answer=Marked, tag=TAG, summary=_("Mark all of it as read"))
def notices_read(request: HttpRequest) -> dict[str, Any]:
    membership = holder(request)
    nothing_sent(request)
    refs = list(notices_for(membership).unread().values_list("ref", flat=True))
    return {"marked": mark_read(user=membership.user, refs=refs, at=database_now())}
