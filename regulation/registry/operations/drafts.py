"""Drafts of rulings: written, revised, returned, given up. One verb, one transaction, one ledger entry."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from regulation.ledger.operations import record
from regulation.ledger.queries import database_now as clock
from regulation.parties.models import Region, User
from regulation.parties.queries import on_one_line

from ..errors import (
    ApprovalElsewhere,
    InReview,
    NoteMissing,
    NotTheAuthor,
    ProvisionMissing,
    ReasonMissing,
    SamePerson,
    UnderConsultation,
)
from ..models import Approval, Consultation, Provision, Ruling, Service, Stage
from .wording import Wording, body, close, locked_draft, rest_on


@transaction.atomic
def draft_ruling(
    *,
    approval: Approval | None,
    service: Service,
    region: Region,
    wording: Wording,
    provisions: Sequence[Provision],
    by: User,
) -> Ruling:
    """Write a ruling for a second person to publish; the first provision is the principal one.

    An approval is one of the ruling's region, of one below it, or of one above it.
    Raises ApprovalElsewhere, EmptyPeriod, SourceMissing and ProvisionMissing.
    """
    if approval is not None and not on_one_line(approval.region, region):
        raise ApprovalElsewhere(approval, approval.region, region)
    columns = wording.columns()
    if not provisions:
        raise ProvisionMissing
    ruling = Ruling.objects.create(approval=approval, service=service, region=region, author=by, **columns)
    rest_on(ruling, provisions)
    record(kind="registry.ruling_drafted", subject=ruling, actor=by, body=body(ruling, provisions))
    return ruling


@transaction.atomic
def revise_draft(*, ruling: Ruling, wording: Wording, provisions: Sequence[Provision], by: User) -> Ruling:
    """The author writes a draft anew; approval, service and region stay. A legal review it had is void.

    Raises NotADraft, NotTheAuthor, InReview, UnderConsultation and what draft_ruling raises.
    """
    draft = locked_draft(ruling)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    if draft.stage == Stage.SUBMITTED:
        raise InReview
    if Consultation.objects.open_at(clock()).filter(ruling=draft).exists():
        raise UnderConsultation
    columns = wording.columns()
    if not provisions:
        raise ProvisionMissing
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(columns))
    draft.bases.all().delete()
    rest_on(draft, provisions)
    draft.refresh_from_db(fields=["stage", "legal_reviewer", "reviewed_at", "publish_at", "scheduled_by"])
    record(kind="registry.ruling_revised", subject=draft, actor=by, body=body(draft, provisions))
    return draft


@transaction.atomic
def return_draft(*, ruling: Ruling, note: str, by: User) -> Ruling:
    """A second person sends a draft back with a note: a review, and a time of publication, are taken back.

    Raises NotADraft, SamePerson and NoteMissing.
    """
    draft = locked_draft(ruling)
    if draft.author_id == by.pk:
        raise SamePerson
    if not note.strip():
        raise NoteMissing
    draft.stage, draft.legal_reviewer, draft.reviewed_at = Stage.DRAFT, None, None
    draft.publish_at = draft.scheduled_by = None
    draft.save(update_fields=["stage", "legal_reviewer", "reviewed_at", "publish_at", "scheduled_by"])
    record(kind="registry.ruling_returned", subject=draft, actor=by, body={"note": note.strip()})
    return draft


@transaction.atomic
def withdraw_draft(*, ruling: Ruling, by: User, at: dt.datetime, reason: str = "") -> Ruling:
    """The author gives a draft up; the row stays, its record ends at `at`.

    What the public was asked about it ends with the reason, which is shown; elsewhere none is needed.
    Raises NotADraft, NotTheAuthor and ReasonMissing.
    """
    draft = locked_draft(ruling)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    said = reason.strip()
    asked = Consultation.objects.filter(ruling=draft, withdrawn_at__isnull=True)
    for consultation in asked.select_for_update(no_key=True).order_by("pk"):
        if not said:
            raise ReasonMissing
        consultation.withdrawn_at, consultation.withdrawn_reason = at, said
        consultation.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    close(draft, at=at)
    record(kind="registry.ruling_withdrawn", subject=draft, actor=by, body={"reason": said} if said else {})
    return draft
