"""How bids are chosen, for everyone; and the page of one tender on which its choice is made and read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from regulation.decoupling import explain
from regulation.ledger.queries import database_now
from regulation.parties.access import acting
from regulation.parties.models import Membership
from regulation.registry.models import Provision

from ..access import may_bid, oversees, owns
from ..choosing_forms import EvaluatorForm, ProposalForm, ReasonForm
from ..methods import METHODS
from ..methods.telling import told
from ..models import Bid, Exclusion, LimitKind, LowPrice, Tender
from ..operations import outliers
from ..operations.marking import is_being_evaluated
from ..queries import gate_answers, standing_bid
from ..rates import EXAMPLE_BASE, example
from ..standing import (
    all_handed_in,
    auction_of,
    bids_in_the_running,
    evaluator_of,
    grounds_in_force,
    invite_grounds_in_force,
    last_evaluation,
    may_challenge,
    method_of,
    result_for,
    rule_of,
    stage_of,
    standing_draw,
    waiting_proposal,
)
from .acting import seen_tender


def methods(request: HttpRequest) -> HttpResponse:
    """Every method with its definition, its parameters and its worked example."""
    wanted = {ref for method in METHODS.values() for ref in method.basis}
    provisions = Provision.objects.filter(ref__in=wanted).select_related("instrument")
    by_ref = {provision.ref: provision for provision in provisions}
    rows = [
        {name: getattr(one, name) for name in ("method", "settings", "rows", "reference")}
        | {"provisions": [by_ref[ref] for ref in one.method.basis if ref in by_ref]}
        for one in map(told, METHODS.values())
    ]
    grounds = grounds_in_force(on=timezone.localdate())
    invites = invite_grounds_in_force(on=timezone.localdate())
    context: dict[str, Any] = {"methods": rows, "direct_rules": grounds, "invite_rules": invites}
    context |= {"rates": example(), "rate_base": EXAMPLE_BASE}
    return render(request, "tenders/methods.html", context)


def _rows(tender: Tender, bids: dict[int, Bid]) -> list[dict[str, Any]]:
    """The last order found, bid by bid, with what each score is made of; then those without a rank."""
    award = tender.award
    evaluation = award.evaluation if award and award.evaluation else last_evaluation(tender)
    proposal = waiting_proposal(tender)
    if evaluation is None or (award is None and proposal is None and not tender.awards.exists()):
        return []
    over = {row["bid"]: row for row in (award.passed_over if award else [])}
    marked = outliers(tender) if evaluation.method == "best_value" else {}
    return [
        {
            "row": row | {"parts": _in_stated_order(row, tender)} if row.get("parts") else row,
            "bid": bids[row["bid"]],
            "won": award is not None and award.bid_id == row["bid"],
            "passed_over": over.get(row["bid"]),
            "outliers": len(marked.get(row["bid"], ())),
        }
        for row in [*evaluation.standing, *evaluation.left]
        if row["bid"] in bids
    ]


def _has_score(row: dict[str, Any]) -> bool:
    """Whether a place rests on more than the price that stands beside it; a draw gives places alone."""
    return row.get("score") not in (None, row.get("price"))


def _in_stated_order(row: dict[str, Any], tender: Tender) -> dict[str, str]:
    """What a score is made of: price first, then the criteria as the tender names them."""
    stated = method_of(tender).clean(tender.method_parameters).get("criteria", [])
    names = ["price", *(one["name"] for one in stated)]
    return {name: row["parts"][name] for name in names if name in row["parts"]}


def _for_owner(tender: Tender, bids: list[Bid]) -> dict[str, Any]:
    """What somebody of the owner can do now."""
    method = method_of(tender)
    evaluators = list(tender.evaluators.select_related("user").order_by("pk"))
    return {
        "proposal": waiting_proposal(tender),
        "proposal_form": ProposalForm(bids=bids if method.needs == "choice" else None),
        "evaluator_form": EvaluatorForm(),
        "reason_form": ReasonForm(),
        "evaluators": evaluators,
        "any_in": any(one.handed_in_at for one in evaluators),  # then nobody joins any more
        "waiting_exclusions": Exclusion.objects.waiting()
        .filter(bid__tender=tender)
        .select_related("bid__tenderer", "proposed_by"),
    }


def _gate(tender: Tender, bids: list[Bid]) -> list[dict[str, Any]]:
    """What the conflict gate last answered for each bid that counts: for the owner and for regulators, since
    checks of bidders are public only once the award is final. No chain, and nobody's kin.
    """
    valid = [bid for bid in bids if not bid.void_reason]
    answers = gate_answers(tender, valid)
    asked = [(bid, answers[bid.tenderer_id]) for bid in valid if bid.tenderer_id in answers]
    return [
        {"bid": bid, "check": made, "rule": explain.public_rule_title(explain.rule_of(made))}
        for bid, made in asked
    ]


def _for_bidder(tender: Tender, membership: Membership, now: Any) -> dict[str, Any]:
    """What a bidder reads and may do: its own result, its price to justify, a challenge."""
    own = standing_bid(tender, membership.entity)
    if own is None:
        return {}
    award = tender.award
    return {
        "own_bid": own,
        "result": result_for(tender, own),
        "own_low": LowPrice.objects.filter(bid=own).first(),
        "may_challenge": award is not None and may_challenge(tender, membership.entity, award, now=now),
        "may_step_back": own.opened_at is not None
        and not own.void_reason
        and not own.exclusions.confirmed().exists()
        and not (award is not None and award.final_at),
    }


@cache_control(no_cache=True)
@require_safe
def choosing(request: HttpRequest, ref: str) -> HttpResponse:
    """The choice of one tender: steps, order, award, standstill, challenges; and what the reader may do."""
    found = seen_tender(request, ref)
    membership, now = acting(request), database_now()
    bids = {bid.pk: bid for bid in found.bids.opened().select_related("tenderer")} if found.opened_at else {}
    award, mine = found.award, owns(membership, found)
    seat = evaluator_of(found, request.user) if request.user.is_authenticated else None
    rows = _rows(found, bids) if award or mine else []
    context: dict[str, Any] = {
        "tender": found,
        "now": now,
        "told": told(METHODS[found.method], found.method_parameters),
        "evaluating": is_being_evaluated(found),
        "award": award,
        "standstill_rule": rule_of(found.region, LimitKind.STANDSTILL, on=now.date()),
        "ended": found.awards.filter(ended_at__isnull=False).select_related("bid__tenderer").order_by("pk"),
        "rows": rows,
        "scored": any(_has_score(one["row"]) for one in rows),
        "excluded": Exclusion.objects.confirmed().filter(bid__tender=found).select_related("bid__tenderer"),
        "low_prices": LowPrice.objects.filter(bid__tender=found).select_related("bid__tenderer"),
        "draws": found.draws.order_by("number"),
        "draw": standing_draw(found),
        "auction": auction_of(found),
        "all_in": found.method == "best_value" and all_handed_in(found),
        "challenges": [
            {"challenge": one, "stage": stage_of(one, now=now)}
            for one in found.challenges.select_related("challenger").order_by("pk")
        ],
        "owns": mine,
        "seat": seat,
    }
    if mine or oversees(membership):
        context |= {"gate": _gate(found, list(bids.values())), "oversees": oversees(membership)}
    if mine:
        context |= _for_owner(found, bids_in_the_running(found))
    elif may_bid(membership) and membership is not None:
        context |= _for_bidder(found, membership, now)
    return render(request, "tenders/choosing.html", context)
