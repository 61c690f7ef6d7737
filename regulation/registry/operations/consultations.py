"""Asking the public about a draft, hearing it, and answering. One verb, one transaction, one ledger entry."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import Entity, Membership, User

from ..errors import (
    AnsweredAlready,
    AnswerEmpty,
    CommentEmpty,
    CommentTooLate,
    ConsultationDays,
    ConsultedAlready,
    HiddenAlready,
    NotForThatEntity,
    OwnComment,
    QuestionMissing,
    ReasonMissing,
    SamePerson,
    TooManyComments,
)
from ..models import Answer, AnsweredComment, Comment, CommentHiding, Consultation, Ruling, Uptake
from ..models.consultation import LONGEST_DAYS, MOST_COMMENTS
from .wording import basis_of, body, locked_draft


@transaction.atomic
def open_consultation(
    *,
    ruling: Ruling,
    days: int,
    question: str,
    by: User,
    question_en: str = "",
    is_invented: bool = False,
) -> Consultation:
    """Ask the public about a draft for so many whole days after today; its wording stays until then.

    Raises NotADraft, ConsultationDays, QuestionMissing and ConsultedAlready.
    """
    draft = locked_draft(ruling)
    shortest = settings.CONSULTATION_MINIMUM_DAYS
    if not shortest <= days <= LONGEST_DAYS:
        raise ConsultationDays(shortest, LONGEST_DAYS)
    if not question.strip():
        raise QuestionMissing
    said = body(draft, basis_of(draft)) | {"source": draft.source}
    try:
        with transaction.atomic():
            made = Consultation.objects.create(
                ruling=draft,
                days=days,
                question=question.strip(),
                question_en=question_en.strip(),
                wording=said,
                opened_by=by,
                is_invented=is_invented,
            )
    except IntegrityError as refusal:
        if "consultation_one_at_a_time" in str(refusal):
            raise ConsultedAlready from refusal
        raise
    made.refresh_from_db()
    asked = {
        "ruling": draft.urn,
        "question": made.question,
        "closes_at": made.closes_at.astimezone(dt.UTC).isoformat(),
        "wording": said,
    }
    record(kind="registry.consultation_opened", subject=made, actor=by, body=asked)
    return made


@transaction.atomic
def file_comment(
    *,
    consultation: Consultation,
    text: str,
    shown_name: str,
    by: User,
    at: dt.datetime,
    entity: Entity | None = None,
) -> Comment:
    """Say something in a consultation, under a name of one's choice or for an entity one acts for.

    The database's clock decides whether it is in time. Nobody can change or remove it afterwards.
    Raises CommentEmpty, NotForThatEntity, TooManyComments and CommentTooLate.
    """
    if not text.strip() or not (entity or shown_name.strip()):
        raise CommentEmpty
    today = timezone.localdate(at)
    if entity and not Membership.objects.valid_on(today).filter(user=by, entity=entity).exists():
        raise NotForThatEntity
    if consultation.comments.filter(author=by).count() >= MOST_COMMENTS:
        raise TooManyComments
    try:
        with transaction.atomic():
            made = Comment.objects.create(
                consultation=consultation,
                author=by,
                entity=entity,
                shown_name=entity.name if entity else shown_name.strip(),
                text=text.strip(),
            )
    except IntegrityError as refusal:
        if "comment_in_time" in str(refusal):
            raise CommentTooLate from refusal
        if "comment_not_too_often" in str(refusal):
            raise TooManyComments from refusal
        raise
    said = {"comment": made.pk, "shown_name": made.shown_name, "text": made.text}
    said["entity"] = entity.urn if entity else None
    record(kind="registry.comment_filed", subject=consultation, actor=by, body=said)
    return made


@transaction.atomic
def answer_comments(
    *,
    consultation: Consultation,
    comments: Sequence[Comment],
    uptake: Uptake,
    text: str,
    by: User,
    text_en: str = "",
) -> Answer:
    """Answer one comment, or several that say the same, in public and for good.

    Raises AnswerEmpty, OwnComment and AnsweredAlready.
    """
    if not text.strip() or not comments:
        raise AnswerEmpty
    if any(comment.author_id == by.pk for comment in comments):
        raise OwnComment
    made = Answer.objects.create(
        consultation=consultation, uptake=uptake, text=text.strip(), text_en=text_en.strip(), answered_by=by
    )
    try:
        with transaction.atomic():
            AnsweredComment.objects.bulk_create(AnsweredComment(answer=made, comment=c) for c in comments)
    except IntegrityError as refusal:
        if "answer_fits_its_comment" in str(refusal):
            raise
        raise AnsweredAlready from refusal
    said = {
        "answer": made.pk,
        "comments": [comment.pk for comment in comments],
        "uptake": str(uptake),
        "text": made.text,
    }
    record(kind="registry.comments_answered", subject=consultation, actor=by, body=said)
    return made


@transaction.atomic
def hide_comment(*, comment: Comment, reason: str, by: User) -> CommentHiding:
    """Take a comment's words off the page, with a reason all can read. It is answered all the same.

    Raises ReasonMissing, OwnComment, SamePerson for the draft's author, and HiddenAlready.
    """
    if not reason.strip():
        raise ReasonMissing
    if comment.author_id == by.pk:
        raise OwnComment
    if comment.consultation.ruling.author_id == by.pk:
        raise SamePerson
    try:
        with transaction.atomic():
            made = CommentHiding.objects.create(comment=comment, reason=reason.strip(), hidden_by=by)
    except IntegrityError as refusal:
        if "hiding_by_second_person" in str(refusal):
            raise SamePerson from refusal
        raise HiddenAlready from refusal
    said = {"comment": comment.pk, "reason": made.reason}
    record(kind="registry.comment_hidden", subject=comment.consultation, actor=by, body=said)
    return made
