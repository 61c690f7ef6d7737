"""Challenges and complaints: public as they stand, with the next step for whom it is for."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from marketplace.tenders.access import may_bid, oversees, owns
from marketplace.tenders.choosing_errors import NotConcerned
from marketplace.tenders.choosing_forms import AcceptForm, AnswerForm, ChallengeForm, ComplaintForm
from marketplace.tenders.models import Challenge
from marketplace.tenders.operations import (
    answer_challenge,
    complain,
    decide_complaint,
    file_challenge,
    propose_decision,
    take_up_complaint,
)
from marketplace.tenders.standing import stage_of
from regulation.ledger.queries import database_now
from regulation.parties.models import Membership

from .bids import bidder
from .bodies import filled
from .drafting import nothing_sent, who
from .paging import PageForm, one_page
from .routes import reads, writes
from .shapes import EntityShape, Moment, address, entity, paged
from .tenders import seen
from .tokens import holder

TAG = "challenges"
FACTS = (
    "grounds",
    "sought",
    "filed_at",
    "answer_due_at",
    "answer",
    "upheld",
    "remedy",
    "answered_at",
    "complaint_due_at",
    "complaint",
    "complained_at",
    "acceptance_due_at",
    "accepted",
    "acceptance_reason",
    "accepted_at",
    "decision_due_at",
    "decided_at",
    "holds_up",
)


class ChallengeLine(Schema):
    id: int
    tender: str
    challenger: EntityShape
    stage: str
    stage_words: str
    filed_at: Moment
    holds_up: bool
    address: str


class ChallengeShape(ChallengeLine):
    """What is wrong, what was answered, what was complained of and decided; null what has not happened."""

    grounds: str
    sought: str
    answer_due_at: Moment
    upheld: bool | None
    remedy: str
    answer: str
    answered_at: Moment | None
    complaint_due_at: Moment | None
    complaint: str
    complained_at: Moment | None
    acceptance_due_at: Moment | None
    accepted: bool | None
    acceptance_reason: str
    accepted_at: Moment | None
    decision_due_at: Moment | None
    complaint_upheld: bool | None
    decision: str
    decision_remedy: str
    decided_at: Moment | None


def _line(one: Challenge, now: Any) -> dict[str, Any]:
    stage = stage_of(one, now=now)
    return {
        "id": one.pk,
        "tender": one.tender.ref,
        "challenger": entity(one.challenger),
        "stage": str(stage.value),
        "stage_words": str(stage.label),
        "filed_at": one.filed_at,
        "holds_up": one.holds_up,
        "address": address(one),
    }


def _whole(pk: int) -> dict[str, Any]:
    """A decision that waits for its second person is told to nobody here."""
    one = _found(pk)
    decided = one.decided_at is not None
    return (
        _line(one, database_now())
        | {name: getattr(one, name) for name in FACTS}
        | {
            "complaint_upheld": one.complaint_upheld if decided else None,
            "decision": one.decision if decided else "",
            "decision_remedy": one.decision_remedy if decided else "",
        }
    )


def _found(pk: int) -> Challenge:
    return get_object_or_404(Challenge.objects.select_related("tender", "challenger"), pk=pk)


@reads(
    "/challenges",
    "challenges",
    answer=paged(ChallengeLine, "Challenges"),
    tag=TAG,
    summary=_("Every challenge, the newest first"),
    query=(PageForm,),
)
def challenges(request: HttpRequest) -> dict[str, Any]:
    now = database_now()
    found = Challenge.objects.select_related("tender", "challenger").order_by("-pk")
    return one_page(request, found, lambda one: _line(one, now))


@reads(
    "/challenges/{int:pk}",
    "challenge",
    answer=ChallengeShape,
    tag=TAG,
    summary=_("One challenge with its answers and its clocks"),
)
def challenge(request: HttpRequest, pk: int) -> dict[str, Any]:
    return _whole(pk)


@writes(
    "/tenders/{slug:ref}/challenges",
    "challenge_file",
    answer=ChallengeShape,
    tag=TAG,
    summary=_("Challenge the award that stands"),
    body=(ChallengeForm,),
    status=201,
)
def challenge_file(request: HttpRequest, ref: str) -> dict[str, Any]:
    membership = bidder(request)
    award = seen(request, ref).award
    words = filled(request, ChallengeForm).cleaned_data
    if award is None:
        raise NotConcerned
    made = file_challenge(award=award, challenger=membership.entity, **words, **who(request))
    return _whole(made.pk)


def _answers(membership: Membership, one: Challenge) -> bool:
    return owns(membership, one.tender)


def _complains(membership: Membership, one: Challenge) -> bool:
    return may_bid(membership) and membership.entity_id == one.challenger_id


def _decides(membership: Membership, _one: Challenge) -> bool:
    return oversees(membership)


def _proposed(words: dict[str, Any]) -> dict[str, Any]:
    return {"upheld": words["upheld"], "remedy": words["remedy"], "decision": words["answer"]}


Step = tuple[str, Callable[..., Any], Callable[[Membership, Challenge], bool], type[forms.Form] | None, Any]
STEPS: tuple[Step, ...] = (
    ("answer", answer_challenge, _answers, AnswerForm, _("Answer it, as the owner")),
    ("complain", complain, _complains, ComplaintForm, _("Complain to the regulators")),
    ("take-up", take_up_complaint, _decides, AcceptForm, _("Take a complaint up or not, as a regulator")),
    ("propose", propose_decision, _decides, AnswerForm, _("Propose a decision, as a regulator")),
    ("decide", decide_complaint, _decides, None, _("Decide as proposed, as a second regulator")),
)


def _declare(step: Step) -> None:
    act, operation, allowed, form, summary = step

    def take(request: HttpRequest, pk: int) -> dict[str, Any]:
        found = _found(pk)
        if not allowed(holder(request), found):
            raise PermissionDenied
        words: dict[str, Any] = {}
        if form is None:
            nothing_sent(request)
        else:
            words = filled(request, form).cleaned_data
        operation(challenge=found, **(_proposed(words) if act == "propose" else words), **who(request))
        return _whole(pk)

    writes(
        f"/challenges/{{int:pk}}/{act}",
        f"challenge_{act.replace('-', '_')}",
        answer=ChallengeShape,
        tag=TAG,
        summary=summary,
        body=(form,) if form else (),
    )(take)


for one in STEPS:
    _declare(one)
