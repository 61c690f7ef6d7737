"""A sweep: begun once, carried on in batches of departments, ended with one entry."""

import datetime as dt
from collections.abc import Sequence
from functools import partial

from celery import current_app
from django.db import IntegrityError, connection, transaction

from regulation.ledger.operations import record
from regulation.ledger.queries import database_now
from regulation.parties.models import Entity, User

from ..graph import digest_of
from ..models import Outcome, Sweep, SweepStatus, SweptPair
from ..queries import asked, current_pack, determined, doubt_digest, input_digest, pack_named
from ..rules import UNKNOWN, Pack, judge
from .candidates import candidates
from .errors import SweepRunning
from .queries import GATE, found_by, intermediaries, next_departments

LOCK = 0x5EE9  # one worker at a time carries a sweep on
BATCH = 50  # departments a transaction


def start_sweep(*, on: dt.date, by: User | None, at: dt.datetime) -> Sweep:
    """Begin a sweep over what the record says at a moment of a day, and queue it. Raises SweepRunning."""
    try:
        with transaction.atomic():
            return _start(on=on, by=by, at=at)
    except IntegrityError as clash:
        if "sweep_one_running_at_a_time" in str(clash):
            raise SweepRunning from clash
        raise


def _start(*, on: dt.date, by: User | None, at: dt.datetime) -> Sweep:
    sellers = intermediaries()
    made = Sweep.objects.create(
        on=on,
        known_at=at,
        rule_pack=current_pack(at=at).version,
        total=Entity.objects.departments().filter(created_at__lte=at).count(),
        intermediaries=sellers.count(),
        undeclared=sellers.exclude(declarations__as_of__lte=on).count(),
        asked_by=by,
        started_at=at,
        moved_at=at,
    )
    body = {"on": on.isoformat(), "known_at": at.isoformat(), "rule_pack": made.rule_pack}
    record(kind="decoupling.sweep_started", subject=made, actor=by, body=body, noticeable=False)
    transaction.on_commit(partial(queue, made.pk), robust=True)
    return made


def queue(pk: int) -> None:
    """Send a sweep to a worker. A broker that is away loses nothing: beat sends it again."""
    current_app.send_task("decoupling.carry_sweep", [pk], retry=False)


@transaction.atomic
def carry_on(*, pk: int, at: dt.datetime, batch: int = BATCH) -> str:
    """The next departments of a sweep; returns its status afterwards, or `busy`.

    What a killed worker had not committed is done again by the next. Safe to call twice: a second worker
    finds the lock, which ends with the first one's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return "busy"
    sweep = Sweep.objects.select_for_update(no_key=True).get(pk=pk)
    if sweep.status != SweepStatus.RUNNING:
        return sweep.status
    departments = next_departments(sweep, most=batch)
    if departments:
        _judge(sweep, departments)
        sweep.last_department = departments[-1].pk
        sweep.done = min(sweep.done + len(departments), sweep.total)
    sweep.moved_at = at
    if len(departments) < batch:
        _end(sweep, at=at)
    sweep.save()
    return sweep.status


def _judge(sweep: Sweep, departments: Sequence[Entity]) -> None:
    by_key = {department.pk: department for department in departments}
    pairs = candidates(list(by_key), on=sweep.on, known_at=sweep.known_at)
    sellers = Entity.objects.in_bulk({seller for _department, seller in pairs})
    pack = pack_named(sweep.rule_pack)
    judged = [_judged(sweep, sellers[seller], by_key[key], pack) for key, seller in pairs]
    found = [pair for pair in judged if pair is not None]
    SweptPair.objects.bulk_create(found, batch_size=500)
    sweep.judged += len(pairs)
    sweep.conflicted += sum(pair.outcome == Outcome.CONFLICTED for pair in found)
    sweep.unknown += sum(pair.outcome == Outcome.UNKNOWN for pair in found)
    sweep.exempt += sum(pair.outcome == Outcome.CLEAR for pair in found)


def _judged(sweep: Sweep, seller: Entity, department: Entity, pack: Pack) -> SweptPair | None:
    """What a pair is, by the same rules and the same reading as a check; None where nothing is found.

    Without any ground a pair is not told: that nothing is declared is counted once for each intermediary.
    """
    graph, matter = asked(
        intermediary=seller,
        department=department,
        on=sweep.on,
        gate=GATE,
        known_at=sweep.known_at,
    )
    finding = judge(graph, matter, pack)
    if matter.whole and not any(ground.outcome != "warn" for ground in finding.grounds):
        return None
    outcome, reason = finding.outcome, finding.reason
    if outcome == UNKNOWN:
        doubts = {seller.pk: doubt_digest(finding, graph, matter)}
        answer = determined(department=department, doubts=doubts).get(seller.pk)
        if answer is not None:
            outcome, reason = answer.outcome, f"determination/{answer.pk}"
    exempt = next((ground for ground in finding.grounds if ground.exemption), None)
    if outcome == Outcome.CLEAR and exempt is None:
        return None
    shown = exempt if exempt is not None and outcome == Outcome.CLEAR else finding
    return SweptPair(
        sweep=sweep,
        intermediary=seller,
        department=department,
        outcome=outcome,
        rule_code=shown.rule,
        provision_ref=finding.provision,
        reason_code=reason,
        chain=[tie.as_json() for tie in shown.chain],
        input_digest=input_digest(graph, matter, pack),
    )


def _end(sweep: Sweep, *, at: dt.datetime) -> None:
    found = [
        [p.intermediary.urn, p.department.urn, p.outcome, p.rule_code, p.input_digest]
        for p in found_by(sweep)
    ]
    sweep.done = sweep.total
    sweep.status, sweep.finished_at, sweep.digest = SweepStatus.DONE, at, digest_of(found)
    counts = ("total", "intermediaries", "undeclared", "judged", "conflicted", "unknown", "exempt")
    body = {name: getattr(sweep, name) for name in counts} | {
        "on": sweep.on.isoformat(),
        "known_at": sweep.known_at.isoformat(),
        "rule_pack": sweep.rule_pack,
        "digest": sweep.digest,
    }
    record(kind="decoupling.swept", subject=sweep, actor=sweep.asked_by, body=body, noticeable=False)


def sweep_now(*, pk: int) -> str:
    """Carry a sweep on to its end, a batch a transaction; returns its status, or `busy`."""
    status = str(SweepStatus.RUNNING)
    while status == SweepStatus.RUNNING:
        status = carry_on(pk=pk, at=database_now())
    return status
