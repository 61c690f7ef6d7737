"""Reviews: given, read once they are disclosed, replied to, mended, raised."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.directory.two_people import TextForm, tell_faults
from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import reads_all, side_of
from ..credit import contract_mark
from ..errors import ContractRefused
from ..indicators import DIMENSIONS, By, indicators_for, mark
from ..models import Contract, Repair, Review, Reviewer, ReviewRound
from ..operations import content_digest, hand_in_review, offer_repair, raise_review, reply_to_review
from ..review_access import reviews_as, was_reviewed
from ..review_forms import ReviewFilter, ReviewForm
from ..review_queries import disclosed, marks_of, reviews_of, round_of, weighing_of
from .acting import do, seen_contract

PAGE = 20
ORDER = [By.BUYER, By.DEPARTMENT, By.CENTRE, By.SELLER]


def told(review: Review) -> dict[str, Any]:
    """A disclosed review as pages show it: its mark, each dimension, each line, and what became of it."""
    scores = review.content.scores
    lines: dict[str, list[dict[str, Any]]] = {}
    for one in indicators_for(review.side):
        if one.code in scores:
            lines.setdefault(one.dimension, []).append({"asks": one.asks, "score": scores[one.code]})
    objection = next(iter(review.objections.all()), None)
    return {
        "review": review,
        "mark": f"{float(mark(review.side, scores)):.2f}",
        "dimensions": [{"title": DIMENSIONS[name], "lines": own} for name, own in lines.items()],
        "words": review.content.words,
        "salt": review.content.salt,
        "fits": content_digest(review.content) == review.commitment,
        "reply": getattr(review, "reply", None),
        "objection": objection,
    }


def _seen(request: HttpRequest, ref: str) -> tuple[Contract, ReviewRound]:
    """A contract whose work is reviewed, as far as the reader may know of it; 404 otherwise."""
    found = seen_contract(request, ref)
    held = round_of(found)
    if held is None:
        raise Http404
    return found, held


@cache_control(no_cache=True)
@require_safe
def reviews(request: HttpRequest, ref: str) -> HttpResponse:
    """The reviews of one contract: until they are disclosed, only who has given one."""
    found, held = _seen(request, ref)
    membership, now = acting(request), database_now()
    given = reviews_of(found)
    side = reviews_as(request.user, membership, found)
    first = {one.side for one in given if one.number == 1}
    is_open = held.disclosed_at is not None
    repair = Repair.objects.filter(contract=found).first()
    raised = any(one.number == 2 for one in given)
    context = {
        "contract": found,
        "held": held,
        "now": now,
        "given": [{"side": choice.label, "in": choice.value in first} for choice in _sides(found)],
        "rows": [
            told(one)
            | {
                "may_reply": was_reviewed(membership, one) and not hasattr(one, "reply"),
                "may_object": was_reviewed(membership, one) and not one.objections.all(),
            }
            for one in sorted(given, key=lambda one: (ORDER.index(By(one.side)), one.number))
        ]
        if is_open
        else [],
        "sees_pleas": side is not None or reads_all(request.user, membership, found),
        "whole_mark": _whole_mark(found, now) if is_open else "",
        "may_review": side is not None and side not in first and now < held.until,
        "repair": repair,
        "may_mend": is_open and side is By.SELLER and repair is None and By.BUYER in first,
        "mend_until": held.disclosed_at + held.rule.mend_within if held.disclosed_at else None,
        "may_raise": side is By.BUYER and repair is not None and not raised and now < repair.raise_until,
        "form": TextForm(label=_("Your words, shown to the public"), auto_id=False),
    }
    return render(request, "contracts/reviews.html", context)


def _whole_mark(contract: Contract, now: dt.datetime) -> str:
    """The weighed mark of a contract as it counts now; empty where it does not."""
    found = marks_of(contract, now=now)
    held = round_of(contract)
    whole = contract_mark(found, weighing_of(held.rule).weights) if held else None
    return f"{float(whole):.2f}" if whole is not None else ""


def _sides(contract: Contract) -> list[Reviewer]:
    same = contract.department_id == contract.buyer_id
    return [one for one in Reviewer if not (same and one is Reviewer.DEPARTMENT)]


def panel(request: HttpRequest, contract: Contract) -> dict[str, Any]:
    """What the page of a contract says of its reviews, and who may write one or complain."""
    if contract.signed_at is None:
        return {}
    side, held = reviews_as(request.user, acting(request), contract), round_of(contract)
    told_ = {"may_complain": side in (By.BUYER, By.DEPARTMENT), "held": held}
    if held is None:
        return told_
    in_ = contract.reviews.filter(side=side, number=1).exists() if side else False
    return told_ | {"may_review": side is not None and not in_ and database_now() < held.until}


@never_cache
@login_required
def review_new(request: HttpRequest, ref: str) -> HttpResponse:
    """A side rates the other, line by line; what it says is sealed."""
    found, held = _seen(request, ref)
    side = reviews_as(request.user, acting(request), found)
    if side is None:
        raise PermissionDenied
    form = ReviewForm(request.POST if request.method == "POST" else None, by=side)
    if request.method == "POST" and form.is_valid():
        try:
            hand_in_review(
                contract=found,
                side=side,
                scores=form.scores,
                words=form.words,
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
        except ContractRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your review is in, sealed. Its commitment stands in the record."))
            return redirect("contracts:reviews", found.ref)
    context = {"contract": found, "held": held, "form": form, "side": side.value, "now": database_now()}
    return render(request, "contracts/review_new.html", context, status=422 if form.errors else 200)


@never_cache
@acting_required(Role.OWNER)
def review_raise(request: HttpRequest, ref: str) -> HttpResponse:
    """The buyer raises its review after the intermediary has mended, once."""
    found, held = _seen(request, ref)
    if side_of(acting(request), found) != By.BUYER:
        raise PermissionDenied
    first = found.reviews.filter(side=By.BUYER, number=1).select_related("content").first()
    repair = Repair.objects.filter(contract=found).first()
    if first is None or repair is None or held.disclosed_at is None:
        messages.error(
            request, _("A review is raised once, after the intermediary has mended, within its time.")
        )
        return redirect("contracts:reviews", found.ref)
    sent = request.POST if request.method == "POST" else None
    form = ReviewForm(sent, by=By.BUYER, least=first.content.scores)
    if request.method == "POST" and form.is_valid():
        try:
            raise_review(
                contract=found,
                scores=form.scores,
                words=form.words,
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
        except ContractRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your review is raised. The first one stays to be read beside it."))
            return redirect("contracts:reviews", found.ref)
    context = {"contract": found, "held": held, "form": form, "repair": repair, "now": database_now()}
    return render(request, "contracts/review_raise.html", context, status=422 if form.errors else 200)


@require_POST
@acting_required(Role.AGENT)
def review_mend(request: HttpRequest, ref: str) -> HttpResponse:
    """The intermediary says what it mended."""
    found, _held = _seen(request, ref)
    if side_of(acting(request), found) != By.SELLER:
        raise PermissionDenied
    form = TextForm(request.POST, label=_("What you mended"))
    if not form.is_valid():
        tell_faults(request, form)
        return redirect("contracts:reviews", found.ref)
    return do(
        request,
        lambda: offer_repair(
            contract=found,
            text=form.cleaned_data["text"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("It is on record. The buyer may raise its review once."),
        "contracts:reviews",
        found.ref,
    )


def disclosed_review(request: HttpRequest, ref: str) -> Review:
    """A review that may be read, of a contract the reader may know of; 404 for every other."""
    found = get_object_or_404(disclosed(), ref=ref)
    found.contract = seen_contract(request, found.contract.ref)
    return found


@require_POST
@acting_required(Role.OWNER, Role.AGENT)
def review_reply(request: HttpRequest, ref: str) -> HttpResponse:
    """Whoever was reviewed replies, once."""
    found = disclosed_review(request, ref)
    if not was_reviewed(acting(request), found):
        raise PermissionDenied
    form = TextForm(request.POST, label=_("Reply"))
    if not form.is_valid():
        tell_faults(request, form)
        return redirect(found)
    return do(
        request,
        lambda: reply_to_review(
            review=found,
            text=form.cleaned_data["text"],
            by=request.user,  # type: ignore[arg-type]
            at=database_now(),
        ),
        _("Your reply stands beside the review."),
        found,
    )


@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """Every disclosed review of an intermediary's work, the newest first."""
    found = ReviewFilter(request.GET or None, queryset=disclosed().exclude(side=By.SELLER))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "rows": [told(one) for one in page]}
    return render(request, "contracts/review_list.html", context)
