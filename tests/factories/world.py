"""The least valid objects for tests. Whatever is not named is as plain as it can be."""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

import pgtrigger
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from marketplace.directory.models import Intermediary, Offer, Qualification
from marketplace.tenders.models import Tender, Trustee, TrusteeKey, TrusteePart
from marketplace.tenders.operations import appoint_trustees, hand_over, pass_tender, submit_tender
from marketplace.tenders.sealing import (
    Unreadable,
    context_of,
    key_id,
    new_private_key,
    open_share,
    public_half,
    read_header,
)
from regulation.decoupling.models import Check
from regulation.decoupling.rules import PACK
from regulation.parties.identifiers import credit_code_check_character
from regulation.parties.models import (
    Declaration,
    Entity,
    EntityKind,
    Interest,
    Membership,
    Person,
    Region,
    Role,
    User,
)
from regulation.registry.models import Approval, Instrument, Provision, Ruling, RulingBasis, Service

count = itertools.count(1)
LONG_AGO = dt.date(2020, 1, 1)
PASSWORD = "correct horse battery staple"


def region(code: str = "511602", name: str = "广安区") -> Region:
    country, _ = Region.objects.get_or_create(code="000000", defaults={"name": "全国"})
    parent = country
    for depth, at in enumerate(dict.fromkeys((code[:2] + "0000", code[:4] + "00", code)), start=1):
        if at == "000000":
            continue
        parent, _ = Region.objects.get_or_create(
            code=at, defaults={"name": name if at == code else f"{at}", "parent": parent, "depth": depth}
        )
    return parent


def user(**fields: object) -> User:
    return User.objects.create_user(f"person{next(count)}@example.org", PASSWORD, **fields)


def entity(kind: str = EntityKind.ENTERPRISE, **fields: object) -> Entity:
    n = next(count)
    body = f"91511602{n:09d}"
    defaults = {
        "name": f"单位{n}",
        "credit_code": body + credit_code_check_character(body),
        "pinyin": f"danwei{n:06d}",
        "region": region(),
    }
    return Entity.objects.create(kind=kind, **defaults | fields)


def department(**fields: object) -> Entity:
    return entity(EntityKind.DEPARTMENT, **fields)


def member(role: Role, of: Entity | None = None) -> Membership:
    return Membership.objects.create(
        user=user(), entity=of or entity(), role=role, valid=DateRange(LONG_AGO, None)
    )


def person(**fields: object) -> Person:
    return Person.objects.create(**{"name": f"某人{next(count)}", "is_invented": True} | fields)


def interest(
    holder: Entity | Person, subject: Entity | Person, kind: str = "setUp", **fields: object
) -> Interest:
    ends = {
        "holder_entity" if isinstance(holder, Entity) else "holder_person": holder,
        "subject" if isinstance(subject, Entity) else "subject_person": subject,
    }
    defaults = {"held": DateRange(LONG_AGO, None), "tier": "A", "source": "test"}
    return Interest.objects.create(**ends, kind=kind, **defaults | fields)


def service(**fields: object) -> Service:
    n = next(count)
    return Service.objects.create(**{"code": f"service-{n}", "name": f"服务{n}", "source": "test"} | fields)


def approval(**fields: object) -> Approval:
    n = next(count)
    defaults = {"ref": f"approval-{n}", "name": f"事项{n}", "region": region(), "source": "test"}
    if "department" not in fields:
        defaults["department"] = department()
    return Approval.objects.create(**defaults | fields)


def provision(level: str = "law", **fields: object) -> Provision:
    n = next(count)
    instrument = Instrument.objects.create(
        ref=f"instrument-{n}", title=f"法规{n}", level=level, region=region("000000"), source="test"
    )
    defaults = {
        "ref": f"instrument-{n}-1",
        "article": "第一条",
        "summary": "概要",
        "in_force": DateRange(LONG_AGO, None),
        "source": "test",
    }
    return Provision.objects.create(instrument=instrument, level=level, **defaults | fields)


def ruling(**fields: object) -> Ruling:
    """A published ruling with a lawful basis, by two people."""
    basis = fields.pop("basis", None) or provision()
    defaults = {
        "necessity": "mandatory",
        "reason": "理由",
        "in_force": DateRange(LONG_AGO, None),
        "published_at": timezone.now(),
        "source": "test",
    }
    for name, make in (("service", service), ("region", region), ("author", user), ("reviewer", user)):
        if name not in fields:
            defaults[name] = make()
    made = Ruling.objects.create(**defaults | fields)
    RulingBasis.objects.create(ruling=made, provision=basis)
    return made


def intermediary(
    sells: Service | Sequence[Service] | None = None, declared: bool = True, **fields: object
) -> Intermediary:
    body = fields.pop("entity", None) or entity(EntityKind.INTERMEDIARY)
    made = Intermediary.objects.create(entity=body, ref=f"intermediary-{next(count)}", **fields)
    for one in [sells] if isinstance(sells, Service) else sells or ():
        offer(made, one)
    if declared:
        Declaration.objects.create(entity=body, as_of=LONG_AGO)
    return made


def offer(of: Intermediary, sells: Service, **fields: object) -> Offer:
    defaults = {
        "region": region(),
        "price_basis": "fixed",
        "amount": Decimal("9000.00"),
        "days": 10,
        "valid": DateRange(LONG_AGO, None),
    }
    return Offer.objects.create(intermediary=of, service=sells, **defaults | fields)


