"""Accounts, procedure rules and trustees for the demo. Idempotent; everything invented says so."""

import datetime as dt
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from marketplace.directory.demo import (
    BIDDERS,
    DEPARTMENT,
    SOURCE,
    ensure_demo_directory,
    invented_code,
)
from regulation.oversight.demo import ensure_demo_reports
from regulation.parties.demo import ensure_demo_interests
from regulation.parties.models import Entity, EntityKind, Region, Role, User
from regulation.parties.operations import grant_membership, register_entity
from regulation.registry.demo import ensure_demo_consultation, ensure_demo_deciders, ensure_demo_zones

from ..models import LimitKind, ProcedureRule, TimeLimit
from ..seed import ensure_rules
from .trustees import NOTARY, PLATFORM, ensure_trustees

DOMAIN = "demo.qinqing.example"
REGION = "511602"
SECONDS = dt.timedelta(seconds=10)
ENTERPRISE = ("广安临港仓储（演示）有限公司", "Guang'an Harbour Storage (demo)")
OFFICE = ("亲清登记与监管办公室（演示）", "Qinqing registry and supervision office (demo)")
COUNCIL = ("演示市商事调解中心（演示）", "Demo mediation centre (invented)")


@dataclass(frozen=True, slots=True)
class Account:
    """One sign-in: the address part, what it is called, its role and for whom it acts."""

    key: str
    title: str
    role: Role | None
    entity: str  # "enterprise", "office", "department", a directory ref, or "" for nobody
    staff: bool = False


ACCOUNTS = (
    Account("enterprise", "企业采购人 enterprise", Role.OWNER, "enterprise"),
    Account("enterprise2", "企业批准人 enterprise, second person", Role.OWNER, "enterprise"),
    *(
        Account(f"intermediary{n}", f"中介机构经办人 intermediary {n}", Role.AGENT, firm.ref)
        for n, firm in enumerate(BIDDERS, start=1)
    ),
    Account("department", "审批部门经办人 department that decides", Role.OWNER, "department"),
    Account("editor", "认定编辑 registry editor", Role.EDITOR, "office"),
    Account("reviewer", "认定复核 second reviewer", Role.REVIEWER, "office"),
    Account("regulator", "监管人员 regulator", Role.REGULATOR, "office"),
    Account("regulator2", "监管人员（二）second regulator", Role.REGULATOR, "office"),
    Account("trustee1", "开标受托人（平台）trustee: platform", Role.TRUSTEE, "platform"),
    Account("trustee2", "开标受托人（监管）trustee: regulator", Role.TRUSTEE, "office"),
    Account("trustee3", "开标受托人（公证）trustee: notary", Role.TRUSTEE, "notary"),
    Account("mediator", "争议调解人 mediator", Role.MEDIATOR, "council"),
    Account("admin", "站点管理员 site administrator", None, ""),
    Account("cashier", "资金复核人 second person of the site's staff", None, "", staff=True),
)


