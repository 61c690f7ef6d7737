"""From a written draft to a published one: submitted, reviewed in law, scheduled, published when due."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import (
    NotADraft,
    NotInTheFuture,
    NotReviewed,
    NotScheduled,
    NotSubmitted,
    NotTheAuthor,
    RegistryRefused,
    SamePerson,
    SubmittedAlready,
    TooEarly,
)
from ..models import Ruling, Stage
from ..queries import PUBLICATION_REFUSED, in_the_way_of
from .publishing import publish_ruling, replace_ruling
from .wording import locked_draft

FURTHEST = dt.timedelta(days=366)


@transaction.atomic
def submit_draft(*, ruling: Ruling, by: User) -> Ruling:
    """The author submits a draft for legal review, and cannot change it until it is returned.

    Raises NotADraft, NotTheAuthor and SubmittedAlready.
    """
    draft = locked_draft(ruling)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    if draft.stage != Stage.DRAFT:
        raise SubmittedAlready
    draft.stage = Stage.SUBMITTED
    draft.save(update_fields=["stage"])
    record(kind="registry.ruling_submitted", subject=draft, actor=by, body={}, noticeable=False)
    return draft


@transaction.atomic
def pass_review(*, ruling: Ruling, by: User, at: dt.datetime) -> Ruling:
    """A second person records that a submitted draft stands in law. Any later change of it voids that.

    Raises NotADraft, SamePerson and NotSubmitted.
    """
    draft = locked_draft(ruling)
    if draft.author_id == by.pk:
        raise SamePerson
    if draft.stage != Stage.SUBMITTED:
        raise NotSubmitted
    draft.stage, draft.legal_reviewer, draft.reviewed_at = Stage.REVIEWED, by, at
    draft.save(update_fields=["stage", "legal_reviewer", "reviewed_at"])
    record(kind="registry.ruling_reviewed", subject=draft, actor=by, body={}, noticeable=False)
    return draft


@transaction.atomic
def schedule_publication(*, ruling: Ruling, publish_at: dt.datetime, by: User, at: dt.datetime) -> Ruling:
    """A second person sets the moment at which a reviewed draft is published in their name.

    Raises NotADraft, SamePerson, NotReviewed and NotInTheFuture.
    """
    draft = locked_draft(ruling)
    if draft.author_id == by.pk:
        raise SamePerson
    if draft.stage != Stage.REVIEWED:
        raise NotReviewed
    if not at < publish_at <= at + FURTHEST:
        raise NotInTheFuture
    draft.publish_at, draft.scheduled_by = publish_at, by
    draft.save(update_fields=["publish_at", "scheduled_by"])
    said = {"publish_at": publish_at.astimezone(dt.UTC).isoformat()}
    record(kind="registry.ruling_scheduled", subject=draft, actor=by, body=said, noticeable=False)
    return draft


@transaction.atomic
def cancel_schedule(*, ruling: Ruling, by: User) -> Ruling:
    """A second person takes the time of publication back. Raises NotADraft, SamePerson and NotScheduled."""
    draft = locked_draft(ruling)
    if draft.author_id == by.pk:
        raise SamePerson
    if draft.publish_at is None:
        raise NotScheduled
    draft.publish_at = draft.scheduled_by = None
    draft.save(update_fields=["publish_at", "scheduled_by"])
    record(kind="registry.ruling_unscheduled", subject=draft, actor=by, body={}, noticeable=False)
    return draft


def bring_to_public(*, draft: Ruling, by: User, at: dt.datetime) -> Ruling:
    """Publish a draft: in the place of what stands in its way, or where nothing does.

    Raises what publish_ruling and replace_ruling raise.
    """
    if in_the_way_of(draft).exists():
        return replace_ruling(draft=draft, by=by, at=at)
    return publish_ruling(ruling=draft, by=by, at=at)


@transaction.atomic
def pass_and_publish(*, ruling: Ruling, by: User, at: dt.datetime) -> Ruling:
    """A second person who has what a draft changes before them passes it in legal review and publishes it.

    Two acts, two entries, both or none; a draft that was passed already is published.
    Raises what pass_review and bring_to_public raise.
    """
    draft = locked_draft(ruling)
    if draft.stage != Stage.REVIEWED:
        draft = pass_review(ruling=draft, by=by, at=at)
    return bring_to_public(draft=draft, by=by, at=at)


def publish_due(*, ruling: Ruling, at: dt.datetime) -> bool:
    """Publish a draft whose time has come; True if it did. Safe to run twice and side by side.

    A refusal is put on the ledger and takes the time back, so that the editors see it and decide anew.
    """
    try:
        return _publish_if_due(ruling, at=at)
    except TooEarly:
        return False  # at the next turn
    except RegistryRefused as refusal:
        _note_refusal(ruling, refusal)
        return False


@transaction.atomic
def _publish_if_due(ruling: Ruling, *, at: dt.datetime) -> bool:
    try:
        draft = locked_draft(ruling)
    except NotADraft:
        return False
    if draft.publish_at is None or draft.scheduled_by is None or draft.publish_at > at:
        return False
    bring_to_public(draft=draft, by=draft.scheduled_by, at=at)
    return True


@transaction.atomic
def _note_refusal(ruling: Ruling, refusal: RegistryRefused) -> None:
    try:
        draft = locked_draft(ruling)
    except NotADraft:
        return
    if draft.publish_at is None:
        return
    draft.publish_at = draft.scheduled_by = None
    draft.save(update_fields=["publish_at", "scheduled_by"])
    said = {"refusal": type(refusal).__name__}
    record(kind=PUBLICATION_REFUSED, subject=draft, actor=None, body=said, noticeable=False)