PRIVATE: dict[str, bytes] = {}  # what trustees keep in stores of their own


def qualification(of: Intermediary, name: str = "安全评价资质证书", **fields: object) -> Qualification:
    defaults = {"number": f"Q{next(count)}", "valid": DateRange(LONG_AGO, None, "[)")}
    return Qualification.objects.create(intermediary=of, name=name, **defaults | fields)


def trustees(spare: int = 2) -> list[Trustee]:
    """The three trustees, each with spare keys."""
    standing = list(Trustee.objects.filter(retired_at__isnull=True).order_by("pk"))
    if not standing:
        standing = [
            Trustee.objects.create(ref=f"trustee-{next(count)}", part=part, entity=entity())
            for part in TrusteePart.values
        ]
    for one in standing:
        for _ in range(spare - one.keys.filter(appointment__isnull=True).count()):
            trustee_key(one)
    return standing


def trustee_key(of: Trustee) -> TrusteeKey:
    private = new_private_key()
    public = public_half(private)
    kid = key_id(public).hex()
    PRIVATE[kid] = private
    return TrusteeKey.objects.create(kid=kid, trustee=of, public=public)


def hand_over_shares(tender: Tender, *parts: str) -> None:
    """The trustees, or those of these parts, hand over what their boxes hold."""
    bids = list(tender.bids.standing().select_related("tenderer"))
    for appointed in tender.appointments.select_related("trustee", "tender"):
        if bids and (not parts or appointed.trustee.part in parts):
            shares = {str(bid.ref): share_of(bid, tender, appointed) for bid in bids}
            hand_over(appointment=appointed, shares=shares, by=None, at=timezone.now())


def share_of(bid, tender, appointed) -> bytes | None:
    try:
        header = read_header(bytes(bid.envelope))
    except Unreadable:
        return None
    context = context_of(tender=tender.urn, tenderer=bid.tenderer.urn)
    return open_share(
        header.boxes[appointed.position - 1], context=context, private_key=PRIVATE[appointed.key_id]
    )


def tender(*, also: Sequence[Service | tuple[Service, Ruling | None]] = (), **fields: object) -> Tender:
    """A published tender that is open for another hour, with its trustees; `also` are services bought with
    its first, each with the ruling it relies on if there is one."""
    trustees()
    now = timezone.now()
    n = next(count)
    defaults = {
        "ref": f"t-{n}",
        "title": f"采购{n}",
        "description": "说明",
        "days": 30,
        "contact": "0826",
        "ceiling": Decimal("10000.00"),
        "closes_at": now + dt.timedelta(hours=1),
        "published_at": now - dt.timedelta(hours=1),
    }
    if "approval" not in fields:
        fields["approval"] = approval()
    for name, make in (
        ("owner", entity),
        ("service", service),
        ("created_by", user),
        *([] if fields.get("published_at", ...) is None else [("reviewer", user), ("publisher", user)]),
    ):
        if name not in fields:
            defaults[name] = make()
    defaults |= {"department": fields["approval"].department, "region": fields["approval"].region}
    with as_the_owner(), pgtrigger.ignore("tenders.Tender:begins_as_a_draft"):
        made = Tender.objects.create(**defaults | fields)
        with pgtrigger.ignore("tenders.TenderService:stands_with_its_tender"):
            for place, one in enumerate(also, start=2):
                service_, ruling_ = one if isinstance(one, tuple) else (one, None)
                made.services.create(position=place, service=service_, ruling=ruling_)
        if made.published_at:
            with transaction.atomic():
                appoint_trustees(tender=made, at=now)
    return made


@contextmanager
def as_the_owner() -> Iterator[None]:
    """As the owner of the database, who alone may set a trigger aside; then as whoever it was before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user)")
        before = cursor.fetchone()[0]
        cursor.execute("RESET ROLE")
        yield
        cursor.execute(f"SET ROLE {before}")


def avoid(tender: Tender, entity: Entity, reason: str) -> None:
    """A unit to be avoided, put in beside terms that stand: as the owner of the database alone can."""
    with as_the_owner(), pgtrigger.ignore("tenders.AvoidedUnit:stands_with_its_tender"):
        tender.avoided_units.create(entity=entity, reason=reason)


def reviewed(draft: Tender) -> Tender:
    """A draft that was submitted and passed by a second person."""
    now = timezone.now()
    submit_tender(tender=draft, by=draft.created_by, at=now)
    return pass_tender(tender=draft, by=user(), at=now)


def close(tender: Tender, *, shares: bool = True) -> Tender:
    """Move a tender's deadline into the past, as only the owner of the database can; its trustees come."""
    past = timezone.now() - dt.timedelta(seconds=1)
    with pgtrigger.ignore("tenders.Tender:published_terms_stand", "tenders.Tender:transitions"):
        Tender.objects.filter(pk=tender.pk).update(published_at=past - dt.timedelta(hours=2), closes_at=past)
    tender.refresh_from_db()
    if shares:
        hand_over_shares(tender)
    return tender


def check(**fields: object) -> Check:
    defaults = {
        "gate": "bid",
        "on": LONG_AGO,
        "outcome": "clear",
        "rule_pack": PACK,
        "input_digest": "0" * 64,
    }
    if "intermediary" not in fields:
        defaults["intermediary"] = entity(EntityKind.INTERMEDIARY)
    if "department" not in fields:
        defaults["department"] = department()
    return Check.objects.create(**defaults | fields)
