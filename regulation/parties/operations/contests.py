"""The right of reply: an entity contests what is held about it, a regulator answers within a clock."""

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from regulation.ledger.operations import record

from ..errors import (
    AlreadyContested,
    AnswerWaits,
    BadFile,
    ContestClosed,
    FileTooLarge,
    InterestEnded,
    NoAnswerWaits,
    NotAboutYou,
    NothingCorrected,
    OwnContest,
    ReasonMissing,
    SecondPersonNeeded,
    TooManyFiles,
    WrongMissing,
)
from ..models import Contest, ContestAnswer, ContestFile, Entity, Interest, Membership, Remedy, Role, User
from ..queries import interests_about
from ..sniff import kind_of, plain_name
from ..touching import touches_live_conflict
from .interests import correct_interest, retract_interest

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 3
Read = tuple[str, str, bytes]


def read_files(files: list[Any]) -> list[Read]:
    """Uploaded files as (name, kind, content). Raises TooManyFiles, FileTooLarge and BadFile."""
    if len(files) > MOST_FILES:
        raise TooManyFiles
    read = []
    for file in files:
        if file.size > MOST_BYTES:
            raise FileTooLarge
        content = file.read()
        kind = kind_of(content)
        if kind is None:
            raise BadFile
        read.append((plain_name(file.name, kind), kind, content))
    return read


@transaction.atomic
def file_contest(
    *,
    interest: Interest,
    entity: Entity,
    wrong: str,
    right: str = "",
    document: str = "",
    document_url: str = "",
    files: list[Any] | None = None,
    by: User,
    at: dt.datetime,
) -> Contest:
    """An entity says that an interest on record about it is wrong; it is answered within CONTEST_ANSWER_DAYS.

    Raises NotAboutYou, InterestEnded where the record no longer states it, AlreadyContested,
    WrongMissing, and what `read_files` raises.
    """
    if not wrong.strip():
        raise WrongMissing
    read = read_files(files or [])
    if not interests_about(entity).filter(pk=interest.pk).exists():
        raise NotAboutYou
    held = Interest.objects.select_for_update(no_key=True).get(pk=interest.pk)
    if held.recorded.upper is not None:
        raise InterestEnded
    if Contest.objects.open().filter(interest=held).exists():
        raise AlreadyContested
    made = Contest.objects.create(
        interest=held,
        entity=entity,
        filed_by=by,
        wrong=wrong.strip(),
        right=right.strip(),
        document=document.strip(),
        document_url=document_url,
        due_on=timezone.localdate(at) + dt.timedelta(days=settings.CONTEST_ANSWER_DAYS),
        is_invented=entity.is_invented,
    )
    for one in read:
        _keep(made, *one)
    body = {"interest": held.urn, "entity": entity.urn, "due_on": made.due_on.isoformat()}
    record(kind="parties.interest_contested", subject=made, actor=by, body=body)
    return made


