"""One contract: its page, its text as it is printed, the draft's milestones, offering and signing it."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.payments.books import to_yuan
from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import oversees, reads_all, side_of
from ..copy_queries import copies_of
from ..dispute_queries import disputes_in, ending_done, standing_ending
from ..errors import ContractRefused
from ..forms import MilestoneSet, clean_text, initial_of
from ..life import CONTRACT, State
from ..life_texts import STATE_WORDS, STEP_TONES, STEP_WORDS, TONES
from ..models import Contract, Ending, Side, Version
from ..operations import (
    offer_contract,
    resume_contract,
    set_milestones,
    sign_contract,
    suspend_contract,
    take_back_contract,
)
from ..queries import (
    comes_to,
    contracts_visible_to,
    latest_version,
    milestones_of,
    money_of,
    price_history,
    signatures_of,
    standing_change,
)
from ..schedule import drift
from .acting import before_signing, bind, do, of_side, printed, read_contract, seen_contract
from .history import copy_state, events_of, events_of_copies, named
from .next_steps import next_steps
from .public import lateness
from .reviews import panel


def milestone_rows(contract: Contract, now: Any) -> list[dict[str, Any]]:
    """Each milestone with its state, money and how late it was."""
    milestones = milestones_of(contract)
    money = money_of(milestones)
    rows = []
    for one in milestones:
        one.contract = contract
        step, told = one.state_at(now), money.get(one.pk, {})
        rows.append(
            {
                "milestone": one,
                "shown": named(one),
                "words": STEP_WORDS[step],
                "tone": STEP_TONES[step],
                "late": lateness(one),
                "charge": told.get("charge"),
                "held": to_yuan(told.get("held", 0)),
                "paid": to_yuan(told.get("intermediary", 0)),
                "url": reverse("contracts:milestone", args=[contract.ref, one.position]),
            }
        )
    return rows


def _sides(contract: Contract, version: Version | None) -> list[dict[str, Any]]:
    signed = signatures_of(version)
    return [
        {"label": Side(side).label, "entity": getattr(contract, side), "signature": signed.get(side)}
        for side in contract.sides
    ]


def _prices(contract: Contract) -> list[dict[str, Any]]:
    """How the price moved from the bid: each version that was signed, with its reason."""
    if not contract.signed_at:
        return []
    return [
        {
            "version": one,
            "at": one.change.agreed_at if hasattr(one, "change") else contract.signed_at,
            "price": one.terms["price"],
            "drift": drift(contract.bid_price, Decimal(one.terms["price"])),
        }
        for one in price_history(contract)
    ]


@cache_control(no_cache=True)
@require_safe
def of_tender(request: HttpRequest, ref: str) -> HttpResponse:
    """From a tender to the contract made of its award, where the reader may know of one."""
    staff = bool(getattr(request.user, "is_staff", False))
    found = contracts_visible_to(acting(request), staff=staff).filter(award__tender__ref=ref)
    return redirect(get_object_or_404(found.order_by("-pk")[:1]))


@cache_control(no_cache=True)
@require_safe
def contract(request: HttpRequest, ref: str) -> HttpResponse:
    """What was agreed, where it stands, what is next and whose turn it is."""
    found, now = seen_contract(request, ref), database_now()
    membership = acting(request)
    state, side = found.state_at(now), side_of(membership, found)
    whole = reads_all(request.user, membership, found)
    version = latest_version(found)
    sides = _sides(found, version)
    signed = {one["signature"].side for one in sides if one["signature"]}
    rows = milestone_rows(found, now)
    disputes = list(disputes_in(found)) if found.signed_at else []
    steps = next_steps(found, side, rows, disputes, now) if side and state is State.IN_FORCE else {}
    ending = standing_ending(found) if whole and found.signed_at else None
    copies = copies_of(found) if whole and found.signed_at else []
    context = _prices_told(found, Decimal(sum(row["paid"] for row in rows))) | {
        "contract": found,
        "over": found.completed_at or found.terminated_at,
        "state": str(state),
        "state_words": STATE_WORDS[state],
        "tone": TONES[state],
        "side": side,
        "whole": whole,
        "oversees": oversees(membership),
        "version": version if whole else None,
        "digest": version.digest if version and found.signed_at else "",
        "sides": sides,
        "may_sign": bool(side) and state is State.OFFERED and side not in signed,
        "rows": rows,
        "change": standing_change(found) if side and found.signed_at else None,
        "events": sorted(
            [*events_of(found, whole=whole), *events_of_copies(copies)], key=lambda one: one["at"]
        ),
        "copy": copy_state(found, side, copies) if whole and found.signed_at else None,
        "acts": [str(act) for act in CONTRACT.acts if CONTRACT.may(act, state)],
        "reviewing": panel(request, found),
        "disputes": disputes,
        "steps": steps,
        "ending": ending,
        "grace_over": _grace_over(found, ending, now),
        "ended": ending_done(found) if found.terminated_at else None,
        "department_pays": found.payer_id != found.buyer_id,
        "now": now,
    }
    return render(request, "contracts/contract.html", context)


def _grace_over(found: Contract, ending: Ending | None, now: dt.datetime) -> bool:
    """Whether the time that a demand gave is over; while the contract is suspended it stands still."""
    return bool(ending and ending.grace_until and (found.suspended_at or now) >= ending.grace_until)


def _prices_told(found: Contract, paid: Decimal) -> dict[str, Any]:
    """How the price moved from the bid to the contract and to what was paid, and what settlements leave."""
    settled_to = to_yuan(comes_to(found))
    return {
        "paid": paid,
        "paid_drift": drift(found.bid_price, paid),
        "paid_share": (paid / found.bid_price * 100).quantize(Decimal("0.01")),
        "settled_to": settled_to,
        "settled_drift": drift(found.bid_price, settled_to),
        "drift": drift(found.bid_price, found.price),
        "prices": _prices(found),
    }


@never_cache
@require_safe
@acting_required(Role.OWNER, Role.AGENT, Role.REGULATOR, Role.MEDIATOR)
def version(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """A version as it is printed and signed, in the reader's language; the digest covers both."""
    found = read_contract(request, ref)
    held = get_object_or_404(found.versions, number=number)
    held.contract = found
    context = {
        "contract": found,
        "version": held,
        "terms": held.terms,
        **printed(held.terms),
        "present": found.version_no == number,
        "sides": _sides(found, held),
    }
    return render(request, "contracts/version.html", context)


