from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.ledger.receipts import give_receipt, with_receipt
from regulation.parties.access import acting

from .. import access
from ..errors import PaymentRefused
from ..forms import TransferForm
from ..models import BankTransfer, Order
from ..operations import (
    confirm_transfer,
    order_funding,
    receive_transfer,
    record_transfer,
    refuse_transfer,
)
from .own import seen_charge


def _act(request: HttpRequest, charge: Any, act: Callable[[], object], done: str, kind: str) -> HttpResponse:
    """The act, and the way to the receipt of its entry of this kind; or why it is refused."""
    try:
        act()
        link = give_receipt(subject=charge, kind=kind, holder=request.user, by=request.user)
        messages.success(request, with_receipt(done, link))
    except PaymentRefused as refusal:
        messages.error(request, " ".join(filter(None, (str(refusal), str(refusal.next_step)))))
    return redirect(charge)


@require_POST
@login_required
def fund(request: HttpRequest, ref: str) -> HttpResponse:
    """The payer begins to pay."""
    found = seen_charge(request, ref)
    if not access.pays(acting(request), found):
        raise PermissionDenied
    return _act(
        request,
        found,
        lambda: order_funding(charge=found, by=request.user),  # type: ignore[arg-type]
        _("The payment is ordered. This page says how it goes on."),
        kind="payments.ordered",
    )


@require_POST
@login_required
def transfer_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever sent the money records the transfer."""
    order = get_object_or_404(Order.objects.select_related("charge__payer", "charge__payee"), pk=pk)
    found = seen_charge(request, order.charge.ref)
    if not access.records(request.user, acting(request), order):
        raise PermissionDenied
    form = TransferForm(request.POST, request.FILES)
    if not form.is_valid():
        for field, errors in form.errors.items():
            label = form.fields[field].label if field in form.fields else ""
            messages.error(request, f"{label}: {' '.join(map(str, errors))}")
        return redirect(found)
    return _act(
        request,
        found,
        lambda: record_transfer(order=order, by=request.user, **form.cleaned_data),  # type: ignore[arg-type]
        _("The transfer is recorded. Its receiver and a second person confirm it."),
        kind="payments.transfer_recorded",
    )


def _transfer(request: HttpRequest, pk: int) -> BankTransfer:
    found = get_object_or_404(BankTransfer.objects.select_related("order__charge__payer"), pk=pk)
    seen_charge(request, found.order.charge.ref)
    return found


@require_POST
@login_required
def transfer_receive(request: HttpRequest, pk: int) -> HttpResponse:
    """The receiver saw the money arrive."""
    found = _transfer(request, pk)
    if not access.receives(request.user, acting(request), found.order):
        raise PermissionDenied
    return _act(
        request,
        found.order.charge,
        lambda: receive_transfer(transfer=found, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("You saw it arrive. A second person confirms it now."),
        kind="payments.transfer_received",
    )


@require_POST
@login_required
def transfer_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person, of the site's staff, confirms."""
    found = _transfer(request, pk)
    if not request.user.is_staff:  # type: ignore[union-attr]
        raise PermissionDenied
    return _act(
        request,
        found.order.charge,
        lambda: confirm_transfer(transfer=found, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The transfer is confirmed and posted."),
        kind="payments.transfer_confirmed",
    )


@require_POST
@login_required
def transfer_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The receiver or a second person says that it did not arrive so."""
    found = _transfer(request, pk)
    if not (request.user.is_staff or access.receives(request.user, acting(request), found.order)):  # type: ignore[union-attr]
        raise PermissionDenied
    reason = request.POST.get("reason", "").replace("\0", "")
    return _act(
        request,
        found.order.charge,
        lambda: refuse_transfer(transfer=found, reason=reason, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The transfer is refused, and the reason is on record. Another can be recorded."),
        kind="payments.transfer_refused",
    )
