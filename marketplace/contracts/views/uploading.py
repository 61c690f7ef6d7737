"""Uploads in parts: told of, sent part by part, gone on with after a broken connection, or removed."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role

from ..errors import ContractRefused
from ..models import PartialUpload
from ..operations import begin_upload, drop_upload, missing, take_part
from .acting import of_side

SIDES = (Role.OWNER, Role.AGENT)
ANY = ("buyer", "seller", "payer")
LARGEST_PLAN = 256 * 1024


def _told(upload: PartialUpload) -> dict[str, Any]:
    return {
        "ref": upload.ref,
        "part": upload.part_size,
        "of": len(upload.plan),
        "missing": missing(upload),
    }


def _refused(refusal: ContractRefused) -> JsonResponse:
    said = " ".join(map(str, filter(None, (refusal, refusal.next_step))))
    return JsonResponse({"said": said}, status=422)


def _size(request: HttpRequest) -> int:
    told = request.headers.get("Content-Length") or "0"
    return int(told) if told.isascii() and told.isdigit() else 0


def _plan(request: HttpRequest) -> tuple[str, int, list[Any]] | None:
    """Name, size and digests as they were sent; None where they are nothing of the kind."""
    try:
        told = json.loads(request.read(LARGEST_PLAN))
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    name, size, plan = told.get("name"), told.get("size"), told.get("parts")
    whole = isinstance(name, str) and isinstance(size, int) and not isinstance(size, bool)
    return (str(name), int(size), plan) if whole and isinstance(plan, list) else None  # type: ignore[arg-type]


@never_cache
@require_POST
@acting_required(*SIDES)
def upload_new(request: HttpRequest, ref: str) -> HttpResponse:
    """What will come: name, size, and the SHA-256 of each part. Says which parts are missing."""
    found = of_side(request, ref, *ANY)
    told = _plan(request)
    if told is None:
        return JsonResponse({"said": _("Say the name, the size and the parts of the file.")}, status=422)
    name, size, plan = told
    try:
        made = begin_upload(
            contract=found,
            name=name,
            size=size,
            plan=plan,
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        )
    except ContractRefused as refusal:
        return _refused(refusal)
    return JsonResponse(_told(made), status=201)


def _own(request: HttpRequest, ref: str) -> PartialUpload:
    """An upload of the reader's own; 404 for everybody else."""
    found = PartialUpload.objects.filter(ref=ref, user=request.user.pk).select_related("contract").first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_safe
@acting_required(*SIDES)
def upload(request: HttpRequest, ref: str) -> HttpResponse:
    """Which parts are missing."""
    return JsonResponse(_told(_own(request, ref)))


@never_cache
@require_POST
@acting_required(*SIDES)
def upload_part(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """One part, as bytes. The same one again changes nothing."""
    found = _own(request, ref)
    if _size(request) > found.part_size:
        return JsonResponse({"said": _("A part is larger than was told of.")}, status=413)
    content = request.read(found.part_size + 1)
    try:
        new = take_part(upload=found, number=number, content=content, at=database_now())
    except ContractRefused as refusal:
        return _refused(refusal)
    return JsonResponse({"number": number}, status=201 if new else 200)


@require_POST
@acting_required(*SIDES)
def upload_drop(request: HttpRequest, ref: str) -> HttpResponse:
    """Whoever began it removes it."""
    found = _own(request, ref)
    drop_upload(upload=found)
    messages.success(request, _("The upload that was begun is removed."))
    return redirect(found.contract)
