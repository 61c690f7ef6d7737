"""Exemptions: proposed by one regulator, decided by another, published, ended or revoked."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User
from regulation.registry.models import Provision

from ..errors import (
    AlreadyDecided,
    EndMissing,
    NotInForce,
    NotLawful,
    PlanMissing,
    ProvisionMissing,
    ReasonMissing,
    SamePerson,
)
from ..models import Exemption, ExemptionKind

LAWFUL = ("law", "administrative_regulation")  # 优化营商环境条例 43: 法律、行政法规另有规定的除外


@transaction.atomic
def propose_exemption(
    *,
    intermediary: Entity,
    department: Entity,
    kind: ExemptionKind,
    start: dt.date,
    end: dt.date | None,
    reason: str,
    rules: Sequence[str] = (),
    provision: Provision | None = None,
    plan: str = "",
    by: User,
    is_invented: bool = False,
) -> Exemption:
    """Propose that a pair be exempt from rules (all where none is named) during [start, end).

    A statutory one cites a law or administrative regulation; a transitional one has a plan and an end.
    Raises ReasonMissing, ProvisionMissing, NotLawful, PlanMissing, EndMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    if kind == ExemptionKind.STATUTORY:
        if provision is None:
            raise ProvisionMissing
        if provision.level not in LAWFUL:
            raise NotLawful
    elif not plan.strip():
        raise PlanMissing
    if kind == ExemptionKind.TRANSITION and end is None:
        raise EndMissing
    if end is not None and end <= start:
        raise EndMissing
    made = Exemption.objects.create(
        intermediary=intermediary,
        department=department,
        kind=kind,
        rules=sorted(rules),
        provision=provision,
        plan=plan.strip(),
        reason=reason.strip(),
        valid=DateRange(start, end, "[)"),
        proposed_by=by,
        is_invented=is_invented,
    )
    record(kind="decoupling.exemption_proposed", subject=made, actor=by, body=_body(made))
    return made


def _body(exemption: Exemption) -> dict[str, object]:
    valid = exemption.valid
    return {
        "intermediary": exemption.intermediary.urn,
        "department": exemption.department.urn,
        "kind": str(exemption.kind),
        "rules": list(exemption.rules),
        "provision": exemption.provision.ref if exemption.provision else None,
        "start": valid.lower.isoformat(),
        "end": valid.upper.isoformat() if valid.upper else None,
    }


@transaction.atomic
def decide_exemption(*, exemption: Exemption, confirm: bool, by: User, at: dt.datetime) -> Exemption:
    """The second regulator confirms or rejects. Raises SamePerson, AlreadyDecided."""
    locked = Exemption.objects.select_for_update(no_key=True).get(pk=exemption.pk)
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
        kind="decoupling.exemption_confirmed" if confirm else "decoupling.exemption_rejected",
        subject=locked,
        actor=by,
        body=_body(locked),
    )
    return locked


@transaction.atomic
def revoke_exemption(*, exemption: Exemption, reason: str, by: User, at: dt.datetime) -> Exemption:
    """End a confirmed exemption at once. Raises NotInForce, ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    locked = Exemption.objects.select_for_update(no_key=True).get(pk=exemption.pk)
    if not locked.confirmed_at or locked.revoked_at:
        raise NotInForce
    locked.revoked_at, locked.revoked_by, locked.revoke_reason = at, by, reason.strip()
    locked.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    body = _body(locked) | {"reason": locked.revoke_reason}
    record(kind="decoupling.exemption_revoked", subject=locked, actor=by, body=body)
    return locked
