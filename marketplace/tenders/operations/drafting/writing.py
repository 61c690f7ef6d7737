"""Begin a draft and change it."""

import datetime as dt
import secrets
from collections.abc import Iterable

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User
from regulation.registry.models import Approval, Ruling, Service

from ... import life
from ...errors import AlreadyPublished, StandsInReview
from ...models import Tender
from ..acting import locked_tender
from .terms import Terms, apply_terms, set_avoided, set_invited

REF_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no look-alikes


def new_ref(at: dt.datetime) -> str:
    return f"t{at:%y%m%d}-{''.join(secrets.choice(REF_ALPHABET) for _ in range(6))}"


@transaction.atomic
def draft_tender(
    *,
    owner: Entity,
    approval: Approval,
    service: Service,
    ruling: Ruling | None,
    terms: Terms,
    by: User,
    at: dt.datetime,
    avoided: Iterable[tuple[Entity, str]] = (),
    invited: Iterable[Entity] = (),
    replaces: Tender | None = None,
) -> Tender:
    """Start a tender. Department and region are the approval's; `ruling` is the version relied on, if any.

    `replaces` is the failed, cancelled or void one that this one is to follow once it is published.
    """
    tender = Tender(
        ref=new_ref(at),
        owner=owner,
        approval=approval,
        service=service,
        department=approval.department,
        region=approval.region,
        ruling=ruling,
        created_by=by,
        is_invented=owner.is_invented,
        replaces=replaces,
    )
    apply_terms(tender, terms)
    tender.save()
    set_avoided(tender, avoided)
    set_invited(tender, invited if terms.invited else ())
    record(
        kind="tenders.drafted",
        subject=tender,
        actor=by,
        body={"owner": owner.urn, "approval": approval.urn, "service": service.urn},
        noticeable=False,
    )
    return tender


@transaction.atomic
def revise_tender(
    *,
    tender: Tender,
    terms: Terms,
    by: User,
    at: dt.datetime,
    avoided: Iterable[tuple[Entity, str]] = (),
    invited: Iterable[Entity] = (),
) -> Tender:
    """Change a draft. Raises AlreadyPublished, and StandsInReview while a reviewer has it."""
    locked = locked_tender(tender)
    if locked.published_at:
        raise AlreadyPublished
    if locked.state_at(at) not in (life.State.DRAFT, life.State.RETURNED):
        raise StandsInReview
    apply_terms(locked, terms)
    locked.save()
    set_avoided(locked, avoided)
    set_invited(locked, invited if terms.invited else ())
    record(kind="tenders.revised", subject=locked, actor=by, body={"title": terms.title}, noticeable=False)
    return locked
