"""Links to deliverables: made and ended by the buyer, opened by whoever holds one."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.directory.two_people import tell_faults
from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role

from ..department_queries import accepted_of, last_files, share_of
from ..errors import ContractRefused
from ..forms import ShareForm
from ..models import DeliverableFile, Milestone, ShareLink
from ..models.kept_file import KeptFile
from ..operations import end_share, note_access, share_contract, share_work
from ..operations.sharing import token_digest
from ..queries import handed_in
from .acting import do, milestone_of, of_side

SIDES = (Role.OWNER, Role.AGENT)


def sent(file: KeptFile) -> FileResponse:
    """Always as a download, never shown in the site's own pages."""
    return FileResponse(
        file.file.open("rb"),
        as_attachment=True,
        filename=file.name,
        content_type="application/octet-stream",
    )


def _tell(request: HttpRequest, token: str) -> None:
    """The address is told once, in the message that follows."""
    address = request.build_absolute_uri(reverse("contracts:shared", args=[token]))
    said = _("The link is made. Copy it now, it is not shown again:")
    messages.success(request, format_html("{} <code>{}</code>", said, address))


@require_POST
@acting_required(*SIDES)
def share(request: HttpRequest, ref: str, position: int) -> HttpResponse:
    """A link to what was handed in for one milestone."""
    found = milestone_of(of_side(request, ref, "buyer"), position)
    form = ShareForm(request.POST)
    if form.is_valid():
        _link, token = share_work(milestone=found, by=request.user, at=database_now(), **form.cleaned_data)  # type: ignore[arg-type]
        _tell(request, token)
    else:
        tell_faults(request, form)
    return redirect("contracts:milestone", found.contract.ref, found.position)


@require_POST
@acting_required(*SIDES)
def share_whole(request: HttpRequest, ref: str) -> HttpResponse:
    """One link to all accepted work of a contract."""
    found = of_side(request, ref, "buyer")
    form = ShareForm(request.POST)
    if form.is_valid():
        try:
            _link, token = share_contract(
                contract=found,
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
                **form.cleaned_data,
            )
            _tell(request, token)
        except ContractRefused as refusal:
            messages.error(request, str(refusal))
    else:
        tell_faults(request, form)
    return redirect("contracts:for_department", found.ref)


@require_POST
@acting_required(*SIDES)
def share_end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ShareLink.objects.select_related("milestone__contract", "whole"), pk=pk)
    of_side(request, found.contract.ref, "buyer")
    back: tuple[Any, ...] = ("contracts:for_department", found.contract.ref)
    if found.milestone is not None and request.POST.get("back") != "contract":
        back = ("contracts:milestone", found.contract.ref, found.milestone.position)
    return do(
        request,
        lambda: end_share(link=found, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The link leads nowhere any more."),
        *back,
    )


def _link(token: str) -> ShareLink:
    found = share_of(token_digest(token), now=database_now())
    if found is None:
        raise Http404
    return found


def _parts(link: ShareLink) -> list[dict[str, Any]]:
    """What a link shows: all that was handed in for its milestone, or what was accepted of each."""
    if link.milestone is not None:
        return [{"milestone": link.milestone, "submissions": handed_in([link.milestone])[link.milestone.pk]}]
    milestones = accepted_of(link.contract)
    files = last_files(milestones)
    return [{"milestone": one, "files": files[one.pk]} for one in milestones]


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """What whoever holds a link reads. Opening it is on record."""
    link = _link(token)
    note_access(link=link, file=None, at=database_now())
    context = {"link": link, "contract": link.contract, "token": token, "parts": _parts(link)}
    answer_ = render(request, "contracts/shared.html", context)
    answer_["Referrer-Policy"] = "no-referrer"
    answer_["X-Robots-Tag"] = "noindex"
    return answer_


def _file(link: ShareLink, ref: str) -> DeliverableFile:
    """A file the link leads to: of its milestone, or of accepted work of its contract; 404 otherwise."""
    found = get_object_or_404(DeliverableFile.objects.select_related("submission__milestone"), ref=ref)
    milestone: Milestone = found.submission.milestone
    if link.milestone_id is not None:
        leads = milestone.pk == link.milestone_id
    else:
        accepted = milestone.contract_id == link.whole_id and milestone.accepted_at is not None
        leads = accepted and any(one.pk == found.pk for one in last_files([milestone])[milestone.pk])
    if not leads:
        raise Http404
    return found


@never_cache
@require_safe
def shared_file(request: HttpRequest, token: str, ref: str) -> FileResponse:
    """One of its files. Fetching it is on record."""
    link = _link(token)
    found = _file(link, ref)
    note_access(link=link, file=found, at=database_now())
    return sent(found)
