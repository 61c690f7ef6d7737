"""What the views share: finding a contract, doing, signing, telling what came of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.payments.errors import PaymentRefused
from marketplace.tenders.errors import TenderRefused
from regulation.ledger.queries import database_now
from regulation.parties.access import acting
from regulation.parties.proving import MFA, ask_anew, needed, proved_anew

from ..access import reads_all, side_of
from ..errors import ContractRefused, GateClosed
from ..models import Contract, Milestone, Side, Version
from ..queries import contracts_visible_to
from ..text import paragraphs


def seen_contract(request: HttpRequest, ref: str) -> Contract:
    """A contract the reader may know of; 404 otherwise."""
    staff = bool(getattr(request.user, "is_staff", False))
    return get_object_or_404(contracts_visible_to(acting(request), staff=staff), ref=ref)


def read_contract(request: HttpRequest, ref: str) -> Contract:
    """One whose terms the reader may read: its sides, regulators, staff. 404 for everybody else."""
    found = seen_contract(request, ref)
    if not reads_all(request.user, acting(request), found):
        raise Http404
    return found


def of_side(request: HttpRequest, ref: str, *sides: str) -> Contract:
    """A contract of which the reader acts for one of these sides; 403 for who may only read it."""
    found = read_contract(request, ref)
    if side_of(acting(request), found) not in sides:
        raise PermissionDenied
    return found


def printed(terms: dict[str, Any]) -> dict[str, Any]:
    """The text of a version in the reader's language, as a page prints it."""
    english = get_language() == "en"
    return {"english": english, "paragraphs": paragraphs(terms["text"]["en" if english else "zh"])}


def milestone_of(contract: Contract, position: int) -> Milestone:
    found = get_object_or_404(contract.milestones, position=position)
    found.contract = contract
    return found


def do(request: HttpRequest, act: Callable[[], Any], done: str, back: Any, *args: Any) -> HttpResponse:
    """Act, tell what came of it, go back."""
    try:
        act()
        messages.success(request, done)
    except GateClosed as shut:
        way = format_html(
            ' <a href="{}">{}</a>', shut.check.get_absolute_url(), _("Why: the check and its chain")
        )
        messages.error(request, format_html("{} {}{}", shut.message, shut.next_step, way))
    except (ContractRefused, PaymentRefused, TenderRefused) as refusal:
        messages.error(request, " ".join(filter(None, (str(refusal), str(refusal.next_step)))))
    return redirect(back, *args)


def proved_or_asked(request: HttpRequest, back: str) -> str | HttpResponse:
    """How somebody proved anew who they are, or the answer that asks them and leads `back` afterwards."""
    if proof := proved_anew(request):
        return proof
    if request.method == "POST":
        messages.info(request, _("Nothing was done yet: prove anew who you are first, then do it again."))
    return ask_anew(request, back)


def bind(
    request: HttpRequest,
    ref: str,
    *,
    page: str,
    act: Callable[..., Any],
    done: str,
    read: Callable[[Contract, str], HttpResponse],
) -> HttpResponse:
    """A side signs a text: who acts for it proves anew who they are, reads it, and signs it by `act`.

    403 for who acts for no side. `page` is where they come back to after the proof.
    """
    found = read_contract(request, ref)
    side = side_of(acting(request), found)
    if side not in found.sides:
        raise PermissionDenied
    proof = proved_or_asked(request, reverse(page, args=[ref]))
    if isinstance(proof, HttpResponse):
        return proof
    if request.method != "POST":
        return read(found, side)
    signed = {
        "contract": found,
        "side": side,
        "entity": getattr(found, side),
        "read": request.POST.get("read", ""),
        "proof": proof,
        "by": request.user,
        "at": database_now(),
    }
    return do(request, lambda: act(**signed), done, found)


def before_signing(request: HttpRequest, contract: Contract, version: Version, side: str) -> dict[str, Any]:
    """What every page with a text to be signed shows."""
    return {
        "contract": contract,
        "version": version,
        "side": Side(side).label,
        "entity": getattr(contract, side),
        "by_factor": needed(request) == MFA,
        **printed(version.terms),
    }
