"""Objections to reviews and complaints about quality, and what the operating centre decides."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.directory.two_people import TextForm, TwoPeople, posted
from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import oversees
from ..errors import ContractRefused
from ..indicators import By
from ..models import Plea, PleaOutcome
from ..operations import (
    complain_of_quality,
    decide_plea,
    object_to_review,
    propose_on_plea,
    reply_to_plea,
    return_plea,
)
from ..review_access import of_centre, reads_plea, replies_to, reviews_as, was_reviewed
from ..review_forms import PleaFilter
from ..review_queries import pleas
from .acting import seen_contract
from .reviews import disclosed_review, told

PAGE = 20


@never_cache
@acting_required(Role.OWNER, Role.AGENT)
def review_object(request: HttpRequest, ref: str) -> HttpResponse:
    """Whoever was reviewed objects, with the reason."""
    found = disclosed_review(request, ref)
    if not was_reviewed(acting(request), found):
        raise PermissionDenied
    form = TextForm(
        request.POST if request.method == "POST" else None, label=_("What is wrong with the review")
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = object_to_review(
                review=found,
                reason=form.cleaned_data["text"],
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
        except ContractRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your objection is on record. The operating centre decides it."))
            return redirect(made)
    held = found.contract.review_round
    since = max(held.disclosed_at or found.at, found.at)
    context = {
        "row": told(found),
        "contract": found.contract,
        "form": form,
        "until": since + held.rule.object_within,
        "rule": held.rule,
        "now": database_now(),
    }
    return render(request, "contracts/review_object.html", context, status=422 if form.errors else 200)


@never_cache
@acting_required(Role.OWNER)
def complain(request: HttpRequest, ref: str) -> HttpResponse:
    """The buyer, or the department that decides, complains about the quality of work."""
    found = seen_contract(request, ref)
    side = reviews_as(request.user, acting(request), found)
    if side not in (By.BUYER, By.DEPARTMENT):
        raise PermissionDenied
    form = TextForm(
        request.POST if request.method == "POST" else None, label=_("What is wrong, and what shows it")
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = complain_of_quality(
                contract=found,
                side=side,
                reason=form.cleaned_data["text"],
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
        except ContractRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your complaint is on record. The operating centre decides it."))
            return redirect(made)
    return render(
        request,
        "contracts/complain.html",
        {"contract": found, "form": form},
        status=422 if form.errors else 200,
    )


@never_cache
@require_safe
@login_required
def plea_list(request: HttpRequest) -> HttpResponse:
    """All objections and complaints, for the centre and regulators."""
    if not (request.user.is_staff or oversees(acting(request))):  # type: ignore[union-attr]
        raise PermissionDenied
    found = PleaFilter(request.GET or None, queryset=pleas())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "now": database_now()}
    return render(request, "contracts/plea_list.html", context)


def _seen(request: HttpRequest, ref: str) -> Plea:
    found = get_object_or_404(pleas(), ref=ref)
    if not reads_plea(request.user, acting(request), found):
        raise Http404
    return found


@never_cache
@require_safe
def plea(request: HttpRequest, ref: str) -> HttpResponse:
    """One of them: what was put, the reply, what was proposed and decided; the form of who is next."""
    found, now = _seen(request, ref), database_now()
    membership, user = acting(request), request.user
    ready = found.replied_at is not None or now >= found.reply_until
    centre = found.decided_at is None and of_centre(user, found.contract)
    review = disclosed_review(request, found.review.ref) if found.review else None
    context: dict[str, Any] = {
        "plea": found,
        "contract": found.contract,
        "row": told(review) if review else None,
        "now": now,
        "ready": ready,
        "late": found.decided_at is None and now >= found.due_at,
        "may_reply": found.decided_at is None
        and found.replied_at is None
        and replies_to(user, membership, found),
        "may_propose": centre and ready and found.proposed_by_id in (None, user.pk),
        "may_decide": centre and found.proposed_by_id not in (None, user.pk),
        "shows_proposal": found.decided_at is not None or bool(user.is_staff) or oversees(membership),
    }
    return render(request, "contracts/plea.html", context | _TWO.forms())


_TWO = TwoPeople(
    noun="plea",
    outcome=PleaOutcome,
    refused=(ContractRefused,),
    seen=_seen,
    replies=lambda request, found: replies_to(request.user, acting(request), found),
    of_centre=lambda request, found: of_centre(request.user, found.contract),  # acting for no party of it
    reply_by=reply_to_plea,
    propose_by=propose_on_plea,
    return_by=return_plea,
    decide_by=decide_plea,
    decided=gettext_lazy("It is decided, and published with its reason."),
)
plea_reply, plea_propose = posted(_TWO.reply), posted(_TWO.propose)
plea_return, plea_decide = posted(_TWO.give_back), posted(_TWO.decide)
