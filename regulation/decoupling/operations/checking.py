"""The gate: one check, stored with everything it saw."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from regulation.ledger.operations import record, record_all
from regulation.parties.models import Entity, User

from ..graph import Graph
from ..matter import Matter
from ..models import Check, Determination, Gate, Outcome
from ..queries import (
    NOT_PUBLIC,
    NOTHING_MORE,
    About,
    asked,
    asked_of_all,
    current_pack,
    determined,
    doubt_digest,
    first_due,
    input_digest,
)
from ..rules import Finding, Pack, judge
from .storing import insert_over_one_graph

WAITING = dt.timedelta(days=5)  # how long an unknown may wait for a person


@transaction.atomic(savepoint=False)  # stands or falls with what it is asked for
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
    return _judged([intermediary], department, graph, [matter], pack, by=by, at=at, known_at=known_at)[0]


@transaction.atomic
def check_all(
    *,
    intermediaries: Sequence[Entity],
    department: Entity,
    on: dt.date,
    gate: Gate,
    by: User | None,
    at: dt.datetime,
    about: About,
    of: str = "",
) -> list[Check]:
    """`check` of each of some rivals in one tender, in their order: the same checks with the same entries.

    All are asked about the same parties, so the record is read once for all of them, the department's side
    is walked once, and one statement each stores checks and entries. Raises ValueError for one that is not
    among `about.rivals`, and where one comes twice.
    """
    if not intermediaries:
        return []
    if len({entity.pk for entity in intermediaries}) < len(intermediaries):
        raise ValueError("each intermediary once")
    pack = current_pack(at=at)
    graph, matters = asked_of_all(
        intermediaries=intermediaries, department=department, on=on, gate=gate, about=about
    )
    made = _judged(intermediaries, department, graph, matters, pack, by=by, at=at)
    for one in made:
        one.of = of
    insert_over_one_graph(made, graph)
    record_all(
        kind="decoupling.checked",
        told=[(one, _body(one)) for one in made],
        actor=by,
        noticeable=gate not in NOT_PUBLIC,
    )
    return made


def _judged(
    intermediaries: Sequence[Entity],
    department: Entity,
    graph: Graph,
    matters: Sequence[Matter],
    pack: Pack,
    *,
    by: User | None,
    at: dt.datetime,
    known_at: dt.datetime | None = None,
) -> list[Check]:
    """The checks of some intermediaries over one graph, not stored yet."""
    findings = [judge(graph, matter, pack) for matter in matters]
    doubts = {
        entity.pk: doubt_digest(finding, graph, matter)
        for entity, finding, matter in zip(intermediaries, findings, matters, strict=True)
        if finding.outcome == Outcome.UNKNOWN
    }
    answers = determined(department=department, doubts=doubts, known_at=known_at)
    due = first_due(department=department, doubts=doubts)
    shared: dict[str, Any] = {
        "department": department,
        "rule_pack": pack.version,
        "graph": graph.as_json(),
        "known_at": known_at or at,
        "asked_by": by,
    }
    made = []
    for entity, finding, matter in zip(intermediaries, findings, matters, strict=True):
        one = _said(finding, matter, answers.get(entity.pk))
        one.intermediary, one.doubt_digest = entity, doubts.get(entity.pk, "")
        one.input_digest = input_digest(graph, matter, pack)
        one.due_at = due.get(entity.pk, at + WAITING) if one.outcome == Outcome.UNKNOWN else None
        for name, value in shared.items():
            setattr(one, name, value)
        made.append(one)
    return made


def _said(finding: Finding, matter: Matter, answer: Determination | None) -> Check:
    """A check of what was found in a matter, and of what two regulators answered."""
    outcome, reason, chain = _with_persons_answer(finding, answer)
    return Check(
        gate=matter.gate,
        on=matter.on,
        outcome=outcome,
        rule_code=finding.rule or ("determined" if outcome == Outcome.CONFLICTED else ""),
        provision_ref=finding.provision,
        reason_code=reason,
        chain=chain,
        grounds=[ground.as_json() for ground in finding.grounds],
        matter=matter.as_json(),
    )


def _with_persons_answer(
    finding: Finding, answer: Determination | None
) -> tuple[str, str, list[dict[str, object]]]:
    """Outcome, reason and chain, where a determination of two regulators settles an unknown."""
    chain: list[dict[str, object]] = [tie.as_json() for tie in finding.chain]
    if answer is None:
        return finding.outcome, finding.reason, chain
    reason = f"determination/{answer.pk}"
    if answer.outcome == Outcome.CONFLICTED and not chain:
        chain = [{"ref": reason}]
    return answer.outcome, reason, chain


def _record(made: Check, *, by: User | None) -> None:
    public = made.gate not in NOT_PUBLIC
    record(kind="decoupling.checked", subject=made, actor=by, body=_body(made), noticeable=public)


def _body(made: Check) -> dict[str, object]:
    return {
        "intermediary": made.intermediary.urn,
        "department": made.department.urn,
        "gate": str(made.gate),
        "on": made.on.isoformat(),
        "outcome": str(made.outcome),
        "rule": made.rule_code,
        "rule_pack": made.rule_pack,
        "input_digest": made.input_digest,
    }
