"""An audit of awards: begun once, carried on in batches, ended with the designation detector."""

import datetime as dt
from functools import partial
from typing import Any

from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from regulation.decoupling.graph import digest_of
from regulation.decoupling.models import Check, Gate, Outcome
from regulation.decoupling.operations import check
from regulation.decoupling.queries import current_pack, pack_named
from regulation.decoupling.rules import Pack
from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import designation
from ..models import Award, DesignationShare, Reaudit, ReauditedAward, ReauditStatus
from .contests import contests
from .errors import AuditRunning
from .queries import awards_after, judged_again, told_of

LOCK = 0xA0D17  # one worker at a time carries an audit on
BATCH = 100  # awards a transaction


def start_reaudit(*, by: User | None, at: dt.datetime) -> Reaudit:
    """Begin an audit of all awards made by a moment, and queue it. Raises AuditRunning."""
    try:
        with transaction.atomic():
            made = Reaudit.objects.create(
                known_at=at,
                rule_pack=current_pack(at=at).version,
                total=Award.objects.filter(awarded_at__lte=at).count(),
                asked_by=by,
                started_at=at,
                moved_at=at,
            )
            body = {"known_at": at.isoformat(), "rule_pack": made.rule_pack, "awards": made.total}
            record(kind="tenders.reaudit_started", subject=made, actor=by, body=body, noticeable=False)
            transaction.on_commit(partial(queue, made.pk), robust=True)
            return made
    except IntegrityError as clash:
        if "reaudit_one_running_at_a_time" in str(clash):
            raise AuditRunning from clash
        raise


def queue(pk: int) -> None:
    """Send an audit to a worker. A broker that is away loses nothing: beat sends it again."""
    current_app.send_task("tenders.carry_reaudit", [pk], retry=False)


@transaction.atomic
def carry_on(*, pk: int, at: dt.datetime, batch: int = BATCH) -> str:
    """The next awards of an audit; returns its status afterwards, or `busy`. Safe to call twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return "busy"
    audit = Reaudit.objects.select_for_update(no_key=True).get(pk=pk)
    if audit.status != ReauditStatus.RUNNING:
        return audit.status
    awards = awards_after(audit.last_award, until=audit.known_at, most=batch)
    pack = pack_named(audit.rule_pack)
    for award in awards:
        _count(audit, _judge(audit, award, pack, at=at))
        audit.last_award = award.pk
    audit.moved_at = at
    if len(awards) < batch:
        _end(audit, at=at)
    audit.save()
    return audit.status


def _judge(audit: Reaudit, award: Award, pack: Pack, *, at: dt.datetime) -> ReauditedAward:
    then, then_digest = judged_again(award, pack, known_at=award.awarded_at)
    now, now_digest = judged_again(award, pack, known_at=audit.known_at)
    newly = now.outcome == Outcome.CONFLICTED and then.outcome != Outcome.CONFLICTED
    return ReauditedAward.objects.create(
        reaudit=audit,
        award=award,
        then_outcome=then.outcome,
        then_rule=then.rule,
        then_chain=[tie.as_json() for tie in then.chain],
        then_digest=then_digest,
        now_outcome=now.outcome,
        now_rule=now.rule,
        now_chain=[tie.as_json() for tie in now.chain],
        now_digest=now_digest,
        gate_made=_told(audit, award, now.rule, at=at) if newly else None,
    )


def _told(audit: Reaudit, award: Award, rule: str, *, at: dt.datetime) -> Check | None:
    """Tell once of each award and rule that a conflict became known; the check that shows it.

    None where the record has changed between the moment the audit speaks of and now: the next one tells.
    """
    before = ReauditedAward.objects.filter(award=award, now_rule=rule, gate_made__isnull=False).first()
    if before is not None:
        return before.gate_made
    tender = award.tender
    made = check(
        intermediary=award.bid.tenderer,
        department=tender.department,
        on=timezone.localdate(award.awarded_at),
        gate=Gate.AWARD,
        by=audit.asked_by,
        at=at,
        about=told_of(award),
    )
    if made.outcome != Outcome.CONFLICTED:
        return None
    body = {
        "intermediary": award.bid.tenderer.urn,
        "department": tender.department.urn,
        "rule": made.rule_code,
        "check": made.urn,
        "of": award.urn,
        "closed": True,
    }
    record(kind="decoupling.conflict_found", subject=award, actor=audit.asked_by, body=body, noticeable=False)
    return made


def _count(audit: Reaudit, one: ReauditedAward) -> None:
    then, now = (outcome == Outcome.CONFLICTED for outcome in (one.then_outcome, one.now_outcome))
    cell = {(True, True): "both", (True, False): "then_alone", (False, True): "now_alone"}
    name = cell.get((then, now), "neither")
    setattr(audit, name, getattr(audit, name) + 1)
    audit.done += 1


def _end(audit: Reaudit, *, at: dt.datetime) -> None:
    awarded = list(contests(until=audit.known_at))
    found = designation.shares(awarded)
    field = designation.shares(awarded, basis=designation.FIELD)
    leads = designation.leads_of_both(found, field)
    DesignationShare.objects.bulk_create(
        [
            DesignationShare(
                reaudit=audit,
                department_id=one.department,
                firm_id=one.firm,
                basis=one.basis,
                uncontested=one.uncontested,
                tenders=one.tenders,
                wins=one.wins,
                expected=one.expected,
                p=one.p,
                q=one.q,
            )
            for one in leads
        ]
    )
    cells = audit.awards.order_by("pk").values_list("award_id", "then_digest", "now_digest")
    audit.total, audit.pairs_tested, audit.field_pairs_tested = audit.done, len(found), len(field)
    audit.uncontested = sum(not one.contested for one in awarded)
    audit.status, audit.finished_at = ReauditStatus.DONE, at
    audit.digest = digest_of([list(cell) for cell in cells.iterator(chunk_size=2000)])
    _record_end(audit, leads)


def _record_end(audit: Reaudit, leads: list[designation.Share]) -> None:
    cells = ("total", "both", "then_alone", "now_alone", "neither")
    names = (*cells, "pairs_tested", "field_pairs_tested", "uncontested")
    body: dict[str, Any] = {name: getattr(audit, name) for name in names}
    body |= {"known_at": audit.known_at.isoformat(), "rule_pack": audit.rule_pack, "digest": audit.digest}
    record(kind="tenders.reaudited", subject=audit, actor=audit.asked_by, body=body, noticeable=False)
    told = {
        "method": designation.method_text(),
        "methods": {basis: designation.method_text(basis) for basis in designation.CHANCES},
        "leads": [_lead(one) for one in leads],
    }
    record(kind="tenders.designation_found", subject=audit, actor=audit.asked_by, body=told, noticeable=False)


def _lead(one: designation.Share) -> dict[str, Any]:
    """Numbers as strings: what an entry holds is canonical JSON."""
    return {
        "department": f"parties.entity/{one.department}",
        "intermediary": f"parties.entity/{one.firm}",
        "basis": one.basis,
        "uncontested": str(one.uncontested),
        "tenders": str(one.tenders),
        "wins": str(one.wins),
        "expected": f"{one.expected:.2f}",
        "p": f"{one.p:.3g}",
        "q": f"{one.q:.3g}",
    }
