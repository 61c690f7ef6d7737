"""Evaluators, scores, and the award: proposed by one person, approved by another."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from ninja import Schema

from marketplace.tenders.access import owns
from marketplace.tenders.choosing_errors import NotThisMethod
from marketplace.tenders.choosing_forms import EvaluatorForm, ProposalForm, ReasonForm, ScoreForm
from marketplace.tenders.models import Evaluator, Tender
from marketplace.tenders.operations import (
    approve_award,
    decline_proposal,
    hand_in,
    name_evaluator,
    propose_award,
    recuse,
    save_scores,
)
from marketplace.tenders.standing import bids_in_the_running, evaluator_of, method_of
from regulation.parties.models import User

from .bodies import as_sent, filled, said
from .drafting import nothing_sent, owned, who
from .problems import Invalid
from .routes import reads, writes
from .shapes import EntityShape, Moment, Money, entity, money
from .tenders import TenderShape, seen, whole
from .tokens import holder

TAG = "choosing"


class EvaluatorShape(Schema):
    id: int
    tender: str
    handed_in_at: Moment | None
    recused_at: Moment | None


class ScoreLine(Schema):
    """One bid and criterion; `field` is what its points are called in the body of a write."""

    field: str
    bid: int
    tenderer: EntityShape
    criterion: str
    most: str
    points: str | None


class ScoresShape(Schema):
    """One evaluator's own scores; nobody else's are here."""

    evaluator: int
    handed_in_at: Moment | None
    scores: list[ScoreLine]


class ProposalShape(Schema):
    tender: str
    bid: int
    tenderer: EntityShape
    price: Money | None
    reason: str
    proposed_at: Moment


class DeclinedShape(Schema):
    tender: str
    declined: bool


def _seat(one: Evaluator) -> dict[str, Any]:
    return {
        "id": one.pk,
        "tender": one.tender.ref,
        "handed_in_at": one.handed_in_at,
        "recused_at": one.recused_at,
    }


@writes(
    "/tenders/{slug:ref}/evaluators",
    "evaluator_name",
    answer=EvaluatorShape,
    tag=TAG,
    summary=gettext_lazy("Put somebody on the panel"),
    body=(EvaluatorForm,),
    status=201,
)
def evaluator_name(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    user: User = filled(request, EvaluatorForm).cleaned_data["email"]
    return _seat(name_evaluator(tender=found, user=user, **who(request)))


@writes(
    "/evaluators/{int:pk}/recuse",
    "evaluator_recuse",
    answer=EvaluatorShape,
    tag=TAG,
    summary=gettext_lazy("Step back from a panel, or take somebody off it"),
    body=(ReasonForm,),
)
def evaluator_recuse(request: HttpRequest, pk: int) -> dict[str, Any]:
    membership = holder(request)
    seat = get_object_or_404(Evaluator.objects.select_related("tender", "user"), pk=pk)
    if seat.user_id != membership.user_id and not owns(membership, seat.tender):
        raise PermissionDenied
    words = filled(request, ReasonForm).cleaned_data
    return _seat(recuse(evaluator=seat, **words, **who(request)))


def _own_seat(request: HttpRequest, ref: str) -> tuple[Tender, Evaluator]:
    found = seen(request, ref)
    seat = evaluator_of(found, holder(request).user)
    if seat is None:
        raise PermissionDenied
    return found, seat


def _form(tender: Tender, seat: Evaluator, data: dict[str, Any] | None = None) -> ScoreForm:
    """The form of the page. Raises NotThisMethod where no scores are given."""
    if method_of(tender).needs != "scores":
        raise NotThisMethod
    criteria = method_of(tender).clean(tender.method_parameters)["criteria"]
    given = {(s.bid_id, s.criterion): s.points for s in seat.scores.all()}
    return ScoreForm(data, bids=bids_in_the_running(tender), criteria=criteria, given=given)


def _scores(tender: Tender, seat: Evaluator) -> dict[str, Any]:
    form = _form(tender, seat)
    fields: Any = form.fields
    return {
        "evaluator": seat.pk,
        "handed_in_at": seat.handed_in_at,
        "scores": [
            {
                "field": name,
                "bid": row["bid"].pk,
                "tenderer": entity(row["bid"].tenderer),
                "criterion": criterion["name"],
                "most": str(fields[name].max_value),
                "points": None if fields[name].initial is None else f"{fields[name].initial:.2f}",
            }
            for row in form.rows
            for name, criterion in row["names"]
        ],
    }


@reads(
    "/tenders/{slug:ref}/scores",
    "scores",
    answer=ScoresShape,
    tag=TAG,
    summary=gettext_lazy("Your own scores, as an evaluator"),
    own=True,
)
def scores(request: HttpRequest, ref: str) -> dict[str, Any]:
    found, seat = _own_seat(request, ref)
    return _scores(found, seat)


@writes(
    "/tenders/{slug:ref}/scores",
    "scores_save",
    answer=ScoresShape,
    tag=TAG,
    summary=gettext_lazy("Keep scores, field by field as they are read"),
    method="PUT",
)
def scores_save(request: HttpRequest, ref: str) -> dict[str, Any]:
    found, seat = _own_seat(request, ref)
    form = _given(request, found, seat)
    save_scores(evaluator=seat, points=form.points(), **who(request))
    return _scores(found, seat)


@writes(
    "/tenders/{slug:ref}/scores/hand-in",
    "scores_hand_in",
    answer=ScoresShape,
    tag=TAG,
    summary=gettext_lazy("Hand in your scores; they stand from then on"),
)
def scores_hand_in(request: HttpRequest, ref: str) -> dict[str, Any]:
    found, seat = _own_seat(request, ref)
    form = _given(request, found, seat)
    if form.points():
        save_scores(evaluator=seat, points=form.points(), **who(request))
    hand_in(evaluator=seat, remark=form.cleaned_data["remark"], **who(request))
    return _scores(found, Evaluator.objects.get(pk=seat.pk))


def _given(request: HttpRequest, tender: Tender, seat: Evaluator) -> ScoreForm:
    known = _form(tender, seat).fields
    form = _form(tender, seat, as_sent(said(request), known))
    if not form.is_valid():
        raise Invalid(form)
    return form


def _with_bid() -> ProposalForm:
    """For the document: a direct choice names its bid as well."""
    return ProposalForm(bids=[])


@writes(
    "/tenders/{slug:ref}/award/propose",
    "award_propose",
    answer=ProposalShape,
    tag=TAG,
    summary=gettext_lazy("Evaluate, and propose the award that follows"),
    body=(ProposalForm, _with_bid),
)
def award_propose(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    bids = bids_in_the_running(found) if method_of(found).needs == "choice" else None
    form = filled(request, ProposalForm, bids=bids)
    chosen = next((b for b in bids or [] if str(b.pk) == form.cleaned_data.get("bid")), None)
    made = propose_award(tender=found, bid=chosen, reason=form.cleaned_data["reason"], **who(request))
    return {
        "tender": found.ref,
        "bid": made.bid_id,
        "tenderer": entity(made.bid.tenderer),
        "price": money(made.bid.price),
        "reason": made.reason,
        "proposed_at": made.proposed_at,
    }


@writes(
    "/tenders/{slug:ref}/award/approve",
    "award_approve",
    answer=TenderShape,
    tag=TAG,
    summary=gettext_lazy("Approve a colleague's proposal"),
)
def award_approve(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    nothing_sent(request)
    approve_award(tender=found, **who(request))
    return whole(request, ref)


@writes(
    "/tenders/{slug:ref}/award/decline",
    "award_decline",
    answer=DeclinedShape,
    tag=TAG,
    summary=gettext_lazy("Turn a proposal down"),
    body=(ReasonForm,),
)
def award_decline(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = owned(request, ref)
    words = filled(request, ReasonForm).cleaned_data
    decline_proposal(tender=found, **words, **who(request))
    return {"tender": found.ref, "declined": True}
