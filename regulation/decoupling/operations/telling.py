"""What becomes public, overdue or asked: marks beside checks, which themselves never change."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from regulation.ledger.operations import Recorded, record
from regulation.parties.models import User

from ..models import Check, DisclosedCheck, OverdueReferral, Unsealed
from ..queries import NOT_PUBLIC, overdue_checks

AT_ONCE = 200


@transaction.atomic
def disclose_checks(*, of: Recorded, firms: Sequence[int], at: dt.datetime) -> int:
    """Let everyone read the checks that told who bids for something, of firms whose bids are open; how many.

    The room that knows calls it once its award is final: then nothing is left that they could tell too soon.
    What is disclosed is what any public check shows: firm, department, rule, outcome; no chain and nobody's
    kin. The same again changes nothing.
    """
    checks = Check.objects.filter(of=of.urn, gate__in=NOT_PUBLIC, intermediary__in=firms)
    left = list(checks.filter(disclosure__isnull=True).order_by("pk"))
    made = DisclosedCheck.objects.bulk_create(
        [DisclosedCheck(check_made=one, disclosed_at=at) for one in left], ignore_conflicts=True
    )
    if made:
        body = {"of": of.urn, "checks": [one.urn for one in left]}
        record(kind="decoupling.checks_disclosed", subject=of, actor=None, body=body)
    return len(made)


def unseal_checks(*, of: Recorded, at: dt.datetime) -> None:
    """The bids for something are open, in the caller's transaction, whose entry says so: regulators find in
    their list which checks were asked for it. The same again changes nothing."""
    Unsealed.objects.get_or_create(of=of.urn, defaults={"at": at})


def note_overdue(*, at: dt.datetime) -> int:
    """Mark the doubts that two regulators did not answer in time, each once; how many are new."""
    noted = OverdueReferral.objects.filter(
        intermediary=OuterRef("intermediary"),
        department=OuterRef("department"),
        doubt_digest=OuterRef("doubt_digest"),
    )
    late = overdue_checks(at).exclude(doubt_digest="").exclude(Exists(noted))
    return sum(_noted(check, at=at) for check in late[:AT_ONCE])


def _noted(check: Check, *, at: dt.datetime) -> bool:
    try:
        with transaction.atomic():
            OverdueReferral.objects.create(
                check_made=check,
                intermediary=check.intermediary,
                department=check.department,
                doubt_digest=check.doubt_digest,
                noted_at=at,
            )
            body = {
                "intermediary": check.intermediary.urn,
                "department": check.department.urn,
                "due_at": check.due_at.isoformat() if check.due_at else None,
            }
            record(kind="decoupling.referral_overdue", subject=check, actor=None, body=body, noticeable=False)
    except IntegrityError as refusal:
        if "overdue" in str(refusal):
            return False  # another worker was first
        raise
    return True


@transaction.atomic
def note_asked(*, answer: Check, people: bool, by: User) -> None:
    """Put on record that a regulator asked about another day or moment: what was asked and what came of it.

    It stands on the regulator's own record, as looks through the explorer do: the firm is not told.
    """
    body = {
        "intermediary": answer.intermediary.urn,
        "department": answer.department.urn,
        "on": answer.on.isoformat(),
        "known_at": answer.known_at.isoformat() if answer.known_at else None,
        "outcome": str(answer.outcome),
        "rule": answer.rule_code,
        "rule_pack": answer.rule_pack,
        "input_digest": answer.input_digest,
        "people": people,
    }
    record(kind="decoupling.asked", subject=by, actor=by, body=body, noticeable=False)
