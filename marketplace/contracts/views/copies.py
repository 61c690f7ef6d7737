"""The signed paper: given as a scan by one side, confirmed by the others, each proved anew who they are."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import reads_all, side_of
from ..copy_forms import CopyAnswerForm, CopyForm
from ..copy_queries import latest_copy, stands, waits_for
from ..errors import ContractRefused
from ..models import Contract, CopyFile, CopySaid, SignedCopy
from ..operations import answer_copy, give_copy
from ..queries import latest_version, uploads_of
from .acting import do, of_side, proved_or_asked
from .sharing import sent

SIDES = (Role.OWNER, Role.AGENT)
READERS = (*SIDES, Role.REGULATOR, Role.MEDIATOR)
ANY = ("buyer", "seller", "payer")


def _standing(contract: Contract) -> SignedCopy | None:
    """The copy that waits for answers, or stands: no other can be given meanwhile."""
    copy = latest_copy(latest_version(contract))
    taken = copy is not None and (stands(copy, contract) or bool(waits_for(copy, contract)))
    return copy if taken else None


@never_cache
@acting_required(*SIDES)
def copy_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Give the scan of the paper that was signed."""
    found = of_side(request, ref, *ANY)
    proof = proved_or_asked(request, reverse("contracts:copy_new", args=[ref]))
    if isinstance(proof, HttpResponse):
        return proof
    if found.signed_at is None or _standing(found) is not None:
        messages.error(request, _("No signed copy can be given now: see the contract."))
        return redirect(found)
    sent = request.method == "POST"
    form = CopyForm(request.POST, request.FILES) if sent else CopyForm()
    if sent and form.is_valid():
        side = side_of(acting(request), found)
        try:
            give_copy(
                contract=found,
                side=side,
                entity=getattr(found, side),
                files=form.cleaned_data["uploads"],
                held=form.held,
                note=form.cleaned_data["note"],
                proof=proof,
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
        except ContractRefused as refusal:
            form.add_error(None, " ".join(filter(None, (str(refusal), str(refusal.next_step)))))
        else:
            messages.success(request, _("The signed copy is on record. The other side confirms it."))
            return redirect(found)
    context = {
        "contract": found,
        "version": latest_version(found),
        "form": form,
        "begun": uploads_of(request.user, found),  # type: ignore[arg-type]
        "part_size": str(settings.UPLOAD_PART),
    }
    return render(request, "contracts/copy_new.html", context, status=422 if form.errors else 200)


@never_cache
@acting_required(*SIDES)
def copy_answer(request: HttpRequest, ref: str) -> HttpResponse:
    """Look at the copy, then confirm it, or say what differs; whoever's side gave it takes it back here."""
    found = of_side(request, ref, *ANY)
    proof = proved_or_asked(request, reverse("contracts:copy_answer", args=[ref]))
    if isinstance(proof, HttpResponse):
        return proof
    copy, side = latest_copy(latest_version(found)), side_of(acting(request), found)
    own = copy is not None and copy.side == side
    if copy is None or not (waits := waits_for(copy, found)) or not (own or side in waits):
        messages.error(request, _("No signed copy waits for you."))
        return redirect(found)
    form = CopyAnswerForm(request.POST if request.method == "POST" else None, own=own)
    if request.method == "POST" and form.is_valid():
        told: dict[str, Any] = {"contract": found, "side": side, "entity": getattr(found, side)}
        told |= form.cleaned_data | {"proof": proof, "by": request.user}
        return do(request, lambda: answer_copy(**told, at=database_now()), _said(told["answer"]), found)
    context = {"contract": found, "copy": copy, "version": copy.version, "own": own, "form": form}
    return render(request, "contracts/copy_answer.html", context, status=422 if form.errors else 200)


def _said(answer: str) -> str:
    return {
        CopySaid.CONFIRMED: _("You have confirmed that this is what was signed."),
        CopySaid.DIFFERS: _("The other side reads what differs, and can give another copy."),
        CopySaid.TAKEN_BACK: _("The copy is taken back; it stays on record. Another one can be given."),
    }[CopySaid(answer)]


@never_cache
@require_safe
@acting_required(*READERS)
def copy_file(request: HttpRequest, ref: str) -> FileResponse:
    """A file of a signed copy, for the sides, regulators, and a mediator that sits; always as a download."""
    found = get_object_or_404(CopyFile.objects.select_related("copy__version__contract"), ref=ref)
    if not reads_all(request.user, acting(request), found.copy.version.contract):
        raise Http404
    return sent(found)
