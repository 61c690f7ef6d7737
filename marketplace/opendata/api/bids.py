"""Bids: the sealing card, a sealed envelope handed in, the receipt, withdrawal, confirmation.

Only what its bidder sealed is taken: no price comes here in the clear, so none can be kept, logged or told.
"""

import base64
import binascii
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Schema

from marketplace.tenders.access import may_bid, sees_receipt
from marketplace.tenders.card import sealing_card
from marketplace.tenders.models import Bid
from marketplace.tenders.operations import confirm_bid, keep_part, submit_bid, withdraw_bid
from marketplace.tenders.queries import awaits_confirmation, public_tenders
from marketplace.tenders.sealing import envelope_size
from marketplace.tenders.sealing.attachments import SEALED_CHUNK
from regulation.ledger.receipts import give_receipt, receipt_link
from regulation.parties.models import Membership

from .bodies import JSON, asked, filled
from .drafting import nothing_sent, who
from .problems import Problem, wrong_field
from .routes import reads, writes
from .shapes import Moment, address
from .tokens import holder

TAG = "bids"
LONGEST_ENVELOPE = envelope_size(8)
OCTETS = "application/octet-stream"


class TrusteeKey(Schema):
    name: str
    key: str
    public: str


class Card(Schema):
    """What tools/seal_bid.py reads."""

    format: str
    suite: str
    tender: str
    title: str
    closes_at: str
    ceiling: str | None
    base_amount: str | None
    rates: list[str] | None
    days: int
    tenderer: str
    bidder: str
    needed: int
    trustees: list[TrusteeKey]


class Submitted(Schema):
    """That a bid came in: its name and the time by the database's clock, and nothing of what is in it."""

    ref: str
    submitted_at: Moment
    address: str
    receipt: str


class OwnBid(Schema):
    ref: str
    tender: str
    submitted_at: Moment
    withdrawn_at: Moment | None
    opened_at: Moment | None
    envelope_sha256: str
    sealed_by: str
    suite: str
    files: list[str]
    void: str
    to_confirm: bool
    address: str
    receipt: str | None


class Kept(Schema):
    kept: bool


class EnvelopeForm(forms.Form):
    """A sealed envelope in base64, and the sealed files sent before it."""

    envelope = forms.CharField(
        label=gettext_lazy("Sealed envelope, base64"), max_length=LONGEST_ENVELOPE * 2, strip=True
    )
    files = forms.CharField(  # type: ignore[assignment]
        label=gettext_lazy("Sealed files sent before it, one a line"), max_length=2000, required=False
    )

    def clean_envelope(self) -> bytes:
        try:
            return base64.b64decode(self.cleaned_data["envelope"], validate=True)
        except (binascii.Error, ValueError) as failure:
            raise forms.ValidationError(_("This is not base64.")) from failure


class FilesForm(forms.Form):
    files = forms.CharField(  # type: ignore[assignment]
        label=gettext_lazy("Sealed files sent before it, with spaces between"),
        max_length=2000,
        required=False,
    )


class PartForm(forms.Form):
    """Which part of which sealed file."""

    file = forms.RegexField("^[0-9a-f]{32}$", label=gettext_lazy("Number of the file, 32 hex digits"))
    chunks = forms.IntegerField(label=gettext_lazy("Parts in all"), min_value=1, max_value=99999)
    number = forms.IntegerField(label=gettext_lazy("Number of this part"), min_value=0, max_value=99999)


def bidder(request: HttpRequest) -> Membership:
    """For whom a bid is made. Raises PermissionDenied for whoever does not act for an intermediary."""
    membership = holder(request)
    if not may_bid(membership):
        raise PermissionDenied
    return membership


@reads(
    "/tenders/{slug:ref}/sealing-card",
    "sealing_card",
    answer=Card,
    tag=TAG,
    summary=gettext_lazy("What the offline sealer needs"),
    own=True,
)
def card(request: HttpRequest, ref: str) -> dict[str, Any]:
    membership = bidder(request)
    return sealing_card(get_object_or_404(public_tenders(), ref=ref), membership.entity)


