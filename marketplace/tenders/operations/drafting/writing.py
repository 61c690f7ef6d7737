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
from .services import Relied, services_body, set_services
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
    also: Iterable[Relied] = (),
) -> Tender:
    """Start a tender. Department and region are the approval's; `ruling` is the version relied on, if any;
    `also` are the services bought with this one, each with its own.

    `replaces` is the failed, cancelled or void one that this one is to follow once it is published.
    Raises ServiceTwice and TooManyServices.
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
    set_services(tender, also)
    set_avoided(tender, avoided)
    set_invited(tender, invited if terms.invited else ())
    record(
        kind="tenders.drafted",
        subject=tender,
        actor=by,
        body={"owner": owner.urn, "approval": approval.urn, **services_body(tender)},
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
    also: Iterable[Relied] | None = None,
) -> Tender:
    """Change a draft; the services bought with the first stay as they are where `also` is None.

    Raises AlreadyPublished, StandsInReview while a reviewer has it, ServiceTwice and TooManyServices.
    """
    locked = locked_tender(tender)
    if locked.published_at:
        raise AlreadyPublished
    if locked.state_at(at) not in (life.State.DRAFT, life.State.RETURNED):
        raise StandsInReview
    apply_terms(locked, terms)
    locked.save()
    if also is not None:
        set_services(locked, also)
    set_avoided(locked, avoided)
    set_invited(locked, invited if terms.invited else ())
    record(kind="tenders.revised", subject=locked, actor=by, body={"title": terms.title}, noticeable=False)
    return locked
