"""Findings as the records show them: noted once, seen again, cleared, back."""

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from regulation.decoupling.graph import digest_of
from regulation.decoupling.models import Outcome, Sweep, SweptPair
from regulation.ledger.operations import record
from regulation.parties.models import Entity, User
from regulation.parties.operations import note_look

from ..models import Finding, FindingEvent, FindingEventKind, FindingKind, FindingStatus
from .filing import ALPHABET

RUNNING_FIGURES = (FindingKind.DESIGNATION,)  # they move with every award; that alone says nothing new
PERSON = "parties.person/"
LOCK = 0xF1D  # whoever notes findings takes turns
REF = 10
SWEPT = {Outcome.CONFLICTED: FindingKind.CONFLICT, Outcome.UNKNOWN: FindingKind.UNKNOWN}


@dataclass(frozen=True)
class Seen:
    """What the records show of a firm: enough to find the row again and to say why."""

    kind: FindingKind
    entity: Entity
    department: Entity | None = None
    rule: str = ""
    pack: str = ""
    provision: str = ""
    subject: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    after_award: bool = False

    @property
    def key(self) -> str:
        """The same for the same thing found: kind, firm, other side, rule, and what it is about."""
        other = self.department.urn if self.department else ""
        return "|".join([str(self.kind), self.entity.urn, other, self.rule, self.subject])

    @property
    def digest(self) -> str:
        return digest_of(self.evidence)


def _ref() -> str:
    text = "".join(secrets.choice(ALPHABET) for _n in range(REF))
    return f"{text[:5]}-{text[5:]}"


def _tell(
    finding: Finding,
    kind: FindingEventKind,
    *,
    actor: User | None,
    at: dt.datetime,
    text: str = "",
    **body: Any,
) -> None:
    """Add to the finding's history and to the ledger, which learns neither text nor name."""
    FindingEvent.objects.create(finding=finding, kind=kind, actor=actor, text=text, at=at)
    record(
        kind=f"oversight.finding_{kind}",
        subject=finding,
        actor=actor,
        body={
            "finding": finding.ref,
            "kind": finding.kind,
            "entity": f"parties.entity/{finding.entity_id}",
            "at": at.isoformat(),
            **body,
        },
        noticeable=False,
    )


def take_turns() -> None:
    """Wait until nobody else notes findings; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@transaction.atomic
def note_finding(*, seen: Seen, at: dt.datetime) -> Finding:
    """Put on record what the records show at a moment; the second time only that it is still seen.

    Other evidence than before is told, and opens a finding that was explained; so does one that was cleared
    and is back. What was closed against the firm stays closed. An older sight than the last changes nothing.
    """
    take_turns()
    return _note(seen, at=at)


def _note(seen: Seen, *, at: dt.datetime) -> Finding:
    there = Finding.objects.filter(key=seen.key).first()
    if there is None:
        return _new(seen, at=at)
    if at <= there.last_seen:
        return there
    back = there.cleared_at is not None
    changed = there.evidence_digest != seen.digest and seen.kind not in RUNNING_FIGURES
    there.last_seen, there.cleared_at = at, None
    there.evidence, there.evidence_digest, there.rule_pack = seen.evidence, seen.digest, seen.pack
    there.after_award = there.after_award or seen.after_award
    if (back or changed) and there.status == FindingStatus.EXPLAINED:
        there.status, there.closure = FindingStatus.OPEN, None
    there.save()
    if back or changed:
        kind = FindingEventKind.BACK if back else FindingEventKind.CHANGED
        _tell(there, kind, actor=None, at=at, evidence=seen.digest)
    return there


def _new(seen: Seen, *, at: dt.datetime) -> Finding:
    made = Finding.objects.create(
        ref=_ref(),
        key=seen.key,
        kind=seen.kind,
        subject=seen.subject,
        entity=seen.entity,
        department=seen.department,
        region_id=(seen.department or seen.entity).region_id,
        rule_code=seen.rule,
        rule_pack=seen.pack,
        provision_ref=seen.provision,
        evidence=seen.evidence,
        evidence_digest=seen.digest,
        after_award=seen.after_award,
        first_seen=at,
        last_seen=at,
        is_invented=seen.entity.is_invented,
    )
    _tell(made, FindingEventKind.FOUND, actor=None, at=at, rule=seen.rule, evidence=seen.digest)
    return made


@transaction.atomic
def note_sweep(*, sweep: Sweep) -> int:
    """Bring findings in line with a finished sweep; returns how many pairs it found. Safe to run twice.

    What the sweep found is noted as of the moment its knowledge is of. Of the findings that sweeps and
    rechecks make, those it no longer found are cleared.
    """
    take_turns()
    at = sweep.known_at
    pairs = sweep.found.filter(outcome__in=list(SWEPT)).select_related("intermediary", "department")
    keys = [_note(_of_pair(pair, sweep), at=at).key for pair in pairs]
    gone = Finding.objects.filter(kind__in=list(SWEPT.values()), cleared_at=None, last_seen__lt=at)
    _clear(gone.exclude(key__in=keys), at=at, source=sweep.urn)
    return len(keys)


@transaction.atomic
def note_leads(*, seen: Iterable[Seen], at: dt.datetime, source: str) -> int:
    """Bring the leads of the designation detector in line with its last run; returns how many there are."""
    take_turns()
    keys = [_note(one, at=at).key for one in seen]
    gone = Finding.objects.filter(kind=FindingKind.DESIGNATION, cleared_at=None, last_seen__lt=at)
    _clear(gone.exclude(key__in=keys), at=at, source=source)
    return len(keys)


def _of_pair(pair: SweptPair, sweep: Sweep) -> Seen:
    return Seen(
        kind=SWEPT[Outcome(pair.outcome)],
        entity=pair.intermediary,
        department=pair.department,
        rule=pair.rule_code,
        pack=sweep.rule_pack,
        provision=pair.provision_ref,
        evidence={"chain": pair.chain, "reason": pair.reason_code},
    )


def _clear(findings: Iterable[Finding], *, at: dt.datetime, source: str) -> None:
    for finding in findings:
        finding.cleared_at = at
        finding.save(update_fields=["cleared_at"])
        _tell(finding, FindingEventKind.CLEARED, actor=None, at=at, source=source)


@transaction.atomic
def note_view(*, finding: Finding, by: User) -> bool:
    """Put on record that a regulator saw people's names in a finding. False where it names none."""
    ties = finding.evidence.get("chain", [])
    people = {urn for tie in ties for urn in (tie.get("holder", ""), tie.get("subject", "")) if PERSON in urn}
    if not people:
        return False
    note_look(subject=finding, what="finding", detail=" ".join(sorted(people)), by=by)
    return True
