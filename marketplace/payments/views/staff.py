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
from ..models import ProviderEvent
from ..operations import replay_event
from ..queries import events, unanswered_transfers

PAGE = 20


@never_cache
@staff_required
def transfer_list(request: HttpRequest) -> HttpResponse:
    """Recorded transfers that wait for somebody who saw them arrive."""
    page = Paginator(unanswered_transfers(), PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/transfer_list.html", {"page_obj": page})


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