def _keep(contest: Contest, name: str, kind: str, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    piece = ContestFile(contest=contest, name=name, kind=kind, size=len(content), digest=digest)
    piece.file.save(name, ContentFile(content), save=False)
    piece.save()


def _open(contest: Contest) -> Contest:
    held = Contest.objects.select_for_update(no_key=True).select_related("interest").get(pk=contest.pk)
    if held.closed_at is not None:
        raise ContestClosed
    return held


def _apart(contest: Contest, by: User) -> None:
    own = Membership.objects.filter(user=by, entity=contest.entity_id).exclude(role=Role.REGULATOR)
    if contest.filed_by_id == by.pk or own.exists():
        raise OwnContest


def facts_of(answer: ContestAnswer) -> dict[str, Any]:
    """The corrected facts of an answer, of the types `correct_interest` takes."""
    facts = dict(answer.facts)
    if facts.get("share"):
        facts["share"] = tuple(Decimal(part) for part in facts["share"])
    for name in ("start", "end"):
        if facts.get(name):
            facts[name] = dt.date.fromisoformat(facts[name])
    return facts


@transaction.atomic
def answer_contest(
    *, contest: Contest, remedy: Remedy, reason: str, facts: dict[str, Any], by: User, at: dt.datetime
) -> ContestAnswer:
    """Answer a contest. Where a live conflict rests on the interest it waits for a second regulator.

    `facts` are JSON values (see ContestAnswer), read for a correction alone. Raises ContestClosed,
    OwnContest, ReasonMissing, AnswerWaits, NothingCorrected, InterestEnded, and EndsBeforeStart.
    """
    held = _open(contest)
    _apart(held, by)
    if not reason.strip():
        raise ReasonMissing
    if held.answers.filter(returned_at=None).exists():
        raise AnswerWaits
    if remedy == Remedy.CORRECT and not facts:
        raise NothingCorrected
    answer = ContestAnswer.objects.create(
        contest=held,
        remedy=remedy,
        reason=reason.strip(),
        facts=facts if remedy == Remedy.CORRECT else {},
        needs_second=touches_live_conflict(held.interest),
        proposed_by=by,
    )
    if answer.needs_second:
        body = {"contest": held.urn, "remedy": str(remedy)}
        record(kind="parties.contest_proposed", subject=answer, actor=by, body=body, noticeable=False)
    else:
        _issue(answer, held, by=by, at=at)
    return answer


def _waiting(answer: ContestAnswer) -> tuple[ContestAnswer, Contest]:
    held = _open(answer.contest)
    fresh = ContestAnswer.objects.select_for_update(no_key=True).get(pk=answer.pk)
    if fresh.issued_at is not None or fresh.returned_at is not None:
        raise NoAnswerWaits
    return fresh, held


@transaction.atomic
def confirm_contest_answer(*, answer: ContestAnswer, by: User, at: dt.datetime) -> ContestAnswer:
    """The second regulator confirms; the answer counts from now on.

    Raises ContestClosed, NoAnswerWaits, SecondPersonNeeded, OwnContest, and what the correction raises.
    """
    fresh, held = _waiting(answer)
    if fresh.proposed_by_id == by.pk:
        raise SecondPersonNeeded
    _apart(held, by)
    _issue(fresh, held, by=by, at=at, second=by)
    return fresh


@transaction.atomic
def return_contest_answer(*, answer: ContestAnswer, note: str, by: User, at: dt.datetime) -> ContestAnswer:
    """The second regulator does not confirm, and says why; the contest is open for another answer.

    Raises ContestClosed, NoAnswerWaits, SecondPersonNeeded, OwnContest and ReasonMissing.
    """
    fresh, held = _waiting(answer)
    if fresh.proposed_by_id == by.pk:
        raise SecondPersonNeeded
    _apart(held, by)
    if not note.strip():
        raise ReasonMissing
    fresh.returned_at, fresh.note, fresh.confirmed_by = at, note.strip()[:500], by
    fresh.save(update_fields=["returned_at", "note", "confirmed_by"])
    body = {"contest": held.urn}
    record(kind="parties.contest_returned", subject=fresh, actor=by, body=body, noticeable=False)
    return fresh


def _issue(
    answer: ContestAnswer, contest: Contest, *, by: User, at: dt.datetime, second: User | None = None
) -> None:
    interest, reason = contest.interest, f"{contest.urn}"
    if answer.remedy == Remedy.RETRACT:
        retract_interest(interest=interest, reason=reason, by=by, at=at)
    elif answer.remedy == Remedy.CORRECT:
        contest.after = correct_interest(
            interest=interest,
            facts=facts_of(answer),
            reason=reason,
            source=contest.document or interest.source,
            source_url=contest.document_url or interest.source_url,
            by=by,
            at=at,
        )
    answer.issued_at, answer.confirmed_by = at, second
    answer.save(update_fields=["issued_at", "confirmed_by"])
    contest.closed_at = at
    contest.save(update_fields=["closed_at", "after"])
    body = {
        "interest": interest.urn,
        "remedy": str(answer.remedy),
        "after": contest.after.urn if contest.after else None,
    }
    record(kind="parties.contest_answered", subject=contest, actor=by, body=body)
