"""Credit is reckoned anew from the reviews, complaints are counted, and what is odd is told."""

import datetime as dt
import hashlib
from typing import Any

import rfc8785
from django.db import transaction
from django.utils import timezone

from marketplace.directory.models import ConsequenceKind
from marketplace.directory.operations import note_credit, open_sanction
from marketplace.directory.operations.crediting import Reckoned
from marketplace.directory.queries import consequence_rule, intermediary_of
from regulation.ledger.models import Entry
from regulation.ledger.operations import record
from regulation.parties.models import Entity

from ..anomalies import Mark, retaliations, rings
from ..credit import Credit, Weighing, reckon
from ..models import Contract
from ..review_queries import (
    given_between,
    rated,
    review_rule_for,
    round_of,
    verified_complaints,
    weighing_of,
)


def reckoned_from(credit: Credit, weighing: Weighing, on: dt.date) -> dict[str, Any]:
    """All that a credit was reckoned from, as JSON: whoever has it comes to the same level."""
    return {
        "on": on.isoformat(),
        "weights": {by: str(weight) for by, weight in weighing.weights.items()},
        "ages": [[str(days), str(weight)] for days, weight in weighing.ages],
        "least": [str(weighing.least_contracts), str(weighing.least_buyers)],
        "stars": [[str(level), str(least)] for level, least in weighing.stars],
        "contracts": [
            {
                "contract": line.rated.contract,
                "buyer": line.rated.buyer,
                "on": line.rated.on.isoformat(),
                "marks": {by: str(value) for by, value in sorted(line.rated.marks.items())},
            }
            for line in credit.lines
        ],
    }


def credit_of(entity: Entity, *, at: dt.datetime) -> tuple[Credit, Weighing] | None:
    """The credit of an intermediary at a moment; None where no rule on reviews is in force."""
    on = timezone.localdate(at)
    rule = review_rule_for(entity.region, on=on)
    if rule is None:
        return None
    weighing = weighing_of(rule)
    return reckon(rated(entity, now=at), weighing, on=on), weighing


def reckon_credit(*, entity: Entity, at: dt.datetime) -> bool:
    """Bring the credit of an intermediary up to date; whether it changed. Safe to run twice."""
    profile, told = intermediary_of(entity), credit_of(entity, at=at)
    if profile is None or told is None:
        return False
    credit, weighing = told
    digest = hashlib.sha256(
        rfc8785.dumps(reckoned_from(credit, weighing, timezone.localdate(at)))
    ).hexdigest()
    said = Reckoned(credit.level, credit.score, credit.contracts, credit.buyers, digest)
    return note_credit(intermediary=profile, credit=said, at=at, is_invented=entity.is_invented) is not None


def count_complaints(*, entity: Entity, at: dt.datetime) -> bool:
    """Open the removal that a rule ties to so many verified complaints; whether it did so now."""
    profile = intermediary_of(entity)
    rule = consequence_rule(ConsequenceKind.REMOVE, entity.region, on=timezone.localdate(at))
    if profile is None or rule is None or not rule.complaints:
        return False
    since = at - dt.timedelta(days=rule.within_days or 0)
    found = list(verified_complaints(entity, since=since).values_list("ref", flat=True))
    if len(found) < rule.complaints:
        return False
    grounds = {"complaints": found}
    return open_sanction(intermediary=profile, rule=rule, grounds=grounds, at=at) is not None


@transaction.atomic
def look_for_anomalies(*, contract: Contract) -> list[Mark]:
    """Put on record what in the reviews of two parties is a reason to look, each set of contracts once.

    The entry is about the round: neither side reads it in the record of its contract.
    """
    held = round_of(contract)
    if held is None:
        return []
    given, objected = given_between(seller=contract.seller, buyer=contract.buyer)
    found = rings(given) + retaliations(given, objected)
    parties = {str(one.pk): one for one in (contract.seller, contract.buyer)}
    told = []
    for one in found:
        body = {
            "what": one.kind,
            "giver": parties[one.giver].urn,
            "taker": parties[one.taker].urn,
            "contracts": list(one.contracts),
        }
        known = rfc8785.dumps(body).decode()
        if not Entry.objects.filter(kind="contracts.review_odd", body=known).exists():
            record(kind="contracts.review_odd", subject=held, actor=None, body=body, noticeable=False)
            told.append(one)
    return told
