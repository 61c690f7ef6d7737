"""Putting entities on record, and who acts for them."""

import datetime as dt

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from pypinyin import lazy_pinyin

from regulation.ledger.operations import record

from ..errors import AlreadyRegistered, BadCreditCode
from ..identifiers import is_credit_code, normal_credit_code
from ..models import Entity, Membership, Region, Role, User


@transaction.atomic
def register_entity(
    *,
    kind: str,
    name: str,
    by: User | None,
    credit_code: str | None = None,
    name_en: str = "",
    region: Region | None = None,
    source: str = "",
    is_invented: bool = False,
) -> Entity:
    """Put an entity on record. Raises BadCreditCode (GB 32100-2015) and AlreadyRegistered."""
    code = normal_credit_code(credit_code) if credit_code else None
    if code and not is_credit_code(code):
        raise BadCreditCode
    if code and Entity.objects.filter(credit_code=code).exists():
        raise AlreadyRegistered
    entity = Entity.objects.create(
        kind=kind,
        name=name,
        name_en=name_en,
        credit_code=code,
        region=region,
        pinyin="".join(lazy_pinyin(name)).lower()[:400],
        source=source,
        is_invented=is_invented,
    )
    record(
        kind="parties.entity_registered",
        subject=entity,
        actor=by,
        body={"name": name, "kind": str(kind), "credit_code": code, "is_invented": is_invented},
    )
    return entity


@transaction.atomic
def grant_membership(
    *, user: User, entity: Entity, role: Role, start: dt.date, by: User | None, end: dt.date | None = None
) -> Membership:
    """Let a user act for an entity in a role during [start, end). The same again changes nothing."""
    made, new = Membership.objects.get_or_create(
        user=user, entity=entity, role=role, defaults={"valid": DateRange(start, end, "[)")}
    )
    if new:
        record(
            kind="parties.membership_granted",
            subject=entity,
            actor=by,
            body={"user": user.pk, "role": str(role), "start": start.isoformat()},
        )
    return made
