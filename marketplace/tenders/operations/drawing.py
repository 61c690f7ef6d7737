"""A draw, step by step: named, committed, frozen, value known, secrets opened, drawn, confirmed."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from regulation.decoupling.models import Gate, Outcome
from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from .. import choosing_errors as refused
from .. import draw as pure
from ..models import Draw, DrawWitness, PublicSource, Tender
from ..standing import bids_in_the_running, method_of, standing_draw
from .gating import pass_gates
from .marking import is_being_evaluated

WITNESSES = 3


def locked_for_draw(tender: Tender) -> Tender:
    """The tender, locked, while it is chosen by a draw. Raises NotThisMethod."""
    locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
    if method_of(locked).needs != "draw" or not is_being_evaluated(locked):
        raise refused.NotThisMethod
    return locked


def standing_of(tender: Tender) -> Draw:
    """Its draw that counts. Raises NotDrawn."""
    draw = standing_draw(tender)
    if draw is None:
        raise refused.NotDrawn
    draw.tender = tender
    return draw


@transaction.atomic
def name_draw(
    *,
    tender: Tender,
    source: PublicSource,
    source_name: str,
    known_from: dt.datetime,
    witnesses: Sequence[User] = (),
    reason: str = "",
    by: User,
    at: dt.datetime,
) -> Draw:
    """Say which public value will count and from when it can be known, before anybody can know it.

    Up to three witnesses. A second draw says why, and names a value that no earlier one named.
    Raises DrawStands, KnownTooSoon, SayWhy, ValueUsed.
    """
    locked = locked_for_draw(tender)
    if standing_draw(locked) is not None:
        raise refused.DrawStands
    number = locked.draws.count() + 1
    if known_from <= at:
        raise refused.KnownTooSoon
    if not source_name.strip() or (number > 1 and not reason.strip()):
        raise refused.SayWhy
    if source == PublicSource.WITNESSES and not witnesses:
        raise refused.BadValue
    made = _name(
        tender=locked,
        number=number,
        source=source,
        source_name=source_name.strip(),
        known_from=known_from,
        reason=reason.strip()[:300] if number > 1 else "",
        named_by=by,
        named_at=at,
    )
    DrawWitness.objects.bulk_create(DrawWitness(draw=made, user=user) for user in witnesses[:WITNESSES])
    body = {
        "draw": made.urn,
        "number": number,
        "source": str(source),
        "name": made.source_name,
        "known_from": known_from.isoformat(),
        "reason": made.reason,
    }
    record(kind="tenders.draw_named", subject=locked, actor=by, body=body)
    return made


def _name(**fields: Any) -> Draw:
    """The row itself. Raises ValueUsed."""
    try:
        with transaction.atomic():
            return Draw.objects.create(**fields)
    except IntegrityError as failure:
        if "draw_value_named_for_one_draw" in str(failure):
            raise refused.ValueUsed from failure
        raise


def name_of(entity: Entity) -> str:
    """How a candidate stands in the list: its credit code, or its number here where it has none."""
    return entity.credit_code or entity.urn


@transaction.atomic
def freeze_draw(*, draw: Draw, by: User, at: dt.datetime) -> Draw:
    """Gate every bid, sort the list, hash it and freeze it, while the public value is still unknown.

    Raises NotCommitted, KnownTooSoon once the value may be known, AlreadyFrozen.
    """
    tender = locked_for_draw(draw.tender)
    locked = standing_of(tender)
    if locked.frozen_at or locked.pk != draw.pk:
        raise refused.AlreadyFrozen
    if at >= locked.known_from:
        raise refused.KnownTooSoon
    settings = method_of(tender).clean(tender.method_parameters)
    if locked.secrets.count() < settings["trustees"]:
        raise refused.NotCommitted
    names: dict[str, int] = {}
    running = list(bids_in_the_running(tender))
    for bid, made in pass_gates(running, tender=tender, gate=Gate.DRAW_POOL, by=by, at=at):
        if made.outcome == Outcome.CLEAR:
            names[name_of(bid.tenderer)] = bid.pk
        else:
            locked.kept_out.append({"bid": bid.pk, "outcome": made.outcome, "check": made.urn})
    if not names:
        raise refused.NothingChosen
    locked.candidates = list(pure.frozen_list(list(names)))
    locked.bids, locked.list_digest = names, pure.list_digest(locked.candidates)
    locked.frozen_at = at
    locked.save(update_fields=["candidates", "bids", "kept_out", "list_digest", "frozen_at"])
    body = {"draw": locked.urn, "candidates": locked.candidates, "list": locked.list_digest}
    record(kind="tenders.draw_frozen", subject=tender, actor=by, body=body | {"kept_out": locked.kept_out})
    return locked


@transaction.atomic
def enter_value(*, draw: Draw, value: str, reference: str, by: User, at: dt.datetime) -> Draw:
    """Enter the public value that was named and where it can be checked; once, and not before it is known."""
    tender = locked_for_draw(draw.tender)
    locked = standing_of(tender)
    if locked.frozen_at is None or locked.value_at or locked.pk != draw.pk:
        raise refused.NotFrozen
    if at < locked.known_from:
        raise refused.NotKnownYet
    if locked.source == PublicSource.WITNESSES:
        raise refused.BadValue
    return _set_value(tender, locked, value, reference, by=by, at=at)


def _set_value(
    tender: Tender, locked: Draw, value: str, reference: str, *, by: User, at: dt.datetime
) -> Draw:
    try:
        locked.public_value = pure.plain_value(value)
    except pure.Unusable as fault:
        raise refused.BadValue from fault
    if not reference.strip():
        raise refused.BadValue
    locked.value_reference, locked.value_by, locked.value_at = reference.strip()[:300], by, at
    locked.save(update_fields=["public_value", "value_reference", "value_by", "value_at"])
    body = {"draw": locked.urn, "value": locked.public_value, "reference": locked.value_reference}
    record(kind="tenders.draw_value_entered", subject=tender, actor=by, body=body)
    return locked


@transaction.atomic
def witness_value(*, draw: Draw, value: str, by: User, at: dt.datetime) -> DrawWitness:
    """A witness's part of a value the witnesses enter; with the last part the value is complete."""
    tender = locked_for_draw(draw.tender)
    locked = standing_of(tender)
    if locked.frozen_at is None or locked.value_at or locked.source != PublicSource.WITNESSES:
        raise refused.NotFrozen
    if at < locked.known_from:
        raise refused.NotKnownYet
    seat = locked.witnesses.filter(user=by, entered_at__isnull=True).first()
    if seat is None:
        raise refused.NotDecidable
    try:
        seat.value = pure.plain_value(value)[:60]
    except pure.Unusable as fault:
        raise refused.BadValue from fault
    seat.entered_at = at
    seat.save(update_fields=["value", "entered_at"])
    if not locked.witnesses.filter(entered_at__isnull=True).exists():
        parts = list(locked.witnesses.order_by("user_id").values_list("value", flat=True))
        _set_value(tender, locked, "/".join(parts), "the witnesses of this draw", by=by, at=at)
    return seat


