"""The credit of an intermediary is put on record, and what it calls for is opened."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from regulation.ledger.operations import record

from ..models import ConsequenceKind, CreditRecord, Intermediary
from ..queries import consequence_rule
from .sanctioning import open_sanction


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A credit as it was reckoned: level and score or neither, how much counted, and the digest of it all."""

    level: int | None
    score: Decimal | None
    contracts: int
    buyers: int
    digest: str


@transaction.atomic
def note_credit(
    *, intermediary: Intermediary, credit: Reckoned, at: dt.datetime, is_invented: bool = False
) -> CreditRecord | None:
    """Put a credit on record where it differs from the last; None where it does not.

    A level that a rule names opens its sanction, with the firm's right of reply. The same again changes
    nothing, and neither does one that comes late.
    """
    locked = Intermediary.objects.select_for_update(no_key=True, of=("self",)).get(pk=intermediary.pk)
    last = locked.credit_records.order_by("-pk").first()
    if last is not None and (last.at > at or last.digest == credit.digest or _same(last, credit)):
        return None
    if last is None and credit.level is None and not credit.contracts:
        return None
    made = CreditRecord.objects.create(
        intermediary=locked,
        at=at,
        level=credit.level,
        score=credit.score,
        contracts=credit.contracts,
        buyers=credit.buyers,
        digest=credit.digest,
        is_invented=is_invented,
    )
    locked.credit_level, locked.credit_score = credit.level, credit.score
    locked.save(update_fields=["credit_level", "credit_score"])
    body = {
        "level": str(credit.level or ""),
        "score": str(credit.score or ""),
        "contracts": str(credit.contracts),
        "buyers": str(credit.buyers),
        "reckoned_from": credit.digest,
    }
    record(kind="directory.credit_noted", subject=locked, actor=None, body=body)
    _follow(locked, made, at=at)
    return made


def _same(last: CreditRecord, credit: Reckoned) -> bool:
    was = (last.level, last.score, last.contracts, last.buyers)
    return was == (credit.level, credit.score, credit.contracts, credit.buyers)


def _follow(intermediary: Intermediary, made: CreditRecord, *, at: dt.datetime) -> None:
    """Open the suspension that a rule ties to this level."""
    rule = consequence_rule(ConsequenceKind.SUSPEND, intermediary.entity.region, on=timezone.localdate(at))
    if rule is not None and made.level is not None and rule.level == made.level:
        grounds = {"credit": made.urn, "level": str(made.level), "score": str(made.score)}
        open_sanction(intermediary=intermediary, rule=rule, grounds=grounds, at=at)
