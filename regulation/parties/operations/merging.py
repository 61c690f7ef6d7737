"""Who is who: suggestions for a person to decide, merges, and splits of them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from regulation.ledger.operations import record

from ..errors import AlreadyDecided, AlreadyMerged, AlreadySplit, DifferentNumbers, NameAlone, ReasonMissing
from ..models import Entity, EntityKind, Person, Same, Suggestion, SuggestionState, Tier, User
from ..namesakes import EXACT, block_of, core, pairs_in, tier_of
from ..queries import agreement_of_entities, agreement_of_people

NAMES_A_PASS = 50_000  # names held in memory at once
PAIRS_A_BATCH = 500
Pair = tuple[int, int, int]


@transaction.atomic
def merge_records(
    *, one: Entity | Person, other: Entity | Person, agreeing: list[str], reason: str, by: User | None
) -> Same:
    """State that two records are one. What was said of each stays as it is, so that it can be split again.

    `agreeing` are the attributes that agree beside the name. Raises NameAlone where they are too few for tier
    B, ReasonMissing and AlreadyMerged.
    """
    if not reason.strip():
        raise ReasonMissing
    tier = tier_of(agreeing)
    if tier == Tier.C:
        raise NameAlone
    first, second = sorted((one, other), key=lambda record: record.pk)
    own, else_ = ("entity", "other_entity") if isinstance(one, Entity) else ("person", "other_person")
    try:
        with transaction.atomic():
            made = Same.objects.create(
                **{own: first, else_: second},
                tier=tier,
                agreeing=agreeing,
                reason=reason.strip()[:300],
                made_by=by,
            )
    except IntegrityError as there:
        raise AlreadyMerged from there
    body = {"one": first.urn, "other": second.urn, "tier": str(tier), "agreeing": agreeing}
    record(kind="parties.merged", subject=made, actor=by, body=body)
    return made


@transaction.atomic
def split_records(*, same: Same, reason: str, by: User, at: dt.datetime) -> Same:
    """State that two merged records are not one after all. The pair is not suggested again.

    Raises AlreadySplit and ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    held = Same.objects.select_for_update(no_key=True, of=("self",)).get(pk=same.pk)
    if held.recorded.upper is not None:
        raise AlreadySplit
    held.recorded = DateTimeTZRange(held.recorded.lower, max(at, held.recorded.lower), "[)")
    held.split_by, held.split_reason = by, reason.strip()[:300]
    held.save(update_fields=["recorded", "split_by", "split_reason"])
    Suggestion.objects.filter(same=held).update(
        state=SuggestionState.REJECTED, reason=held.split_reason, decided_by=by, decided_at=at, same=None
    )
    record(kind="parties.split", subject=held, actor=by, body={"reason": held.split_reason})
    return held


def _undecided(suggestion: Suggestion, reason: str) -> Suggestion:
    """An open suggestion, or a lead that is looked at again; locked."""
    if not reason.strip():
        raise ReasonMissing
    held = Suggestion.objects.select_for_update(no_key=True, of=("self",)).get(pk=suggestion.pk)
    if held.state not in (SuggestionState.OPEN, SuggestionState.LEAD):
        raise AlreadyDecided
    return held


def _decided(held: Suggestion, state: str, *, reason: str, by: User, at: dt.datetime) -> Suggestion:
    held.state, held.reason = state, reason.strip()[:300]
    held.decided_by, held.decided_at = by, at
    held.save()
    return held


@transaction.atomic
def confirm_suggestion(*, suggestion: Suggestion, reason: str, by: User, at: dt.datetime) -> Same:
    """The two records are one: merged on what agrees between them now.

    Raises AlreadyDecided, ReasonMissing, NameAlone, DifferentNumbers and AlreadyMerged.
    """
    held = _undecided(suggestion, reason)
    agreeing, differing = agreement(held)
    if any(attribute in EXACT for attribute in differing):
        raise DifferentNumbers
    one, other = records_of(held)
    held.same = merge_records(one=one, other=other, agreeing=agreeing, reason=reason, by=by)
    held.agreeing, held.differing, held.tier = agreeing, differing, held.same.tier
    _decided(held, SuggestionState.MERGED, reason=reason, by=by, at=at)
    return held.same


@transaction.atomic
def reject_suggestion(*, suggestion: Suggestion, reason: str, by: User, at: dt.datetime) -> Suggestion:
    """The two records are not one; the pair is not suggested again. Raises AlreadyDecided, ReasonMissing."""
    held = _decided(_undecided(suggestion, reason), SuggestionState.REJECTED, reason=reason, by=by, at=at)
    record(kind="parties.suggestion_rejected", subject=held, actor=by, body={}, noticeable=False)
    return held


