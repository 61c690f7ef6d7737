"""Publishing rulings: nothing published is overwritten. One verb, one transaction, one ledger entry."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import (
    CommentsUnanswered,
    ConsultationRunning,
    FollowUpMissing,
    HarderThanAbove,
    NoLawfulBasis,
    NothingToReplace,
    NotReviewed,
    ProvisionMissing,
    RulingOverlaps,
    SamePerson,
)
from ..models import Consultation, Necessity, Ruling, Service, Stage
from ..periods import left_of
from ..queries import (
    LAPSE_NOTED,
    harder_than_above,
    has_lawful_basis,
    in_the_way_of,
    lapse_is_noted,
    lapsed_rulings,
    unanswered,
)
from .wording import basis_of, body, close, locked_draft, rest_on


@transaction.atomic
def publish_ruling(*, ruling: Ruling, by: User, at: dt.datetime) -> Ruling:
    """The second person publishes a draft; from `at` this site says so.

    Rulings of regions below that ask for more, without a law of their own, end where this one starts.
    Raises NotADraft, SamePerson, NotReviewed, ConsultationRunning, CommentsUnanswered, NoLawfulBasis
    (优化营商环境条例 43), HarderThanAbove, ProvisionMissing, FollowUpMissing and RulingOverlaps.
    """
    draft = _reviewed(ruling, by=by, at=at)
    if in_the_way_of(draft).exists():
        raise RulingOverlaps
    _publish(draft, by=by, at=at)
    said = body(draft, basis_of(draft))
    said["ended_below"] = [ruling.urn for ruling in _end_below(draft, at=at)]
    record(kind="registry.ruling_published", subject=draft, actor=by, body=said)
    return draft


@transaction.atomic
def replace_ruling(*, draft: Ruling, by: User, at: dt.datetime) -> Ruling:
    """Publish a draft in the place of the rulings on record whose period in force it touches, in one step.

    Their `recorded` ends at `at`. What the draft leaves of their periods in law, before or after, is
    recorded again: what was required then is still said.
    Raises NothingToReplace, TooEarly and what publish_ruling raises.
    """
    new = _reviewed(draft, by=by, at=at)
    old = list(in_the_way_of(new))
    if not old:
        raise NothingToReplace
    again: list[Ruling] = []
    for standing in old:
        close(standing, at=at)
        again += [
            _record_again(standing, period=rest, at=at) for rest in left_of(standing.in_force, new.in_force)
        ]
    _publish(new, by=by, at=at)
    said = body(new, basis_of(new))
    said["replaces"] = [ruling.urn for ruling in old]
    said["recorded_again"] = [ruling.urn for ruling in again]
    said["ended_below"] = [ruling.urn for ruling in _end_below(new, at=at)]
    record(kind="registry.ruling_replaced", subject=new, actor=by, body=said)
    return new


@transaction.atomic
def note_lapse(*, ruling: Ruling, on: dt.date) -> bool:
    """Put on the ledger, once, that the legal basis of a demand has ended by a day. False if it already is.

    Nothing of the ruling changes: that its basis has ended follows from the provisions on that very day.
    """
    locked = Ruling.objects.select_for_update(of=("self",), no_key=True).get(pk=ruling.pk)
    if lapse_is_noted(locked) or not lapsed_rulings(on=on).filter(pk=locked.pk).exists():
        return False
    provisions = [provision.urn for provision in basis_of(locked)]
    said = {"on": on.isoformat(), "provisions": provisions}
    record(kind=LAPSE_NOTED, subject=locked, actor=None, body=said)
    return True


def _reviewed(ruling: Ruling, *, by: User, at: dt.datetime) -> Ruling:
    """The draft, fit for publication by `by`. Publications on one service take turns."""
    Service.objects.select_for_update(no_key=True).get(pk=ruling.service_id)
    draft = locked_draft(ruling)
    if draft.author_id == by.pk:
        raise SamePerson
    if draft.stage != Stage.REVIEWED:
        raise NotReviewed
    _consulted(draft, at=at)
    if not draft.bases.exists():
        raise ProvisionMissing
    if not has_lawful_basis(draft, on=draft.in_force.lower):
        raise NoLawfulBasis
    if draft.necessity == Necessity.ABOLISHED and not draft.follow_up.strip():
        raise FollowUpMissing
    return draft


def _consulted(draft: Ruling, *, at: dt.datetime) -> None:
    """No consultation on the draft runs, and every comment is answered; who is commenting is waited for."""
    asked = Consultation.objects.filter(ruling=draft)
    list(asked.select_for_update(no_key=True).order_by("pk"))
    if asked.open_at(at).exists():
        raise ConsultationRunning
    if unanswered(draft).exists():
        raise CommentsUnanswered


def _publish(ruling: Ruling, *, by: User, at: dt.datetime) -> None:
    """Fill in the publication; an overlap or a clock that only the database sees is told in words."""
    ruling.reviewer, ruling.published_at = by, at
    ruling.recorded = DateTimeTZRange(at, None, "[)")
    try:
        with transaction.atomic():
            ruling.save(update_fields=["reviewer", "published_at", "recorded"])
    except IntegrityError as refusal:
        if "ruling_one_in_force_at_a_time" in str(refusal):
            raise RulingOverlaps from refusal
        if "ruling_consultation_is_over" in str(refusal):
            raise ConsultationRunning from refusal
        raise


def _end_below(new: Ruling, *, at: dt.datetime) -> list[Ruling]:
    """End what regions below ask for beyond a newly published ruling; what they asked before it is kept.

    Raises HarderThanAbove where the new ruling is itself the one that asks for more.
    """
    ended = []
    for low, up in harder_than_above(new):
        if low.pk == new.pk:
            raise HarderThanAbove(up)
        if low not in ended:
            close(low, at=at)
            for rest in left_of(low.in_force, new.in_force):
                _record_again(low, period=rest, at=at)
            ended.append(low)
    return ended


def _record_again(old: Ruling, *, period: DateRange, at: dt.datetime) -> Ruling:
    """The old ruling once more, for a part of its period in law. Raises NoLawfulBasis."""
    if not has_lawful_basis(old, on=period.lower):
        raise NoLawfulBasis
    copied = Ruling.objects.get(pk=old.pk)
    copied.pk, copied._state.adding = None, True
    copied.in_force = period
    copied.recorded = DateTimeTZRange(at, None, "[)")
    copied.published_at = at
    copied.save(force_insert=True)
    rest_on(copied, basis_of(old))
    return copied
