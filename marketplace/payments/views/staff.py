from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.ledger.views.outbox import staff_required

from ..errors import PaymentRefused
from ..forms import EventFilter
from ..gateways.stripe_gateway import from_settings
from ..models import Hold, ProviderEvent
from ..operations import end_hold, replay_event
from ..queries import events, standing_holds, to_transfer, unanswered_transfers

PAGE = 20


@never_cache
@staff_required
def transfer_list(request: HttpRequest) -> HttpResponse:
    """Recorded transfers that wait for somebody who saw them arrive."""
    page = Paginator(unanswered_transfers(), PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/transfer_list.html", {"page_obj": page})


@never_cache
@staff_required
def payout_list(request: HttpRequest) -> HttpResponse:
    """Payouts and refunds ordered and not yet transferred at the bank."""
    page = Paginator(to_transfer(), PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/payout_list.html", {"page_obj": page})


@never_cache
@staff_required
def hold_list(request: HttpRequest) -> HttpResponse:
    """Payments held back: disputed with a bank, or come back."""
    page = Paginator(standing_holds(), PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/hold_list.html", {"page_obj": page})


@require_POST
@staff_required
def hold_end(request: HttpRequest, pk: int) -> HttpResponse:
    """What came back may be paid out again."""
    found = get_object_or_404(Hold.objects.select_related("charge"), pk=pk)
    try:
        end_hold(
            hold=found,
            reason=request.POST.get("reason", ""),
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        )
        messages.success(request, _("The payment is not held back any more; what is due goes out again."))
    except PaymentRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(found.charge)


@never_cache
@staff_required
def event_list(request: HttpRequest) -> HttpResponse:
    """What providers told, the newest first."""
    found = EventFilter(request.GET or None, queryset=events())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/event_list.html", {"filter": found, "page_obj": page})


@require_POST
@staff_required
def event_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply one once more."""
    found = get_object_or_404(ProviderEvent, pk=pk)
    provider = from_settings()
    if provider is None:
        raise Http404
    try:
        told = replay_event(event=found, provider=provider, at=database_now(), by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Applied again: %(state)s.") % {"state": told.get_state_display()})
    except PaymentRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("payments:event_list")