def inputs_of(draw: Draw) -> pure.Inputs:
    """All that decides a draw, as the pure function and the script take it."""
    secrets = draw.secrets.select_related("trustee", "program").order_by("trustee_id", "program_id")
    return pure.Inputs(
        tender=draw.tender.urn,
        number=draw.number,
        candidates=tuple(draw.candidates),
        public_value=draw.public_value,
        secrets=tuple((one.giver.urn, one.secret, one.commitment) for one in secrets),
    )


@transaction.atomic
def hold_draw(*, draw: Draw, by: User | None, at: dt.datetime) -> Draw:
    """Draw. The result follows from what is on record: whoever presses, and however often, gets the same.

    Raises InputsMissing, AlreadyDrawn for every press after the first.
    """
    tender = locked_for_draw(draw.tender)
    locked = standing_of(tender)
    if locked.pk != draw.pk:
        raise refused.NotDrawn
    if locked.drawn_at:
        raise refused.AlreadyDrawn
    if locked.value_at is None or locked.secrets.filter(opened_at__isnull=True).exists():
        raise refused.InputsMissing
    order = pure.draw(inputs_of(locked))
    settings = method_of(tender).clean(tender.method_parameters)
    locked.outcome = order if settings["mode"] == "ranked" else order[:1]
    locked.drawn_by, locked.drawn_at = by, at
    locked.save(update_fields=["outcome", "drawn_by", "drawn_at"])
    body = {"draw": locked.urn, "outcome": locked.outcome, "list": locked.list_digest}
    record(kind="tenders.drawn", subject=tender, actor=by, body=body)
    return locked


@transaction.atomic
def end_draw(*, draw: Draw, reason: str, by: User, at: dt.datetime) -> Draw:
    """A draw counts for nothing any more, in public and with its reason; another value has to be named."""
    tender = locked_for_draw(draw.tender)
    locked = standing_of(tender)
    if locked.pk != draw.pk:
        raise refused.NotDrawn
    if not reason.strip():
        raise refused.SayWhy
    if tender.proposals.filter(decided_at__isnull=True).exists():
        raise refused.ProposalWaits
    locked.ended_at, locked.end_reason = at, reason.strip()[:300]
    locked.save(update_fields=["ended_at", "end_reason"])
    body = {"draw": locked.urn, "reason": locked.end_reason}
    record(kind="tenders.draw_ended", subject=tender, actor=by, body=body)
    return locked


@transaction.atomic
def confirm_draw(*, draw: Draw, objection: str = "", by: User, at: dt.datetime) -> DrawWitness:
    """A witness says that what is published is what happened, or objects and says to what."""
    tender = Tender.objects.select_for_update(no_key=True).get(pk=draw.tender_id)
    locked = Draw.objects.get(pk=draw.pk)
    seat = locked.witnesses.select_for_update().filter(user=by, confirmed_at__isnull=True).first()
    if seat is None or locked.drawn_at is None:
        raise refused.NotDecidable
    seat.confirmed_at, seat.objection = at, objection.strip()[:300]
    seat.save(update_fields=["confirmed_at", "objection"])
    body = {"draw": locked.urn, "witness": by.urn, "objection": seat.objection}
    record(kind="tenders.draw_witnessed", subject=tender, actor=by, body=body)
    return seat
