from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.decoupling import explain
from regulation.ledger.queries import database_now
from regulation.ledger.receipts import give_receipt, receipt_link
from regulation.parties.access import acting_required
from regulation.parties.models import Role

from ..access import sees_receipt
from ..errors import ConflictedBidder, TenderRefused, UnknownStanding
from ..forms import BidForm
from ..models import Bid, Tender
from ..operations import submit_bid, withdraw_bid
from ..queries import public_tenders


def _refusal(request: HttpRequest, tender: Tender, refusal: TenderRefused) -> HttpResponse:
    """What was refused, why by which law, and what can be done: 409, nothing of the bid is kept."""
    context = {"tender": tender, "refusal": refusal}
    if isinstance(refusal, ConflictedBidder | UnknownStanding):
        check = refusal.check
        context |= {
            "check": check,
            "sentence": explain.sentence(check),
            "steps": explain.steps(check),
            "provision": explain.provision_of(check),
        }
    return render(request, "tenders/refusal.html", context, status=409)


@acting_required(Role.AGENT)
def bid_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Write, review and seal a bid. Nothing typed here is stored in the clear."""
    tender = get_object_or_404(public_tenders(), ref=ref)
    form = BidForm(request.POST or None, tender=tender)
    ready = request.method == "POST" and form.is_valid()
    if ready and request.POST.get("sealed") == "yes":
        try:
            bid = submit_bid(
                tender=tender,
                tenderer=request.acting.entity,  # type: ignore[attr-defined]
                bid=form.plain(),
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
            give_receipt(subject=bid, kind="tenders.bid_submitted", holder=request.user)
            return redirect("tenders:bid_receipt", pk=bid.pk)
        except TenderRefused as refusal:
            return _refusal(request, tender, refusal)
    template = (
        "tenders/bid_review.html" if ready and request.POST.get("edit") != "yes" else "tenders/bid_new.html"
    )
    return render(
        request,
        template,
        {"tender": tender, "form": form, "now": database_now()},
        status=422 if form.errors else 200,
    )


def _own_bid(request: HttpRequest, pk: int) -> Bid:
    bid = get_object_or_404(
        Bid.objects.select_related("tender__service", "tenderer", "opening_key", "gate"), pk=pk
    )
    if not sees_receipt(request.acting, bid):  # type: ignore[attr-defined]
        raise Http404
    return bid


@acting_required(Role.AGENT)
def bid_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Proof in hand: the digest of the envelope and the time by the database clock."""
    bid = _own_bid(request, pk)
    code = "-".join(bid.envelope_digest[i : i + 4].upper() for i in range(0, 24, 4))
    facts = [
        (_("Tender"), bid.tender.title),
        (_("Bidder"), str(bid.tenderer)),
        (_("Received, by the database clock"), bid.submitted_at),
        (_("Envelope, SHA-256"), bid.envelope_digest),
        (_("Sealed by"), _("the server, to opening key %(kid)s") % {"kid": bid.opening_key_id}),
        (_("Suite"), bid.opening_key.suite),
    ]
    link = receipt_link(subject=bid, kind="tenders.bid_submitted")
    return render(
        request,
        "tenders/bid_receipt.html",
        {"link": link, "bid": bid, "tender": bid.tender, "code": code, "facts": facts, "now": database_now()},
    )


@require_POST
@acting_required(Role.AGENT)
def bid_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    bid = _own_bid(request, pk)
    try:
        withdraw_bid(bid=bid, by=request.user, at=database_now())  # type: ignore[arg-type]
        messages.success(request, _("The bid is withdrawn. You may submit another before the deadline."))
    except TenderRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(bid.tender)
