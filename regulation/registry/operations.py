"""Writing rulings. One verb, one transaction, one ledger entry; nothing published is overwritten."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.forms.models import model_to_dict

from regulation.ledger.operations import record
from regulation.parties.models import Region, User

from . import text
from .errors import (
    EmptyPeriod,
    NoLawfulBasis,
    NotADraft,
    NoteMissing,
    NothingToReplace,
    NotTheAuthor,
    ProvisionMissing,
    RulingOverlaps,
    SamePerson,
    SourceMissing,
    TooEarly,
)
from .models import (
    Approval,
    Instrument,
    Necessity,
    Payer,
    Provision,
    Ruling,
    RulingBasis,
    Service,
)
from .queries import LAPSE_NOTED, has_lawful_basis, in_the_way_of, lapse_is_noted, lapsed_rulings
from .seed.tables import index_approval


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

    def columns(self) -> dict[str, Any]:
        """The ruling's columns. Raises EmptyPeriod and SourceMissing."""
        if self.end is not None and self.end <= self.start:
            raise EmptyPeriod
        if not self.source.strip():
            raise SourceMissing
        said = {name: value for name, value in asdict(self).items() if name not in ("start", "end")}
        return {**said, "in_force": DateRange(self.start, self.end, "[)")}


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
    """Write a ruling for a second person to publish; the first provision is the principal one.

    Raises EmptyPeriod, SourceMissing and ProvisionMissing.
    """
    columns = wording.columns()
    if not provisions:
        raise ProvisionMissing
    ruling = Ruling.objects.create(approval=approval, service=service, region=region, author=by, **columns)
    _rest(ruling, provisions)
    record(kind="registry.ruling_drafted", subject=ruling, actor=by, body=_body(ruling, provisions))
    return ruling


@transaction.atomic
def revise_draft(*, ruling: Ruling, wording: Wording, provisions: Sequence[Provision], by: User) -> Ruling:
    """The author writes a draft anew; approval, service and region stay.

    Raises NotADraft, NotTheAuthor and what draft_ruling raises.
    """
    draft = _locked_draft(ruling)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    columns = wording.columns()
    if not provisions:
        raise ProvisionMissing
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(columns))
    draft.bases.all().delete()
    _rest(draft, provisions)
    record(kind="registry.ruling_revised", subject=draft, actor=by, body=_body(draft, provisions))
    return draft


@transaction.atomic
def return_draft(*, ruling: Ruling, note: str, by: User) -> Ruling:
    """A second person sends a draft back with a note. Raises NotADraft, SamePerson and NoteMissing."""
    draft = _locked_draft(ruling)
    if draft.author_id == by.pk:
        raise SamePerson
    if not note.strip():
        raise NoteMissing
    record(kind="registry.ruling_returned", subject=draft, actor=by, body={"note": note.strip()})
    return draft


@transaction.atomic
def withdraw_draft(*, ruling: Ruling, by: User, at: dt.datetime) -> Ruling:
    """The author gives a draft up; the row stays, its record ends at `at`. Raises NotADraft, NotTheAuthor."""
    draft = _locked_draft(ruling)
    if draft.author_id != by.pk:
        raise NotTheAuthor
    _close(draft, at=at)
    record(kind="registry.ruling_withdrawn", subject=draft, actor=by, body={})
    return draft


@transaction.atomic
def publish_ruling(*, ruling: Ruling, by: User, at: dt.datetime) -> Ruling:
    """The second person publishes a draft; from `at` this site says so.

    Raises NotADraft, SamePerson, NoLawfulBasis (优化营商环境条例 43), ProvisionMissing and RulingOverlaps.
    """
    draft = _reviewed(ruling, by=by)
    if in_the_way_of(draft).exists():
        raise RulingOverlaps
    _publish(draft, by=by, at=at)
    record(kind="registry.ruling_published", subject=draft, actor=by, body=_body(draft, _basis_of(draft)))
    return draft


@transaction.atomic
def replace_ruling(*, draft: Ruling, by: User, at: dt.datetime) -> Ruling:
    """Publish a draft in the place of the rulings on record whose period in force it touches, in one step.

    Their `recorded` ends at `at`. What the draft leaves of their periods in law, before or after, is
    recorded again: what was required then is still said.
    Raises NothingToReplace, TooEarly and what publish_ruling raises.
    """
    new = _reviewed(draft, by=by)
    old = list(in_the_way_of(new))
    if not old:
        raise NothingToReplace
    again: list[Ruling] = []
    for standing in old:
        _close(standing, at=at)
        again += [_record_again(standing, period=rest, at=at) for rest in _left(standing, new)]
    _publish(new, by=by, at=at)
    body = _body(new, _basis_of(new))
    body["replaces"] = [ruling.urn for ruling in old]
    body["recorded_again"] = [ruling.urn for ruling in again]
    record(kind="registry.ruling_replaced", subject=new, actor=by, body=body)
    return new


