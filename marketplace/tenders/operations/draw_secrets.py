"""Secret values of trustees in a draw: committed before the freeze, opened after it."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from regulation.ledger.operations import record
from regulation.parties.models import Membership, Role, User

from .. import choosing_errors as refused
from .. import draw as pure
from ..models import Draw, DrawSecret, Trustee
from .drawing import locked_for_draw, standing_of


@transaction.atomic
def commit_secret(
    *, draw: Draw, commitment: str, by: User | None, at: dt.datetime, program: Trustee | None = None
) -> DrawSecret:
    """A trustee's commitment, before the freeze. The value itself stays with the trustee.

    With `program`, that of a trustee of this tender, which does it by itself. A trustee commits once: by its
    program or by one of its people. Raises AlreadyFrozen, BadValue, NotDecidable.
    """
    locked = locked_for_draw(draw.tender)
    standing = standing_of(locked)
    if standing.frozen_at or standing.pk != draw.pk:
        raise refused.AlreadyFrozen
    if not pure.SECRET.fullmatch(commitment):
        raise refused.BadValue
    if program is not None and not locked.appointments.filter(trustee=program).exists():
        raise refused.NotDecidable
    if _has_committed(standing, by if program is None else None, program, on=timezone.localdate(at)):
        raise refused.NotDecidable
    made = DrawSecret.objects.create(
        draw=standing,
        trustee=by if program is None else None,
        program=program,
        commitment=commitment,
        committed_at=at,
    )
    body = {"draw": draw.urn, "trustee": made.giver.urn, "commitment": commitment}
    record(kind="tenders.draw_committed", subject=locked, actor=by, body=body)
    return made


def _has_committed(draw: Draw, person: User | None, program: Trustee | None, *, on: dt.date) -> bool:
    """Whether the trustee for whom a person or a program speaks has committed already."""
    speaks = Membership.objects.valid_on(on).filter(role=Role.TRUSTEE)
    if program is not None:
        people = speaks.filter(entity=program.entity_id).values("user")
        there = Q(program=program) | Q(trustee__in=people)
    else:
        there = Q(trustee=person) | Q(program__entity__in=speaks.filter(user=person).values("entity"))
    return draw.secrets.filter(there).exists()


@transaction.atomic
def open_secret(
    *, draw: Draw, secret: str, by: User | None, at: dt.datetime, program: Trustee | None = None
) -> DrawSecret:
    """A trustee opens its value once the public value is on record: whoever entered that could not know it.

    It must be the one committed to, which anyone can check. Raises NotFrozen, NotKnownYet, WrongSecret.
    """
    tender = locked_for_draw(draw.tender)
    locked = standing_of(tender)
    if locked.frozen_at is None or locked.pk != draw.pk:
        raise refused.NotFrozen
    if locked.value_at is None:
        raise refused.NotKnownYet
    whose = Q(trustee=by) if program is None else Q(program=program)
    mine = locked.secrets.select_for_update().filter(whose, opened_at__isnull=True).first()
    if mine is None:
        raise refused.NotDecidable
    told = secret.strip().lower()
    try:
        made = pure.commitment(tender=tender.urn, number=locked.number, trustee=mine.giver.urn, secret=told)
    except pure.Unusable as fault:
        raise refused.WrongSecret from fault
    if made != mine.commitment:
        raise refused.WrongSecret
    mine.secret, mine.opened_at = told, at
    mine.save(update_fields=["secret", "opened_at"])
    body = {"draw": locked.urn, "trustee": mine.giver.urn, "secret": told}
    record(kind="tenders.draw_secret_opened", subject=tender, actor=by, body=body)
    return mine


@transaction.atomic
def answer_draws(
    *,
    trustee: Trustee,
    commitments: Sequence[tuple[Draw, str]],
    secrets: Sequence[tuple[Draw, str]],
    by: User | None,
    at: dt.datetime,
) -> dict[str, int]:
    """What a trustee's program says of its draws: all of it, or nothing. What it said before changes nothing.

    Raises what `commit_secret` and `open_secret` raise.
    """
    told = {"committed": 0, "opened": 0}
    for draw, value in commitments:
        if not draw.secrets.filter(program=trustee, commitment=value).exists():
            commit_secret(draw=draw, commitment=value, by=by, at=at, program=trustee)
            told["committed"] += 1
    for draw, value in secrets:
        if not draw.secrets.filter(program=trustee, secret=value).exists():
            open_secret(draw=draw, secret=value, by=by, at=at, program=trustee)
            told["opened"] += 1
    return told