@writes(
    "/tenders/{slug:ref}/bids",
    "bid_submit",
    answer=Submitted,
    tag=TAG,
    summary=gettext_lazy("Hand in a sealed bid: the envelope as it is, or in base64"),
    body=(EnvelopeForm,),
    query=(FilesForm,),
    kind=OCTETS,
    status=201,
)
def bid_submit(request: HttpRequest, ref: str) -> dict[str, Any]:
    membership = bidder(request)
    tender = get_object_or_404(public_tenders(), ref=ref)
    envelope, files = _envelope(request)
    made = submit_bid(
        tender=tender, tenderer=membership.entity, envelope=envelope, files=files, **who(request)
    )
    link = give_receipt(subject=made, kind="tenders.bid_submitted", holder=membership.user)
    return {
        "ref": str(made.ref),
        "submitted_at": made.submitted_at,
        "address": address(made),
        "receipt": address(link),
    }


def _envelope(request: HttpRequest) -> tuple[bytes, list[str]]:
    if request.content_type == JSON:
        data = filled(request, EnvelopeForm).cleaned_data
        return data["envelope"], data["files"].split()
    if request.content_type != OCTETS:
        raise Problem(415, "not_sealed", _("Send the envelope as application/octet-stream, or as JSON."))
    if not request.body:
        raise wrong_field("", _("The body is the sealed envelope, and it is empty."))
    if len(request.body) > LONGEST_ENVELOPE:
        raise Problem(413, "too_long", _("The body is longer than any sealed envelope."))
    return request.body, asked(request, FilesForm).cleaned_data["files"].split()


@writes(
    "/tenders/{slug:ref}/bids/parts",
    "bid_part",
    answer=Kept,
    tag=TAG,
    summary=gettext_lazy("One part of a file sealed beside a bid to come"),
    query=(PartForm,),
    kind=OCTETS,
)
def bid_part(request: HttpRequest, ref: str) -> dict[str, Any]:
    membership = bidder(request)
    tender = get_object_or_404(public_tenders(), ref=ref)
    part = asked(request, PartForm).cleaned_data
    if request.content_type != OCTETS:
        raise Problem(415, "not_sealed", _("Send the sealed part as application/octet-stream."))
    if len(request.body) != SEALED_CHUNK:
        raise wrong_field("", _("A sealed part has %(n)d bytes.") % {"n": SEALED_CHUNK})
    keep_part(
        tender=tender,
        tenderer=membership.entity,
        ref=part["file"],
        chunks=part["chunks"],
        number=part["number"],
        content=request.body,
        **who(request),
    )
    return {"kept": True}


def own_bid(request: HttpRequest, ref: UUID) -> Bid:
    """A bid of the entity acted for; 404 for everybody else."""
    found = get_object_or_404(Bid.objects.select_related("tender", "tenderer"), ref=ref)
    if not sees_receipt(holder(request), found):
        raise Http404
    return found


def told(bid: Bid) -> dict[str, Any]:
    link = receipt_link(subject=bid, kind="tenders.bid_submitted")
    return {
        "ref": str(bid.ref),
        "tender": bid.tender.ref,
        "submitted_at": bid.submitted_at,
        "withdrawn_at": bid.withdrawn_at,
        "opened_at": bid.opened_at,
        "envelope_sha256": bid.envelope_digest,
        "sealed_by": bid.sealed_by,
        "suite": bid.suite,
        "files": list(bid.sealed_files.order_by("pk").values_list("ref", flat=True)),
        "void": bid.void_reason,
        "to_confirm": bid.withdrawn_at is None and bid.opened_at is None and awaits_confirmation(bid),
        "address": address(bid),
        "receipt": address(link) if link else None,
    }


@reads(
    "/bids/{uuid:ref}",
    "bid",
    answer=OwnBid,
    tag=TAG,
    summary=gettext_lazy("A bid of your own, with its receipt"),
    own=True,
)
def bid(request: HttpRequest, ref: UUID) -> dict[str, Any]:
    return told(own_bid(request, ref))


@writes(
    "/bids/{uuid:ref}/withdraw",
    "bid_withdraw",
    answer=OwnBid,
    tag=TAG,
    summary=gettext_lazy("Withdraw it before the deadline"),
)
def bid_withdraw(request: HttpRequest, ref: UUID) -> dict[str, Any]:
    found = own_bid(request, ref)
    nothing_sent(request)
    withdraw_bid(bid=found, **who(request))
    return told(own_bid(request, ref))


@writes(
    "/bids/{uuid:ref}/confirm",
    "bid_confirm",
    answer=OwnBid,
    tag=TAG,
    summary=gettext_lazy("Let it stand under the amended terms"),
)
def bid_confirm(request: HttpRequest, ref: UUID) -> dict[str, Any]:
    found = own_bid(request, ref)
    nothing_sent(request)
    confirm_bid(bid=found, **who(request))
    return told(own_bid(request, ref))
