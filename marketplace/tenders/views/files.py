"""Sealed files: parts come in as the browser sealed them; opened ones go out to those who may read them."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import reads_files, scores
from ..errors import TenderRefused, WrongPart
from ..models import SealedFile, Tender
from ..operations import content_of, keep_part
from ..queries import public_tenders
from ..sealing import Unreadable
from ..sealing.attachments import FILE_HEAD, SEALED_CHUNK, carried


def _number(request: HttpRequest, name: str) -> int:
    """A whole number of the address; -1, which nothing has, where it is none."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


@require_POST
@acting_required(Role.AGENT)
def bid_part(request: HttpRequest, ref: str) -> HttpResponse:
    """One sealed chunk, raw in the body. Kept until a bid takes it up, or for a day."""
    tender = get_object_or_404(public_tenders(), ref=ref)
    if int(request.headers.get("Content-Length") or 0) != SEALED_CHUNK:
        return JsonResponse({"error": "wrong_part"}, status=422)
    try:
        keep_part(
            tender=tender,
            tenderer=request.acting.entity,  # type: ignore[attr-defined]
            ref=request.GET.get("file", ""),
            chunks=_number(request, "chunks"),
            number=_number(request, "number"),
            content=request.body,
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        )
    except TenderRefused as refusal:
        return JsonResponse({"error": refusal.code, "message": str(refusal)}, status=409)
    return JsonResponse({"kept": True})


def keep_carried(request: HttpRequest, tender: Tender, upload: Any) -> str:
    """Keep a sealed file that was made without a connection, chunk by chunk; its ref.

    Raises WrongPart, TooMuch and TenderClosed.
    """
    try:
        ref, chunks = carried(upload.read(FILE_HEAD), upload.size)
    except Unreadable as failure:
        raise WrongPart from failure
    who: dict[str, Any] = {"tenderer": request.acting.entity, "by": request.user}  # type: ignore[attr-defined]
    for number in range(chunks):
        content = upload.read(SEALED_CHUNK)
        row = {"ref": ref, "chunks": chunks, "number": number, "content": content}
        keep_part(tender=tender, at=database_now(), **who, **row)
    return ref


@never_cache
@login_required
def bid_file(request: HttpRequest, ref: UUID, file: str) -> HttpResponseBase:
    """A file that was sealed beside a bid, decrypted on its way out."""
    wanted = SealedFile.objects.select_related("bid__tender", "bid__tenderer")
    found = get_object_or_404(wanted, bid__ref=ref, ref=file, opens=True)
    bid = found.bid
    if bid is None or not (reads_files(acting(request), bid) or scores(request.user, bid.tender)):
        raise Http404
    answer = StreamingHttpResponse(content_of(found), content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    answer["Content-Length"] = str(found.size)
    return answer
