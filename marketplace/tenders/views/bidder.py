import base64
import binascii
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulation.decoupling import explain
from regulation.decoupling.models import Check, Outcome
from regulation.ledger.queries import database_now
from regulation.ledger.receipts import give_receipt, receipt_link
from regulation.parties.access import acting_required
from regulation.parties.models import Entity, Role

from ..access import sees_receipt
from ..amounts import in_words
from ..bid_forms import BidForm
from ..card import sealing_card
from ..eligibility import conditions
from ..errors import ConflictedBidder, TenderRefused, UnknownStanding, WrongEnvelope
from ..models import NEEDED, Bid, Tender
from ..operations import ask_gate, foresee_gate, submit_bid, withdraw_bid
from ..queries import appointed_to, public_tenders, trustee_keys
from ..sealing import envelope_size
from .files import keep_carried

STATED = {"price", "rate"}
LONGEST_ENVELOPE = envelope_size(8)


def _explained(check: Check) -> dict[str, Any]:
    return {
        "check": check,
        "sentence": explain.sentence(check),
        "steps": explain.steps(check, names=explain.names_in(check.chain)),
        "provision": explain.provision_of(check),
    }


def _refusal(request: HttpRequest, tender: Tender, refusal: TenderRefused) -> HttpResponse:
    """What was refused, why by which law, and what can be done: 409, nothing of the bid is kept."""
    context = {"tender": tender, "refusal": refusal}
    if isinstance(refusal, ConflictedBidder | UnknownStanding):
        context |= _explained(refusal.check)
    return render(request, "tenders/refusal.html", context, status=409)