@never_cache
@acting_required(Role.OWNER)
def milestones(request: HttpRequest, ref: str) -> HttpResponse:
    """The buyer sets what is delivered when, for how much, and what it is examined by."""
    found = of_side(request, ref, "buyer")
    sent = request.method == "POST"
    rows = MilestoneSet(request.POST) if sent else MilestoneSet(initial=initial_of(milestones_of(found)))
    fault = ""
    if sent and rows.is_valid():
        parts = [form.part for form in rows if form.part is not None]
        try:
            set_milestones(contract=found, parts=parts, by=request.user, at=database_now())  # type: ignore[arg-type]
        except ContractRefused as refusal:
            fault = str(refusal)
        else:
            messages.success(request, _("The milestones are set. Lay the contract before all sides next."))
            return redirect(found)
    wrong = bool(fault) or (rows.is_bound and not rows.is_valid())
    context = {"contract": found, "rows": rows, "fault": fault}
    return render(request, "contracts/milestones.html", context, status=422 if wrong else 200)


@require_POST
@acting_required(Role.OWNER)
def offer(request: HttpRequest, ref: str) -> HttpResponse:
    found = of_side(request, ref, "buyer")
    return do(
        request,
        lambda: offer_contract(contract=found, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The contract lies before all sides. Its text no longer changes; each side signs it."),
        found,
    )


@require_POST
@acting_required(Role.OWNER, Role.AGENT)
def take_back(request: HttpRequest, ref: str) -> HttpResponse:
    found = of_side(request, ref, "buyer", "seller", "payer")
    reason = clean_text(request.POST.get("reason", ""))
    return do(
        request,
        lambda: take_back_contract(contract=found, reason=reason, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The contract is a draft again. What was signed of this version counts for nothing."),
        found,
    )


@never_cache
@acting_required(Role.OWNER, Role.AGENT)
def sign(request: HttpRequest, ref: str) -> HttpResponse:
    """Who you are is asked anew, then the whole stands on one page above the button."""

    def read(found: Contract, side: str) -> HttpResponse:
        held, now = latest_version(found), database_now()
        if held is None or found.state_at(now) is not State.OFFERED:
            messages.error(request, _("Nothing lies before you to be signed."))
            return redirect(found)
        context = before_signing(request, found, held, side) | {"now": now}
        return render(request, "contracts/sign.html", context)

    done = _("You have signed. The digest of the text stands in the record.")
    return bind(request, ref, page="contracts:sign", act=sign_contract, done=done, read=read)


@require_POST
@acting_required(Role.REGULATOR)
def suspend(request: HttpRequest, ref: str) -> HttpResponse:
    found = seen_contract(request, ref)
    reason = clean_text(request.POST.get("reason", ""))
    return do(
        request,
        lambda: suspend_contract(contract=found, reason=reason, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The contract is suspended, and both sides read the reason."),
        found,
    )


@require_POST
@acting_required(Role.REGULATOR)
def resume(request: HttpRequest, ref: str) -> HttpResponse:
    found = seen_contract(request, ref)
    reason = clean_text(request.POST.get("reason", ""))
    return do(
        request,
        lambda: resume_contract(contract=found, reason=reason, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The contract goes on; the time lost is given back."),
        found,
    )
