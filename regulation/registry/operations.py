"""Writing rulings. One verb, one transaction, one ledger entry; nothing published is overwritten."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from regulation.ledger.operations import record
from regulation.parties.models import Region, User

from .errors import AlreadyPublished, EmptyPeriod, NoLawfulBasis, NotOnRecord, RulingOverlaps, SamePerson
from .models import LAWFUL_LEVELS, Approval, Necessity, Payer, Provision, Ruling, RulingBasis, Service


@dataclass(frozen=True, slots=True)
class Wording:
    """What a ruling says. `start` and `end` are [start, end) in law; an open end is until replaced."""

    necessity: Necessity
    reason: str
    source: str
    start: dt.date
    end: dt.date | None = None
    reason_en: str = ""
    payer: Payer | str = ""
    conditions: str = ""
    conditions_en: str = ""


@transaction.atomic
def draft_ruling(
    *,
    approval: Approval | None,
    service: Service,
    region: Region,
    wording: Wording,
    provisions: Sequence[Provision],
    by: User,
) -> Ruling:
    """Write a ruling for a second person to publish. Raises EmptyPeriod."""
    if wording.end is not None and wording.end <= wording.start:
        raise EmptyPeriod
    ruling = Ruling.objects.create(
        approval=approval,
        service=service,
        region=region,
        in_force=DateRange(wording.start, wording.end, "[)"),
        author=by,
        **{
            name: getattr(wording, name)
            for name in ("necessity", "reason", "reason_en", "payer", "conditions", "conditions_en", "source")
        },
    )
    _rest(ruling, provisions)
    record(kind="registry.ruling_drafted", subject=ruling, actor=by, body=_body(ruling, provisions))
    return ruling


def _rest(ruling: Ruling, provisions: Sequence[Provision]) -> None:
    RulingBasis.objects.bulk_create(
        RulingBasis(ruling=ruling, provision=provision, position=n) for n, provision in enumerate(provisions)
    )


def _body(ruling: Ruling, provisions: Sequence[Provision]) -> dict[str, Any]:
    period = ruling.in_force
    return {
        "approval": ruling.approval.urn if ruling.approval else None,
        "service": ruling.service.urn,
        "region": ruling.region_id,
        "necessity": str(ruling.necessity),
        "start": period.lower.isoformat(),
        "end": period.upper.isoformat() if period.upper else None,
        "provisions": [provision.urn for provision in provisions],
    }


def _has_lawful_basis(ruling: Ruling) -> bool:
    return ruling.provisions.filter(
        level__in=LAWFUL_LEVELS, in_force__contains=ruling.in_force.lower
    ).exists()


def _publish(ruling: Ruling, *, by: User, at: dt.datetime) -> None:
    """Fill in the publication; what the database refuses is told in words."""
    ruling.reviewer, ruling.published_at = by, at
    ruling.recorded = DateTimeTZRange(at, None, "[)")
    try:
        with transaction.atomic():
            ruling.save(update_fields=["reviewer", "published_at", "recorded"])
    except IntegrityError as refusal:
        if "ruling_one_in_force_at_a_time" in str(refusal):
            raise RulingOverlaps from refusal
        raise


@transaction.atomic
def publish_ruling(*, ruling: Ruling, by: User, at: dt.datetime) -> Ruling:
    """The second person publishes a draft; from `at` this site says so.

    Raises AlreadyPublished, SamePerson, NoLawfulBasis (优化营商环境条例 43) and RulingOverlaps.
    """
    locked = Ruling.objects.select_for_update(of=("self",), no_key=True).get(pk=ruling.pk)
    if locked.published_at:
        raise AlreadyPublished
    if locked.author_id == by.pk:
        raise SamePerson
    if locked.necessity == Necessity.MANDATORY and not _has_lawful_basis(locked):
        raise NoLawfulBasis
    _publish(locked, by=by, at=at)
    provisions = list(locked.provisions.order_by("bases__position"))
    record(kind="registry.ruling_published", subject=locked, actor=by, body=_body(locked, provisions))
    return locked


@transaction.atomic
def replace_ruling(*, old: Ruling, draft: Ruling, by: User, at: dt.datetime) -> Ruling:
    """Publish a draft in the place of a ruling on record, in one step.

    The old row's `recorded` ends at `at`. What the draft leaves of the old ruling's period in law, before or
    after, is recorded again: what was required then is still said.
    Raises NotOnRecord and what publish_ruling raises.
    """
    standing = Ruling.objects.select_for_update(of=("self",), no_key=True).get(pk=old.pk)
    if not standing.published_at or standing.recorded.upper is not None:
        raise NotOnRecord
    standing.recorded = DateTimeTZRange(standing.recorded.lower, at, "[)")
    standing.save(update_fields=["recorded"])
    period, new = standing.in_force, draft.in_force
    if period.lower < new.lower:
        _record_again(standing, period=DateRange(period.lower, new.lower, "[)"), at=at)
    if new.upper is not None and (period.upper is None or new.upper < period.upper):
        _record_again(standing, period=DateRange(new.upper, period.upper, "[)"), at=at)
    published = publish_ruling(ruling=draft, by=by, at=at)
    record(kind="registry.ruling_replaced", subject=standing, actor=by, body={"by": published.urn})
    return published


def _record_again(old: Ruling, *, period: DateRange, at: dt.datetime) -> None:
    """The old ruling once more, for the part of its period in law that the new one leaves."""
    provisions = list(old.provisions.order_by("bases__position"))
    copied = Ruling.objects.get(pk=old.pk)
    copied.pk, copied._state.adding = None, True
    copied.in_force = period
    copied.recorded = DateTimeTZRange(at, None, "[)")
    copied.published_at = at
    copied.save(force_insert=True)
    _rest(copied, provisions)
