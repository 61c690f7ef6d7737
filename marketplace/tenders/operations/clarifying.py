"""Questions about a public tender and their answers. Who asks is told to nobody."""

import datetime as dt

from django.db import transaction

from marketplace.directory.models import Intermediary
from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from ..errors import AlreadyAnswered, NotInvited, NotRegistered, NoWords, QuestionsOver
from ..life import TAKING, State
from ..models import Question, Tender
from ..queries import is_invited
from .acting import locked_tender

MOST = 3000


def takes_questions(tender: Tender, at: dt.datetime) -> bool:
    """Until `questions_until` where the owner set one, else until the deadline; both exclusive."""
    if tender.state_at(at) not in (*TAKING, State.POSTPONED):
        return False
    return tender.questions_until is None or at < tender.questions_until


def may_ask_at(tender: Tender, asker: Entity, at: dt.datetime) -> bool:
    """Whether a registered intermediary may ask: in time, and invited where that is asked for."""
    return takes_questions(tender, at) and is_invited(tender, asker)


def _said(text: str) -> str:
    said = text.replace("\0", "").strip()[:MOST]
    if not said:
        raise NoWords
    return said


@transaction.atomic
def ask_question(*, tender: Tender, asker: Entity, text: str, by: User, at: dt.datetime) -> Question:
    """A registered intermediary asks, in a tender by invitation an invited one.

    Raises QuestionsOver, NotRegistered, NotInvited and NoWords.
    """
    locked = locked_tender(tender)
    if not takes_questions(locked, at):
        raise QuestionsOver
    if not Intermediary.objects.filter(entity=asker, suspended_at__isnull=True).exists():
        raise NotRegistered
    if not is_invited(locked, asker):
        raise NotInvited
    made = Question.objects.create(tender=locked, asker=asker, asked_by=by, text=_said(text), asked_at=at)
    body = {"tender": locked.urn}
    record(kind="tenders.question_asked", subject=made, actor=by, body=body, noticeable=False)
    return made


@transaction.atomic
def answer_question(*, question: Question, answer: str, by: User, at: dt.datetime) -> Question:
    """The owner answers before the deadline, once; both are public from then on.

    Raises QuestionsOver once the tender takes no bids any more, AlreadyAnswered and NoWords.
    """
    tender = locked_tender(question.tender)
    held = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    if tender.state_at(at) not in (*TAKING, State.POSTPONED):
        raise QuestionsOver
    if held.answered_at:
        raise AlreadyAnswered
    held.answer, held.answered_by, held.answered_at = _said(answer), by, at
    held.save(update_fields=["answer", "answered_by", "answered_at"])
    body = {"question": held.urn, "asked": held.text, "answer": held.answer}
    record(kind="tenders.question_answered", subject=tender, actor=by, body=body)
    return held
