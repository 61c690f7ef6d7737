"""The list of mediators: who is put on it, and who leaves it."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from regulation.decoupling.queries.asking import has_declared
from regulation.ledger.operations import record
from regulation.parties.models import Membership, Role, User

from ..dispute_errors import ListedAlready, NotDeclared, NotListed, NotYourself
from ..errors import ReasonMissing
from ..models import Mediator
from .acting import said


def list_mediator(*, membership: Membership, reason: str, by: User, at: dt.datetime) -> Mediator:
    """A regulator puts somebody who acts for a body as mediator on the list, with the reason.

    Raises NotYourself, ReasonMissing, ListedAlready, and NotDeclared where the body has not declared its
    interests, without which no check of it is clear.
    """
    if membership.user_id == by.pk:
        raise NotYourself
    if not (why := said(reason)[:300]):
        raise ReasonMissing
    on = timezone.localdate(at)
    if membership.role != Role.MEDIATOR or not has_declared(membership.entity, on=on):
        raise NotDeclared
    with transaction.atomic():
        made = Mediator(
            user=membership.user,
            body=membership.entity,
            listed=DateRange(on, None, "[)"),
            reason=why,
            listed_by=by,
            is_invented=membership.entity.is_invented,
        )
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as refusal:
            if "mediator_listed_once_at_a_time" in str(refusal):
                raise ListedAlready from refusal
            raise
        body = {"mediator": made.ref, "body": made.body.urn, "reason": why}
        record(kind="contracts.mediator_listed", subject=made, actor=by, body=body)
        return made


@transaction.atomic
def unlist_mediator(*, mediator: Mediator, reason: str, by: User, at: dt.datetime) -> Mediator:
    """Take somebody off the list from today on, with the reason; a dispute in hand is decided nevertheless.

    Raises ReasonMissing and NotListed.
    """
    locked = Mediator.objects.select_for_update(no_key=True).get(pk=mediator.pk)
    if not (why := said(reason)[:300]):
        raise ReasonMissing
    on = timezone.localdate(at)
    if locked.listed.upper is not None:
        raise NotListed
    start = locked.listed.lower
    locked.listed, locked.end_reason = DateRange(start, max(on, start + dt.timedelta(days=1)), "[)"), why
    locked.save(update_fields=["listed", "end_reason"])
    body = {"mediator": locked.ref, "body": locked.body.urn, "reason": why}
    record(kind="contracts.mediator_unlisted", subject=locked, actor=by, body=body)
    return locked
