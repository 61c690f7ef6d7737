"""What everyone reads: signed contracts, and the register of what was delivered."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from marketplace.payments.books import to_yuan
from regulation.ledger.queries import database_now

from ..forms import ContractFilter, RegisterFilter
from ..life_texts import STATE_WORDS, TONES
from ..queries import register, signed_contracts
from ..schedule import drift

PAGE = 20


@require_safe
def contract_list(request: HttpRequest) -> HttpResponse:
    """Signed contracts, the newest first, each with how its price has moved since the bid."""
    found = ContractFilter(request.GET or None, queryset=signed_contracts())
    page, now = Paginator(found.qs, PAGE).get_page(request.GET.get("page")), database_now()
    rows = [
        {
            "contract": contract,
            "now": (settled := contract.price - to_yuan(int(contract.sent_back))),
            "words": STATE_WORDS[contract.state_at(now)],
            "tone": TONES[contract.state_at(now)],
            "drift": drift(contract.bid_price, settled),
        }
        for contract in page
    ]
    return render(request, "contracts/contract_list.html", {"filter": found, "page_obj": page, "rows": rows})


@require_safe
def deliverable_register(request: HttpRequest) -> HttpResponse:
    """What was delivered and accepted: when, against which promise. Never a file."""
    found = RegisterFilter(request.GET or None, queryset=register())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    rows: list[dict[str, Any]] = [{"milestone": m, "late": lateness(m)} for m in page]
    return render(request, "contracts/register.html", {"filter": found, "page_obj": page, "rows": rows})


def lateness(milestone: Any) -> int | None:
    """Days from the promised day to the last handing in: above zero where it came late."""
    if milestone.submitted_at is None or milestone.due_on is None:
        return None
    return int((timezone.localdate(milestone.submitted_at) - milestone.due_on).days)