@never_cache
@acting_required(Role.AGENT)
def bid_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Whether one may bid; then write, look over and seal. Nothing typed here is stored in the clear."""
    tender = get_object_or_404(public_tenders(), ref=ref)
    form = BidForm(request.POST if STATED & request.POST.keys() else None, tender=tender)
    if request.method == "POST" and "ask" in request.POST:
        return _ask(request, tender)
    if request.method == "POST" and ("envelope" in request.POST or "sealed_file" in request.FILES):
        return _take_sealed(request, tender)
    ready = request.method == "POST" and form.is_valid()
    if ready and (request.POST.get("sealed") == "yes" or tender.seal_on_device):
        return _take(request, tender, bid=form.plain())
    if ready and request.POST.get("edit") != "yes":
        price = form.in_yuan()
        words = "" if tender.by_rate else in_words(price)
        context = {"tender": tender, "form": form, "price": price, "words": words, "now": database_now()}
        return render(request, "tenders/bid_review.html", context)
    context = _page(request, tender) | {"form": form}
    return render(request, "tenders/bid_new.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, tender: Tender) -> dict[str, Any]:
    """What the page of a new bid shows: conditions, what the gate would say, and what sealing needs."""
    now, tenderer = database_now(), request.acting.entity  # type: ignore[attr-defined]
    met = list(conditions(tender=tender, tenderer=tenderer, at=now))
    context: dict[str, Any] = {"tender": tender, "now": now, "conditions": met}
    context["documents"] = tender.documents.standing()
    gate = foresee_gate(tender=tender, tenderer=tenderer, at=now)
    context |= {"gate": gate} | _explained(gate)
    context["barred"] = any(c.refusal for c in met) or gate.outcome != Outcome.CLEAR
    if not context["barred"]:
        context |= _sealing(tender, tenderer)
    return context


def _sealing(tender: Tender, tenderer: Entity) -> dict[str, Any]:
    return {
        "trustees": appointed_to(tender),
        "trustee_keys": " ".join(key.public.hex() for key in trustee_keys(tender)),
        "needed": NEEDED,
        "tenderer_urn": tenderer.urn,
    }


def _envelope(request: HttpRequest) -> bytes:
    """The envelope that was sent, whatever it holds; what is no envelope is refused later, by name."""
    upload = request.FILES.get("sealed_file")
    if upload is not None:
        return bytes(upload.read(LONGEST_ENVELOPE + 1))
    try:
        return base64.b64decode(request.POST.get("envelope", ""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _take_sealed(request: HttpRequest, tender: Tender) -> HttpResponse:
    """Take an envelope, with the files sealed beside it: sent before, or carried here by hand with it."""
    try:
        carried = [keep_carried(request, tender, upload) for upload in request.FILES.getlist("sealed_parts")]
    except TenderRefused as refusal:
        return _wrong_file(request, tender, refusal)
    files = [*request.POST.get("files", "").split(), *carried]
    return _take(request, tender, envelope=_envelope(request), files=files)


def _wrong_file(request: HttpRequest, tender: Tender, refusal: TenderRefused) -> HttpResponse:
    context = _page(request, tender) | {"form": BidForm(tender=tender), "wrong_file": refusal}
    return render(request, "tenders/bid_new.html", context, status=422)


def _ask(request: HttpRequest, tender: Tender) -> HttpResponse:
    """Put the open question of the gate to two regulators, before a bid is written."""
    acting = request.acting  # type: ignore[attr-defined]
    try:
        ask_gate(tender=tender, tenderer=acting.entity, by=request.user, at=database_now())  # type: ignore[arg-type]
    except TenderRefused as refusal:
        return _refusal(request, tender, refusal)
    return redirect("tenders:bid_new", ref=tender.ref)


def _take(request: HttpRequest, tender: Tender, **what: Any) -> HttpResponse:
    """Submit a bid; to its receipt, or to why it is refused."""
    try:
        made = submit_bid(
            tender=tender,
            tenderer=request.acting.entity,  # type: ignore[attr-defined]
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
            **what,
        )
    except TenderRefused as refusal:
        if isinstance(refusal, WrongEnvelope) and "sealed_file" in request.FILES:
            return _wrong_file(request, tender, refusal)
        return _refusal(request, tender, refusal)
    give_receipt(subject=made, kind="tenders.bid_submitted", holder=request.user)
    return redirect(made)


@never_cache
@acting_required(Role.AGENT)
def bid_card(request: HttpRequest, ref: str) -> HttpResponse:
    """What the offline sealer needs to know of tender, bidder and trustees: a small file."""
    tender = get_object_or_404(public_tenders(), ref=ref)
    said = sealing_card(tender, request.acting.entity)  # type: ignore[attr-defined]
    answer = JsonResponse(said, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="{tender.ref}-card.json"'
    return answer


def _own_bid(request: HttpRequest, ref: UUID) -> Bid:
    bid = get_object_or_404(
        Bid.objects.select_related("tender__service", "tender__region", "tenderer", "gate"), ref=ref
    )
    if not sees_receipt(request.acting, bid):  # type: ignore[attr-defined]
        raise Http404
    return bid


@acting_required(Role.AGENT)
def bid_receipt(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Proof in hand: the digest of the envelope and the time by the database clock."""
    bid = _own_bid(request, ref)
    code = "-".join(bid.envelope_digest[i : i + 4].upper() for i in range(0, 24, 4))
    facts = [
        (_("Tender"), bid.tender.title),
        (_("Bidder"), str(bid.tenderer)),
        (_("Received, by the database clock"), bid.submitted_at),
        (_("Envelope, SHA-256"), bid.envelope_digest),
        (_("Sealed"), bid.get_sealed_by_display()),
        (_("Suite"), bid.suite),
        (_("Opened by any two of"), "、".join(str(a.trustee) for a in appointed_to(bid.tender))),
    ]
    link = receipt_link(subject=bid, kind="tenders.bid_submitted")
    context: dict[str, Any] = {"link": link, "bid": bid, "tender": bid.tender, "code": code, "facts": facts}
    context |= {"files": bid.sealed_files.order_by("pk"), "now": database_now()}
    return render(request, "tenders/bid_receipt.html", context)


@require_POST
@acting_required(Role.AGENT)
def bid_withdraw(request: HttpRequest, ref: UUID) -> HttpResponse:
    bid = _own_bid(request, ref)
    try:
        withdraw_bid(bid=bid, by=request.user, at=database_now())  # type: ignore[arg-type]
        messages.success(request, _("The bid is withdrawn. You may submit another before the deadline."))
    except TenderRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(bid.tender)
