from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulation.ledger.models import ReceiptLink
from regulation.ledger.queries import database_now
from regulation.ledger.stories import story_of
from regulation.parties.access import acting, acting_required, acts_as
from regulation.parties.models import Role

from .. import access
from ..books import to_yuan
from ..errors import PaymentRefused
from ..forms import AccountForm, ChargeFilter, TransferForm
from ..gateways.stripe_gateway import from_settings
from ..models import BankTransfer, Charge
from ..models.account import Provider
from ..operations import name_bank_account, open_stripe_account
from ..queries import (
    all_charges,
    balances_of,
    charges_of,
    holds_on,
    open_account,
    orders_of,
    owed,
    receipts_of,
    to_pay,
)
from .standing import standing

PAGE = 20


@never_cache
@login_required
def charge_list(request: HttpRequest) -> HttpResponse:
    """What the reader's entity pays and is paid; regulators and staff see all."""
    membership = acting(request)
    all_seen = acts_as(membership, Role.REGULATOR) or request.user.is_staff
    if not all_seen and not acts_as(membership, Role.OWNER, Role.AGENT):
        raise PermissionDenied
    found = ChargeFilter(
        request.GET or None,
        queryset=all_charges() if all_seen else charges_of(membership.entity),  # type: ignore[union-attr]
    )
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    told = balances_of(charge.pk for charge in page)
    rows = [{"charge": c, **{k: to_yuan(v) for k, v in told[c.pk].items()}} for c in page]
    context = {"filter": found, "page_obj": page, "rows": rows, "all_seen": all_seen}
    return render(request, "payments/charge_list.html", context)


def seen_charge(request: HttpRequest, ref: str) -> Charge:
    """A charge the reader may see; 404 for everybody else, who need not know that there is one."""
    found = get_object_or_404(Charge.objects.select_related("payer", "payee"), ref=ref)
    if not access.sees(request.user, acting(request), found):
        raise Http404
    return found


@never_cache
@login_required
def charge(request: HttpRequest, ref: str) -> HttpResponse:
    """One payment: what is held, each step, and the button that fits who is reading."""
    found = seen_charge(request, ref)
    membership, user = acting(request), request.user
    told = balances_of([found.pk])[found.pk]
    orders: list[dict[str, Any]] = [
        {
            "order": order,
            "transfers": list(order.transfers.all()),
            "waits": any(transfer.refused_at is None for transfer in order.transfers.all()),
            "done": hasattr(order, "posting"),
            "records": access.records(user, membership, order),
            "receives": access.receives(user, membership, order),
            "confirms": user.is_staff,  # type: ignore[union-attr]
            "form": TransferForm(initial={"paid_on": timezone.localdate()}, auto_id=f"order_{order.pk}_%s"),
        }
        for order in orders_of(found)
    ]
    context: dict[str, Any] = {
        "charge": found,
        "balances": {str(k): to_yuan(abs(v)) for k, v in told.items()},
        "orders": orders,
        "standing": standing(found, told, orders),
        "pays": access.pays(membership, found),
        "oversees": user.is_staff or acts_as(membership, Role.REGULATOR),  # type: ignore[union-attr]
        "holds": list(holds_on(found)),
        "left": to_yuan(owed(found)),
        "may_fund": access.pays(membership, found) and to_pay(found.payer).filter(pk=found.pk).exists(),
        "custody": settings.PAYMENTS_CUSTODY,
        "payee_account": open_account(found.payee, found.provider) if user.is_staff else None,  # type: ignore[union-attr]
        "receipts": [(str(_sentence(link)), link) for link in receipts_of(found, user)],  # type: ignore[arg-type]
    }
    return render(request, "payments/charge.html", context)


def _sentence(link: ReceiptLink) -> object:
    told = story_of(link.entry.kind)
    return told.sentence if told else link.entry.kind


@never_cache
@login_required
def voucher(request: HttpRequest, pk: int) -> FileResponse:
    """The voucher of a transfer, for those who see the payment; always as a download."""
    found = get_object_or_404(BankTransfer.objects.select_related("order__charge"), pk=pk)
    if not found.voucher or not access.sees(request.user, acting(request), found.order.charge):
        raise Http404
    return FileResponse(
        found.voucher.open("rb"),
        as_attachment=True,
        filename=found.voucher_name,
        content_type="application/octet-stream",
    )


@never_cache
@acting_required(Role.AGENT)
def account(request: HttpRequest) -> HttpResponse:
    """Where the intermediary is paid."""
    entity = request.acting.entity  # type: ignore[attr-defined]
    form = AccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        name_bank_account(entity=entity, by=request.user, at=database_now(), **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, _("The account is named. Payouts ordered from now on go there."))
        return redirect("payments:account")
    context = {
        "form": form,
        "bank": open_account(entity, Provider.BANK),
        "stripe": open_account(entity, Provider.STRIPE),
        "by_stripe": bool(settings.STRIPE_API_KEY),
    }
    return render(request, "payments/account.html", context, status=422 if form.errors else 200)


@require_POST
@acting_required(Role.AGENT)
def stripe_account(request: HttpRequest) -> HttpResponse:
    """On to Stripe, which asks who the intermediary is."""
    provider = from_settings()
    if provider is None:
        raise Http404
    try:
        held = open_stripe_account(
            entity=request.acting.entity,  # type: ignore[attr-defined]
            email=request.user.email,  # type: ignore[union-attr]
            provider=provider,
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        )
        back = request.build_absolute_uri(redirect("payments:account").url)
        return redirect(provider.account_link(held.external, back=back))
    except PaymentRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("payments:account")
