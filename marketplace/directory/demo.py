"""Invented intermediaries for the demo: every one is marked as invented, on record and on the page."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.parties.identifiers import credit_code_check_character
from regulation.parties.models import Entity, EntityKind, InterestKind, Region
from regulation.parties.operations import declare_interests, register_entity, state_interest
from regulation.registry.models import Service

from .models import CreditRecord, Intermediary, PriceBasis, Qualification
from .operations import note_credit, publish_offer, register_intermediary
from .operations.crediting import Reckoned

SOURCE = "演示数据，虚构 / invented for the demo"
SEAT = "511602"
DEPARTMENT = "广安区交通运输局"
HAZCHEM = "hazchem-periodic-safety-assessment"
DIGITS = "0123456789"
CERTIFICATE = "执业资质证书（演示）"


@dataclass(frozen=True, slots=True)
class Firm:
    """An invented intermediary: its address part, names, seat and what it sells."""

    ref: str
    name: str
    name_en: str
    services: tuple[str, ...]
    seat: str = SEAT


SAFETY = (HAZCHEM, "hazchem-project-safety-assessment", "hazardous-project-safety-assessment")
ENVIRONMENT = ("eia-report", "soil-and-water-plan", "water-resources-report")
SURVEY = ("as-built-planning-survey", "construction-drawing-review", "geological-hazard-assessment")
VALUE = ("asset-appraisal", "land-valuation", "real-estate-valuation")
PLAN = ("feasibility-study", "project-application-report", "energy-conservation-report")
BIDDERS = (
    Firm("demo-shuan", "蜀安安全评价（演示）有限公司", "Shu'an Safety Assessment (demo)", SAFETY),
    Firm("demo-jialing", "嘉陵安全技术（演示）有限公司", "Jialing Safety Technology (demo)", SAFETY),
    Firm("demo-qujiang", "渠江港航安全咨询（演示）有限公司", "Qujiang Port Safety Advice (demo)", SAFETY),
    Firm("demo-huaying", "华蓥安环技术（演示）有限公司", "Huaying Safety and Environment (demo)", SAFETY),
)
_FIELDS = (
    ("环境科技", "Environmental Science", ENVIRONMENT),
    ("勘测设计", "Survey and Design", SURVEY),
    ("资产评估", "Valuation", VALUE),
    ("工程咨询", "Engineering Advice", PLAN),
    ("安全技术", "Safety Technology", SAFETY),
)
# months ago, level, score, contracts that counted, different buyers
HISTORIES = {
    "demo-qingshi-environmental": (
        (11, None, "", 2, 1),
        (9, 4, "4.12", 3, 2),
        (5, 4, "4.38", 6, 4),
        (2, 5, "4.61", 8, 6),
    ),
    "demo-qingshi-safety": ((10, None, "", 1, 1), (6, 3, "3.74", 4, 3), (3, 4, "4.05", 5, 4)),
    "demo-yunling-survey": ((8, 4, "4.20", 3, 2), (4, 3, "3.46", 5, 4), (1, 3, "3.52", 6, 4)),
    "demo-baita-valuation": ((7, 3, "3.10", 3, 2), (3, 2, "2.71", 5, 3)),
    "demo-wangjiang-engineering": ((2, None, "", 2, 2),),
}
_PLACES = (
    ("青石", "Qingshi", "511602"),
    ("云岭", "Yunling", "511603"),
    ("白塔", "Baita", "511600"),
    ("望江", "Wangjiang", "130200"),
    ("松湖", "Songhu", "510000"),
)


def firms() -> list[Firm]:
    """The four that bid in the story, and twenty-five others, one for each place and field."""
    others = [
        Firm(
            f"demo-{place_en.lower()}-{field_en.split()[0].lower()}",
            f"{place}{field}（演示）有限公司",
            f"{place_en} {field_en} (demo)",
            services,
            seat,
        )
        for place, place_en, seat in _PLACES
        for field, field_en, services in _FIELDS
    ]
    return [*BIDDERS, *others]


def invented_code(ref: str, seat: str = SEAT) -> str:
    """A well-formed credit code that belongs to nobody: registration authority Y, which is not assigned."""
    number = int.from_bytes(hashlib.sha256(ref.encode()).digest()[:8], "big")
    body = f"Y1{seat}{number % 10**9:09d}"
    return body + credit_code_check_character(body)


def price_of(ref: str, service: str) -> Decimal:
    """An invented price, the same each time."""
    number = int.from_bytes(hashlib.sha256(f"{ref}/{service}".encode()).digest()[:4], "big")
    return Decimal(8000 + number % 240 * 100)


def ensure_demo_directory(*, today: dt.date) -> dict[str, Intermediary]:
    """Register the invented intermediaries once; returns them by ref. The third bidder has a tie."""
    services = {s.code: s for s in Service.objects.all()}
    made = {}
    for firm in firms():
        there = Intermediary.objects.filter(ref=firm.ref).select_related("entity").first()
        made[firm.ref] = there or _register(firm, services=services, today=today)
    _tie(made["demo-qujiang"].entity, today=today)
    _credit(made, today=today)
    return made


def _credit(made: dict[str, Intermediary], *, today: dt.date) -> None:
    """Invented: how the credit of five firms that have no contract here moved in a year."""
    noon = dt.datetime.combine(today, dt.time(12), tzinfo=ZoneInfo("Asia/Shanghai"))
    for ref, steps in HISTORIES.items():
        firm = made[ref]
        if CreditRecord.objects.filter(intermediary=firm).exists():
            continue
        for months, level, score, contracts, buyers in steps:
            said = f"{ref}/{months}".encode()
            note_credit(
                intermediary=firm,
                credit=Reckoned(
                    level,
                    Decimal(score) if score else None,
                    contracts,
                    buyers,
                    hashlib.sha256(said).hexdigest(),
                ),
                at=noon - dt.timedelta(days=30 * months),
                is_invented=True,
            )


def _register(firm: Firm, *, services: dict[str, Service], today: dt.date) -> Intermediary:
    seat = Region.objects.get(code=firm.seat)
    entity = register_entity(
        kind=EntityKind.INTERMEDIARY,
        name=firm.name,
        name_en=firm.name_en,
        credit_code=invented_code(firm.ref, firm.seat),
        region=seat,
        source=SOURCE,
        is_invented=True,
        by=None,
    )
    declare_interests(entity=entity, as_of=today, by=None)
    names = [services[code] for code in firm.services]
    intermediary = register_intermediary(
        entity=entity,
        ref=firm.ref,
        summary="承接" + "、".join(s.name for s in names) + "。",
        summary_en="Sells: " + "; ".join(s.name_en for s in names) + ".",
        by=None,
    )
    for service in names:
        publish_offer(
            intermediary=intermediary,
            service=service,
            region=seat,
            price_basis=PriceBasis.FIXED,
            amount=price_of(firm.ref, service.code),
            days=10 + len(service.code) % 15,
            start=today,
            by=None,
        )
    Qualification.objects.create(
        intermediary=intermediary,
        name=CERTIFICATE,
        name_en="Certificate of qualification (demo)",
        number=f"DEMO-{firm.ref}",
        valid=DateRange(today, today.replace(year=today.year + 3, day=1), "[)"),
    )
    return intermediary


def _tie(intermediary: Entity, *, today: dt.date) -> None:
    """Invented: department — subordinate body — enterprise it set up — 60 % of the intermediary."""
    if intermediary.interests_in.exists():
        return
    department = Entity.objects.departments().filter(name__endswith=DEPARTMENT).get()
    centre = _body(EntityKind.PUBLIC_INSTITUTION, "广安区港航服务中心（演示）", "Guang'an Port Centre (demo)")
    firm = _body(EntityKind.ENTERPRISE, "广安港航技术（演示）有限公司", "Guang'an Port Technology (demo)")
    since = today.replace(year=today.year - 6, day=1)
    for holder, subject, kind, share in (
        (department, centre, InterestKind.AFFILIATION, None),
        (centre, firm, InterestKind.SET_UP, None),
        (firm, intermediary, InterestKind.SHAREHOLDING, (Decimal(60), Decimal(60))),
    ):
        state_interest(
            holder=holder,
            subject=subject,
            kind=kind,
            start=since,
            share=share,
            source=SOURCE,
            is_invented=True,
            by=None,
        )


def _body(kind: EntityKind, name: str, name_en: str) -> Entity:
    return register_entity(
        kind=kind,
        name=name,
        name_en=name_en,
        region=Region.objects.get(code=SEAT),
        source=SOURCE,
        is_invented=True,
        by=None,
    )
