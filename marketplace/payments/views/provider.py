from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now

from ..errors import Forged
from ..gateways.stripe_gateway import from_settings
from ..models.event import EventState
from ..operations import take_event

LARGEST = 256 * 1024


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """What Stripe tells. 200 once it is kept; 400 for a wrong signature; 503 where it is to be told again."""
    provider, secret = from_settings(), settings.STRIPE_WEBHOOK_SECRET
    if provider is None or not secret:
        return HttpResponse(status=404)
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return HttpResponse(status=413)
    raw = request.body
    try:
        event = provider.read_event(raw, request.headers.get("Stripe-Signature", ""), secret)
    except Forged:
        return HttpResponse(status=400)
    kept = take_event(event=event, raw=raw, provider=provider, at=database_now())
    return HttpResponse(status=503 if kept.state == EventState.FAILED else 200)
