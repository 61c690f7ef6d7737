"""Drafts of rulings: written, revised, returned, given up. One verb, one transaction, one ledger entry."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import Region, User

from ..errors import NoteMissing, NotTheAuthor, ProvisionMissing, SamePerson
from ..models import Approval, Provision, Ruling, Service
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

    Raises EmptyPeriod, SourceMissing and ProvisionMissing.
    """
    columns = wording.columns()
    if not provisions:
        raise ProvisionMissing
    ruling = Ruling.objects.create(approval=approval, service=service, region=region, author=by, **columns)
    rest_on(ruling, provisions)
    record(kind="registry.ruling_drafted", subject=ruling, actor=by, body=body(ruling, provisions))
    return ruling


@transaction.atomic
def revise_draft(*, ruling: Ruling, wording: Wording, provisions: Sequence[Provision], by: User) -> Ruling:
    """The author writes a draft anew; approval, service and region stay.

    Raises NotADraft, NotTheAuthor and what draft_ruling raises.
    """
    draft = locked_draft(ruling)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    columns = wording.columns()
    if not provisions:
        raise ProvisionMissing
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(columns))
    draft.bases.all().delete()
    rest_on(draft, provisions)
    record(kind="registry.ruling_revised", subject=draft, actor=by, body=body(draft, provisions))
    return draft


@transaction.atomic
def return_draft(*, ruling: Ruling, note: str, by: User) -> Ruling:
    """A second person sends a draft back with a note. Raises NotADraft, SamePerson and NoteMissing."""
    draft = locked_draft(ruling)
    if draft.author_id == by.pk:
        raise SamePerson
    if not note.strip():
        raise NoteMissing
    record(kind="registry.ruling_returned", subject=draft, actor=by, body={"note": note.strip()})
    return draft


@transaction.atomic
def withdraw_draft(*, ruling: Ruling, by: User, at: dt.datetime) -> Ruling:
    """The author gives a draft up; the row stays, its record ends at `at`. Raises NotADraft, NotTheAuthor."""
    draft = locked_draft(ruling)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    close(draft, at=at)
    record(kind="registry.ruling_withdrawn", subject=draft, actor=by, body={})
    return draft