@transaction.atomic
def ensure_world(*, passwords: Path, trustees: Path, today: dt.date, now: dt.datetime) -> None:
    """Make what is missing of the demo, and keep the accounts' passwords in a file only its owner reads.

    Each trustee's store lies in a folder of its own under `trustees`.
    """
    entities = {ref: i.entity for ref, i in ensure_demo_directory(today=today).items()}
    entities["enterprise"] = _entity(EntityKind.ENTERPRISE, *ENTERPRISE, code=invented_code("enterprise"))
    entities["office"] = _entity(EntityKind.PUBLIC_INSTITUTION, *OFFICE, code=None)
    entities["platform"] = _entity(EntityKind.PUBLIC_INSTITUTION, *PLATFORM, code=None)
    entities["notary"] = _entity(EntityKind.PUBLIC_INSTITUTION, *NOTARY, code=None)
    entities["department"] = Entity.objects.departments().filter(name__endswith=DEPARTMENT).get()
    entities["council"] = _entity(EntityKind.PUBLIC_INSTITUTION, *COUNCIL, code=None)
    parts = {"platform": "platform", "regulator": "office", "notary": "notary"}
    ensure_trustees({part: entities[key] for part, key in parts.items()}, stores=trustees, at=now)
    _procedure_rules(today)
    _limits(today)
    known = json.loads(passwords.read_text() or "[]") if passwords.is_file() else []
    kept = {row["email"]: row["password"] for row in known}
    rows = [_account(account, entities, kept, today) for account in ACCOUNTS]
    _consultation(entities["enterprise"], now)
    editor, reviewer = (User.objects.get(email=f"{key}@{DOMAIN}") for key in ("editor", "reviewer"))
    ensure_demo_zones(editor=editor, reviewer=reviewer, today=today, at=now)
    ensure_demo_deciders(editor=editor)
    first, second = (User.objects.get(email=f"{key}@{DOMAIN}") for key in ("regulator", "regulator2"))
    ensure_demo_reports(first=first, second=second, now=now)
    agents = [User.objects.get(email=f"intermediary{n}@{DOMAIN}") for n in (1, 4, 3)]
    ensure_demo_interests(owned=agents[0], related=agents[1], tied=agents[2], now=now)
    text = json.dumps(rows, ensure_ascii=False, indent=1)
    if passwords.is_file() or not passwords.exists():
        with os.fdopen(os.open(passwords, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)


def _entity(kind: EntityKind, name: str, name_en: str, *, code: str | None) -> Entity:
    there = Entity.objects.filter(name=name).first()
    return there or register_entity(
        kind=kind,
        name=name,
        name_en=name_en,
        credit_code=code,
        region=Region.objects.get(code=REGION),
        source=SOURCE,
        is_invented=True,
        by=None,
    )


def _consultation(enterprise: Entity, now: dt.datetime) -> None:
    """What the public is asked in the demo, and what two of its people say."""
    user = {key: User.objects.get(email=f"{key}@{DOMAIN}") for key in ("editor", "reviewer", "enterprise")}
    ensure_demo_consultation(
        editor=user["editor"],
        reviewer=user["reviewer"],
        member=user["enterprise"],
        entity=enterprise,
        other=User.objects.get(email=f"intermediary1@{DOMAIN}"),
        at=now,
    )


def _procedure_rules(today: dt.date) -> None:
    """The demo's own rule for its region, dated and saying so."""
    for region, minimum, note, note_en in (
        (
            REGION,
            SECONDS,
            "演示：为在几秒内演完全程，本地区最短投标时间暂设为10秒。",
            "Demo: so that the story plays in seconds, bidding in this region may be as short as 10 seconds.",
        ),
    ):
        ProcedureRule.objects.get_or_create(
            region_id=region,
            is_invented=True,
            defaults={
                "minimum_bidding": minimum,
                "in_force": DateRange(today, None, "[)"),
                "note": note,
                "note_en": note_en,
            },
        )


def _limits(today: dt.date) -> None:
    """The country's limits, and for the demo's region a standstill short enough to be seen through."""
    ensure_rules()
    TimeLimit.objects.get_or_create(
        region_id=REGION,
        kind=LimitKind.STANDSTILL,
        is_invented=True,
        defaults={
            "amount": 60,
            "unit": "seconds",
            "in_force": DateRange(today, None, "[)"),
            "note": "演示：为便于看完全程，本地区公示期暂设为60秒。",
            "note_en": "Demo: so that all of it can be seen, the standstill in this region lasts 60 seconds.",
        },
    )


def _account(
    account: Account, entities: dict[str, Entity], kept: dict[str, str], today: dt.date
) -> dict[str, str]:
    email = f"{account.key}@{DOMAIN}"
    password = kept.get(email) or secrets.token_urlsafe(12)
    user = User.objects.filter(email=email).first()
    if user is None:
        above = account.role is None and not account.staff
        make = User.objects.create_superuser if above else User.objects.create_user
        user = make(email, password, name=account.title)
        if account.staff:
            user.is_staff = True
            user.save(update_fields=["is_staff"])
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    elif email not in kept:
        user.set_password(password)
        user.save(update_fields=["password"])
    if account.role is not None:
        entity = entities[account.entity]
        grant_membership(user=user, entity=entity, role=account.role, start=today, by=None)
    return {"role": account.title, "email": email, "password": password}
