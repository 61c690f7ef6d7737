"""What the platform takes, for everyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now

from ..queries import fee_rules


@require_safe
def fees(request: HttpRequest) -> HttpResponse:
    """The rate now, since when, by which rule, and each rate before and to come."""
    today = timezone.localdate(database_now())
    rules = list(fee_rules())
    now = next((one for one in rules if today in one.in_force), None)
    return render(request, "payments/fees.html", {"rules": rules, "now": now, "today": today})