@transaction.atomic
def keep_lead(*, suggestion: Suggestion, reason: str, by: User, at: dt.datetime) -> Suggestion:
    """It may be one, and nothing proves it.

    Kept for regulators alone. Raises AlreadyDecided, ReasonMissing.
    """
    held = _decided(_undecided(suggestion, reason), SuggestionState.LEAD, reason=reason, by=by, at=at)
    record(kind="parties.lead_kept", subject=held, actor=by, body={}, noticeable=False)
    return held


def records_of(suggestion: Suggestion) -> tuple[Entity | Person, Entity | Person]:
    """The two records of a suggestion."""
    if suggestion.person is not None and suggestion.other_person is not None:
        return suggestion.person, suggestion.other_person
    if suggestion.entity is not None and suggestion.other_entity is not None:
        return suggestion.entity, suggestion.other_entity
    raise ValueError("a suggestion joins two records of one sort")


def agreement(suggestion: Suggestion) -> tuple[list[str], list[str]]:
    """What agrees and what differs between the two records at this moment."""
    one, other = records_of(suggestion)
    if isinstance(one, Person) and isinstance(other, Person):
        return agreement_of_people([(one, other)])[0]
    if isinstance(one, Entity) and isinstance(other, Entity):
        return agreement_of_entities([(one, other)])[0]
    raise ValueError("a suggestion joins two records of one sort")


def refresh_suggestions() -> int:
    """Look through all names for records that may be one; returns how many pairs are new. Safe to run twice.

    Names are read once for every NAMES_A_PASS of them, block by block, so memory and work grow with the
    number of names. Open pairs are judged anew; decided ones stay as decided. Records with different
    numbers are not suggested. Never merges.
    """
    people = sum(_suggest(batch, people=True) for batch in _batches(people=True))
    return people + sum(_suggest(batch, people=False) for batch in _batches(people=False))


def _blocks(*, people: bool) -> Iterator[list[tuple[int, str]]]:
    told = Entity.objects.exclude(kind=EntityKind.UNTOLD)  # those are of one name, and each somebody else
    rows: QuerySet[Any] = Person.objects.order_by("pk") if people else told.order_by("pk")
    passes = rows.count() // NAMES_A_PASS + 1
    for turn in range(passes):
        blocks: dict[str, list[tuple[int, str]]] = {}
        for key, name in rows.values_list("pk", "name").iterator(chunk_size=5_000):
            shown = name if people else core(name)
            block = block_of(shown)
            if crc32(block.encode()) % passes == turn:
                blocks.setdefault(block, []).append((key, shown))
        yield from blocks.values()


def _batches(*, people: bool) -> Iterator[list[Pair]]:
    batch: list[Pair] = []
    for block in _blocks(people=people):
        for pair in pairs_in(block, by_sound=people):
            batch.append(pair)
            if len(batch) == PAIRS_A_BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


@transaction.atomic
def _suggest(pairs: list[Pair], *, people: bool) -> int:
    keys = {key for pair in pairs for key in pair[:2]}
    own, other = ("person", "other_person") if people else ("entity", "other_entity")
    if people:
        persons = Person.objects.in_bulk(keys)
        apart = agreement_of_people([(persons[a], persons[b]) for a, b, _score in pairs])
    else:
        bodies = Entity.objects.in_bulk(keys)
        apart = agreement_of_entities([(bodies[a], bodies[b]) for a, b, _score in pairs])
    standing = set(
        Same.objects.standing().filter(**{f"{own}__in": keys}).values_list(f"{own}_id", f"{other}_id")
    )
    there = {
        (getattr(one, f"{own}_id"), getattr(one, f"{other}_id")): one
        for one in Suggestion.objects.select_for_update().filter(**{f"{own}__in": keys})
    }
    fresh = []
    for (first, second, score), (agreeing, differing) in zip(pairs, apart, strict=True):
        if (first, second) in standing or any(attribute in EXACT for attribute in differing):
            continue
        if "place" in differing:
            continue
        said = {"score": score, "agreeing": agreeing, "differing": differing, "tier": tier_of(agreeing)}
        known = there.get((first, second))
        if known is None:
            fresh.append(Suggestion(**{f"{own}_id": first, f"{other}_id": second}, **said))
        elif known.state == SuggestionState.OPEN and any(getattr(known, k) != v for k, v in said.items()):
            Suggestion.objects.filter(pk=known.pk).update(**said)
    return len(Suggestion.objects.bulk_create(fresh, ignore_conflicts=True))
