"""The gate, and the answers of persons where the gate could not decide."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from .errors import AlreadyDecided, AlreadyProposed, NotWaiting, ReasonMissing, SamePerson
from .models import Check, Determination, Gate, Outcome
from .queries import NOT_PUBLIC, determined, graph_above, has_declared
from .rules import PACK, judge

WAITING = dt.timedelta(days=5)  # how long an unknown may wait for a person


@transaction.atomic
def check(
    *, intermediary: Entity, department: Entity, on: dt.date, gate: Gate, by: User | None, at: dt.datetime
) -> Check:
    """Whether the intermediary may serve the department's approvals on a day; stored, with its chain.

    The outcome is clear, conflicted or unknown (优化营商环境条例 43). Where the rules cannot decide,
    the answer of two regulators over the same graph counts; without one the check waits for them until
    `at` + 5 days.
    A caller that refuses afterwards keeps this check by calling it in a transaction of its own.
    """
    graph, whole = graph_above(intermediary, on=on)
    finding = judge(
        graph,
        intermediary=intermediary.urn,
        authority=department.urn,
        on=on,
        declared=has_declared(intermediary, on=on),
        whole=whole,
    )
    outcome, reason = finding.outcome, finding.reason
    if outcome == Outcome.UNKNOWN and (
        answer := determined(intermediary=intermediary, department=department, digest=graph.digest())
    ):
        outcome, reason = answer.outcome, f"determination/{answer.pk}"
    by_person = [{"ref": reason}] if outcome == Outcome.CONFLICTED else []
    made = Check.objects.create(
        intermediary=intermediary,
        department=department,
        gate=gate,
        on=on,
        outcome=outcome,
        rule_code=finding.rule or ("determined" if by_person else ""),
        rule_pack=PACK,
        provision_ref=finding.provision,
        reason_code=reason,
        chain=[tie.as_json() for tie in finding.chain] or by_person,
        graph=graph.as_json(),
        input_digest=graph.digest(),
        due_at=at + WAITING if outcome == Outcome.UNKNOWN else None,
        asked_by=by,
    )
    _record(made, by=by)
    return made


def _record(made: Check, *, by: User | None) -> None:
    body = {
        "intermediary": made.intermediary.urn,
        "department": made.department.urn,
        "gate": str(made.gate),
        "on": made.on.isoformat(),
        "outcome": str(made.outcome),
        "rule": made.rule_code,
        "rule_pack": made.rule_pack,
        "input_digest": made.input_digest,
    }
    public = made.gate not in NOT_PUBLIC
    record(kind="decoupling.checked", subject=made, actor=by, body=body, noticeable=public)


@transaction.atomic
def propose_determination(
    *, check_made: Check, outcome: Outcome, reason: str, by: User, at: dt.datetime
) -> Determination:
    """A regulator's proposed answer to an unknown check; a second regulator decides it.

    Raises NotWaiting, AlreadyProposed, ReasonMissing.
    """
    locked = Check.objects.select_for_update(no_key=True).get(pk=check_made.pk)
    if locked.outcome != Outcome.UNKNOWN:
        raise NotWaiting
    if locked.determinations.filter(rejected_at__isnull=True).exists():
        raise AlreadyProposed
    if not reason.strip():
        raise ReasonMissing
    made = Determination.objects.create(
        check_made=locked, outcome=outcome, reason=reason.strip(), proposed_by=by, proposed_at=at
    )
    record(
        kind="decoupling.determination_proposed",
        subject=made,
        actor=by,
        body={"check": locked.urn, "outcome": str(outcome), "reason": made.reason},
    )
    return made


@transaction.atomic
def decide_determination(
    *, determination: Determination, confirm: bool, by: User, at: dt.datetime
) -> Determination:
    """The second regulator confirms or rejects. Raises SamePerson, AlreadyDecided."""
    locked = Determination.objects.select_for_update(no_key=True).get(pk=determination.pk)
    if locked.confirmed_at or locked.rejected_at:
        raise AlreadyDecided
    if locked.proposed_by_id == by.pk:
        raise SamePerson
    if confirm:
        locked.confirmed_by, locked.confirmed_at = by, at
    else:
        locked.rejected_at = at
    locked.save(update_fields=["confirmed_by", "confirmed_at", "rejected_at"])
    record(
        kind="decoupling.determination_confirmed" if confirm else "decoupling.determination_rejected",
        subject=locked,
        actor=by,
        body={"check": f"decoupling.check/{locked.check_made_id}", "outcome": locked.outcome},
    )
    return locked
