"""Questions about a tender and their answers. Who asks is told to nobody."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from marketplace.tenders.access import may_bid, owns
from marketplace.tenders.models import Question
from marketplace.tenders.operations import answer_question, ask_question
from marketplace.tenders.operations.clarifying import MOST
from marketplace.tenders.queries import public_tenders, questions_for
from regulation.parties.access import acting

from .bids import bidder
from .bodies import filled
from .drafting import who
from .paging import PageForm, one_page
from .routes import reads, writes
from .shapes import Moment, paged
from .tenders import seen
from .tokens import holder

TAG = "questions"


class QuestionShape(Schema):
    """`mine`: the entity the token acts for asked it. Unanswered ones are for the owner and whoever asked."""

    id: int
    text: str
    answer: str
    answered_at: Moment | None
    mine: bool


class QuestionForm(forms.Form):
    text = forms.CharField(label=_("Your question"), max_length=MOST)


class QuestionAnswerForm(forms.Form):
    answer = forms.CharField(label=_("Answer"), max_length=MOST)


def _told(one: Question, asker: int | None) -> dict[str, Any]:
    return {
        "id": one.pk,
        "text": one.text,
        "answer": one.answer,
        "answered_at": one.answered_at,
        "mine": asker is not None and one.asker_id == asker,
    }


@reads(
    "/tenders/{slug:ref}/questions",
    "questions",
    answer=paged(QuestionShape, "Questions"),
    tag=TAG,
    summary=_("Questions and answers"),
    query=(PageForm,),
)
def questions(request: HttpRequest, ref: str) -> dict[str, Any]:
    membership, found = acting(request), seen(request, ref)
    asker = membership.entity if membership is not None and may_bid(membership) else None
    shown = questions_for(found, owner=owns(membership, found), asker=asker)
    return one_page(request, shown, lambda one: _told(one, asker.pk if asker else None))


@writes(
    "/tenders/{slug:ref}/questions",
    "question_ask",
    answer=QuestionShape,
    tag=TAG,
    summary=_("Ask a question; the owner does not learn who asks"),
    body=(QuestionForm,),
    status=201,
)
def question_ask(request: HttpRequest, ref: str) -> dict[str, Any]:
    membership = bidder(request)
    found = get_object_or_404(public_tenders(), ref=ref)
    words = filled(request, QuestionForm).cleaned_data
    made = ask_question(tender=found, asker=membership.entity, **words, **who(request))
    return _told(made, membership.entity_id)


@writes(
    "/questions/{int:pk}/answer",
    "question_answer",
    answer=QuestionShape,
    tag=TAG,
    summary=_("Answer one; both are public from then on"),
    body=(QuestionAnswerForm,),
)
def question_answer(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = get_object_or_404(Question.objects.select_related("tender"), pk=pk)
    if not owns(holder(request), found.tender):
        raise Http404
    words = filled(request, QuestionAnswerForm).cleaned_data
    return _told(answer_question(question=found, **words, **who(request)), None)
