"""The collector: what is about to be published goes to the witnesses, and their lines are kept under it.

Witnesses see a checkpoint only at a moment of publication: one that saw each would learn of each sealed bid.
"""

import datetime as dt
import logging

from django.core.cache import cache
from django.db import IntegrityError, transaction

from .auditing import Difference, raise_alarms
from .merkle import consistency_proof
from .models import Checkpoint, Cosignature
from .publication import due
from .tiles import TileReader
from .tlog import BadNote, Note, Signature
from .witnesses import SKEW, Refusal, Witness, ask, named

log = logging.getLogger(__name__)
CONFLICT, UNPROVED = 409, 422
REST = 30  # seconds for which a witness that gave no line is left alone, so that it holds up no worker


def collect(*, at: dt.datetime) -> int:
    """Ask each witness that has not cosigned what is due; returns how many lines were kept.

    No transaction is open while a witness is asked. One that is away is asked again after a rest; one that
    refuses, because it saw another history or more than there is, raises an alarm.
    """
    point = due(at=at)
    if point is None:
        return 0
    has = set(point.cosignatures.values_list("name", flat=True))
    asked = [one for one in named() if one.address and one.name not in has]
    return sum(_collect(point, one, at) for one in asked if not cache.get(_rests(one)))


def _rests(witness: Witness) -> str:
    return f"ledger.witness_rests.{witness.verifier.id.hex()}"


def _collect(point: Checkpoint, witness: Witness, at: dt.datetime) -> bool:
    try:
        line = _ask(point, witness)
    except Refusal as refusal:
        log.warning("ledger.witness_refused", extra={"witness": witness.name, "said": str(refusal)})
        if refusal.status in (CONFLICT, UNPROVED):
            _alarm(witness, point, refusal)
    except (OSError, BadNote, LookupError) as fault:
        log.warning("ledger.witness_away", extra={"witness": witness.name, "said": str(fault)})
    else:
        return _keep(point, witness, line, at)
    cache.set(_rests(witness), True, REST)
    return False


def _ask(point: Checkpoint, witness: Witness) -> Signature:
    """With the size we think the witness saw last; where it names another, once more with that."""
    last = Cosignature.objects.filter(name=witness.name, checkpoint__size__lte=point.size)
    seen = last.order_by("-checkpoint").values_list("checkpoint", flat=True).first() or 0
    try:
        return ask(witness, note=point.note, old=seen, proof=_proof(seen, point.size))
    except Refusal as refusal:
        other = refusal.size
        if refusal.status != CONFLICT or other is None or other == seen or other > point.size:
            raise
        return ask(witness, note=point.note, old=other, proof=_proof(other, point.size))


def _proof(old: int, new: int) -> list[bytes]:
    return consistency_proof(old, new, TileReader()) if 0 < old < new else []


def _keep(point: Checkpoint, witness: Witness, line: Signature, at: dt.datetime) -> bool:
    when = Note(Note.parse(point.note).text, (line,)).signed_by(witness.verifier)
    stated = dt.datetime.fromtimestamp(min(when or 0, 1 << 36), dt.UTC)
    if when is None or stated > at + SKEW:
        log.warning("ledger.witness_clock", extra={"witness": witness.name, "said": str(stated)})
        return False
    try:
        with transaction.atomic():
            point.cosignatures.create(name=witness.name, line=line.line(), stated_at=stated)
    except IntegrityError:  # another worker was first
        return False
    return True


def _alarm(witness: Witness, point: Checkpoint, refusal: Refusal) -> None:
    """The witness saw a greater tree, or one that ours does not continue: ours was altered or lost."""
    size = refusal.size or 0
    ahead = size > point.size
    if ahead and Checkpoint.objects.filter(size__gte=size).exists():
        return  # it was asked for a later one meanwhile
    what = "a witness has seen more" if ahead else "a witness refuses"
    detail = f"checkpoint of {point.size}; the witness says {refusal.status}, {refusal.size}"
    raise_alarms([Difference(what, f"witness {witness.name}"[:120], detail)])
