"""Questions, answers, and a bidder's confirmation after an amendment."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role

from ..access import owns, sees_receipt
from ..models import Bid, Question
from ..operations import answer_question, ask_question, confirm_bid
from ..queries import public_tenders
from .acts import answer


def _sent(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "")


@require_POST
@acting_required(Role.AGENT)
def question_ask(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(public_tenders(), ref=ref)
    return answer(
        request,
        found,
        lambda: ask_question(
            tender=found,
            asker=request.acting.entity,  # type: ignore[attr-defined]
            text=_sent(request, "text"),
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("The owner reads your question and does not learn who asks."),
    )


@require_POST
@acting_required(Role.OWNER)
def question_answer(request: HttpRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(Question.objects.select_related("tender"), pk=pk)
    if not owns(request.acting, asked.tender):  # type: ignore[attr-defined]
        raise Http404
    return answer(
        request,
        asked.tender,
        lambda: answer_question(
            question=asked,
            answer=_sent(request, "answer"),
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("Question and answer are public."),
    )


@require_POST
@acting_required(Role.AGENT)
def bid_confirm(request: HttpRequest, ref: uuid.UUID) -> HttpResponse:
    """The bidder lets its bid stand under the amended terms."""
    bid = get_object_or_404(Bid.objects.select_related("tender"), ref=ref)
    if not sees_receipt(request.acting, bid):  # type: ignore[attr-defined]
        raise Http404
    return answer(
        request,
        bid.tender,
        lambda: confirm_bid(bid=bid, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("Your bid stands under the amended terms."),
    )
