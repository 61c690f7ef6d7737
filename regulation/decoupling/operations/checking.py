"""The gate: one check, stored with everything it saw."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from ..models import Check, Gate, Outcome
from ..queries import (
    NOT_PUBLIC,
    NOTHING_MORE,
    About,
    asked,
    current_pack,
    determined,
    doubt_digest,
    input_digest,
)
from ..rules import Finding, judge

WAITING = dt.timedelta(days=5)  # how long an unknown may wait for a person


@transaction.atomic
def check(
    *,
    intermediary: Entity,
    department: Entity,
    on: dt.date,
    gate: Gate,
    by: User | None,
    at: dt.datetime,
    about: About = NOTHING_MORE,
    of: str = "",
) -> Check:
    """Whether the intermediary may serve the department's approvals on a day; stored, with its chain.

    The outcome is clear, conflicted or unknown (优化营商环境条例 43). Where the rules cannot decide, the
    answer of two regulators over the same doubt counts; without one the check waits for them until
    `at` + 5 days. `of` is the URN of what it is asked for.
    A caller that refuses afterwards keeps this check by calling it in a transaction of its own.
    """
    made = foresee(
        intermediary=intermediary, department=department, on=on, gate=gate, by=by, at=at, about=about
    )
    made.of = of
    made.save(force_insert=True)
    _record(made, by=by)
    return made


def foresee(
    *,
    intermediary: Entity,
    department: Entity,
    on: dt.date,
    gate: Gate,
    by: User | None,
    at: dt.datetime,
    about: About = NOTHING_MORE,
    known_at: dt.datetime | None = None,
) -> Check:
    """What a check would say now. It only reads: nothing is stored, and no gate opens by it.

    With `known_at` by what was on record at that moment, people's answers included; by the rules used now.
    """
    pack = current_pack(at=at)
    pair: dict[str, Entity] = {"intermediary": intermediary, "department": department}
    graph, matter = asked(**pair, on=on, gate=gate, about=about, known_at=known_at)
    finding = judge(graph, matter, pack)
    doubt = doubt_digest(finding, graph, matter) if finding.outcome == Outcome.UNKNOWN else ""
    outcome, reason, chain = _with_persons_answer(finding, **pair, doubt=doubt, known_at=known_at)
    return Check(
        intermediary=intermediary,
        department=department,
        gate=gate,
        on=on,
        outcome=outcome,
        rule_code=finding.rule or ("determined" if outcome == Outcome.CONFLICTED else ""),
        rule_pack=pack.version,
        provision_ref=finding.provision,
        reason_code=reason,
        chain=chain,
        grounds=[ground.as_json() for ground in finding.grounds],
        graph=graph.as_json(),
        matter=matter.as_json(),
        known_at=known_at or at,
        input_digest=input_digest(graph, matter, pack),
        doubt_digest=doubt,
        due_at=_due(doubt, intermediary, department, at=at) if outcome == Outcome.UNKNOWN else None,
        asked_by=by,
    )


def _due(doubt: str, intermediary: Entity, department: Entity, *, at: dt.datetime) -> dt.datetime:
    """Until when two regulators answer: asking again about the same doubt does not move the deadline."""
    first = (
        Check.objects.filter(intermediary=intermediary, department=department, doubt_digest=doubt)
        .exclude(due_at=None)
        .order_by("pk")
        .values_list("due_at", flat=True)
        .first()
    )
    return first or at + WAITING


def _with_persons_answer(
    finding: Finding,
    *,
    intermediary: Entity,
    department: Entity,
    doubt: str,
    known_at: dt.datetime | None,
) -> tuple[str, str, list[dict[str, object]]]:
    """Outcome, reason and chain, where a determination of two regulators settles an unknown."""
    chain: list[dict[str, object]] = [tie.as_json() for tie in finding.chain]
    answer = (
        determined(intermediary=intermediary, department=department, doubt=doubt, known_at=known_at)
        if finding.outcome == Outcome.UNKNOWN
        else None
    )
    if answer is None:
        return finding.outcome, finding.reason, chain
    reason = f"determination/{answer.pk}"
    if answer.outcome == Outcome.CONFLICTED and not chain:
        chain = [{"ref": reason}]
    return answer.outcome, reason, chain


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