@transaction.atomic
def note_lapse(*, ruling: Ruling, on: dt.date) -> bool:
    """Put on the ledger, once, that the legal basis of a demand has ended by a day. False if it already is.

    Nothing of the ruling changes: that its basis has ended follows from the provisions on that very day.
    """
    locked = Ruling.objects.select_for_update(of=("self",), no_key=True).get(pk=ruling.pk)
    if lapse_is_noted(locked) or not lapsed_rulings(on=on).filter(pk=locked.pk).exists():
        return False
    provisions = [provision.urn for provision in _basis_of(locked)]
    body = {"on": on.isoformat(), "provisions": provisions}
    record(kind=LAPSE_NOTED, subject=locked, actor=None, body=body)
    return True


@transaction.atomic
def save_catalogued(
    *, item: Approval | Service | Instrument | Provision, changed: Sequence[str], by: User
) -> None:
    """Store an approval, service, instrument or provision with what it is sorted and found by.

    `changed` names the fields the editor touched; the entry keeps their new values. A provision takes its
    instrument's level, so that no one lifts a local rule to a law by hand.
    """
    created = item.pk is None
    if isinstance(item, Approval):
        index_approval(item)
    elif isinstance(item, Service):
        item.pinyin, item.initials = text.pinyin(item.name), text.initials(item.name)
    elif isinstance(item, Provision):
        item.level = item.instrument.level
    item.save()
    kind = f"registry.{item._meta.model_name}_{'created' if created else 'changed'}"
    values = {name: str(value) for name, value in model_to_dict(item, fields=changed).items()}
    record(kind=kind, subject=item, actor=by, body={"changed": values})


def _locked_draft(ruling: Ruling) -> Ruling:
    draft = Ruling.objects.select_for_update(of=("self",), no_key=True).get(pk=ruling.pk)
    if draft.published_at is not None or draft.recorded.upper is not None:
        raise NotADraft
    return draft


def _reviewed(ruling: Ruling, *, by: User) -> Ruling:
    """The draft, fit for publication by `by`. Publications on one service take turns."""
    Service.objects.select_for_update(no_key=True).get(pk=ruling.service_id)
    draft = _locked_draft(ruling)
    if draft.author_id == by.pk:
        raise SamePerson
    if not draft.bases.exists():
        raise ProvisionMissing
    if not has_lawful_basis(draft, on=draft.in_force.lower):
        raise NoLawfulBasis
    return draft


def _publish(ruling: Ruling, *, by: User, at: dt.datetime) -> None:
    """Fill in the publication; an overlap that a race let through is told in words."""
    ruling.reviewer, ruling.published_at = by, at
    ruling.recorded = DateTimeTZRange(at, None, "[)")
    try:
        with transaction.atomic():
            ruling.save(update_fields=["reviewer", "published_at", "recorded"])
    except IntegrityError as refusal:
        if "ruling_one_in_force_at_a_time" in str(refusal):
            raise RulingOverlaps from refusal
        raise


def _close(ruling: Ruling, *, at: dt.datetime) -> None:
    if at <= ruling.recorded.lower:
        raise TooEarly
    ruling.recorded = DateTimeTZRange(ruling.recorded.lower, at, "[)")
    ruling.save(update_fields=["recorded"])


def _left(old: Ruling, new: Ruling) -> list[DateRange]:
    """What the new ruling's period leaves of the old one's: before it, after it, both or nothing."""
    was, now = old.in_force, new.in_force
    left = []
    if was.lower < now.lower:
        left.append(DateRange(was.lower, now.lower, "[)"))
    if now.upper is not None and (was.upper is None or now.upper < was.upper):
        left.append(DateRange(now.upper, was.upper, "[)"))
    return left


def _record_again(old: Ruling, *, period: DateRange, at: dt.datetime) -> Ruling:
    """The old ruling once more, for a part of its period in law. Raises NoLawfulBasis."""
    if not has_lawful_basis(old, on=period.lower):
        raise NoLawfulBasis
    copied = Ruling.objects.get(pk=old.pk)
    copied.pk, copied._state.adding = None, True
    copied.in_force = period
    copied.recorded = DateTimeTZRange(at, None, "[)")
    copied.published_at = at
    copied.save(force_insert=True)
    _rest(copied, _basis_of(old))
    return copied


def _rest(ruling: Ruling, provisions: Sequence[Provision]) -> None:
    RulingBasis.objects.bulk_create(
        RulingBasis(ruling=ruling, provision=provision, position=n) for n, provision in enumerate(provisions)
    )


def _basis_of(ruling: Ruling) -> list[Provision]:
    return [basis.provision for basis in ruling.bases.select_related("provision").order_by("position")]


def _body(ruling: Ruling, provisions: Sequence[Provision]) -> dict[str, Any]:
    period = ruling.in_force
    return {
        "approval": ruling.approval.urn if ruling.approval else None,
        "service": ruling.service.urn,
        "region": ruling.region_id,
        "necessity": str(ruling.necessity),
        "payer": str(ruling.payer),
        "reason": ruling.reason,
        "start": period.lower.isoformat(),
        "end": period.upper.isoformat() if period.upper else None,
        "provisions": [provision.urn for provision in provisions],
        "source": ruling.source,
    }
