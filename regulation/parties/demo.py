"""Invented declarations, a contest and two records that may be one, for the demo. All of it says so."""

import datetime as dt
from decimal import Decimal

from . import operations
from .models import Contest, Entity, Interest, InterestKind, Person, Tier, User
from .rows import KIN, OWNER, POST

SOURCE = "演示数据，虚构 / invented for the demo"
PLAIN = {
    "who": "",
    "person": True,
    "entity": None,
    "code": "",
    "identity": "",
    "share": None,
    "post": "",
    "rank": "",
    "department": None,
    "department_name": "",
    "start": "2021-03-01",
    "end": None,
    "source": SOURCE,
    "url": "",
}
FAR_FROM_THE_STORY = "130200"  # the relative's department decides nothing in the demo's tender


def ensure_demo_interests(*, owned: User, related: User, tied: User, now: dt.datetime) -> None:
    """File the demo's declarations and its contest once, by the agents of three firms.

    The first declares two owners and its legal representative, the second a relative who is an official in
    another region, the third contests the share that ties it to a department.
    """
    if Contest.objects.filter(is_invented=True).exists():
        return
    first, second, third = (_firm(user) for user in (owned, related, tied))
    _owners(first, owned, now)
    _relative(second, related, now)
    share = Interest.objects.standing().filter(subject=third, kind=InterestKind.SHAREHOLDING).first()
    if share is not None:
        operations.file_contest(
            interest=share,
            entity=third,
            wrong="（演示）登记的持股比例有误。",
            right="（演示）应为 45%。",
            document="（演示）股东名册",
            by=tied,
            at=now,
        )


def _firm(user: User) -> Entity:
    return user.memberships.select_related("entity").order_by("pk")[0].entity


def _row(entity: Entity, by: User, **said: object) -> str:
    return operations.keep_row(entity=entity, row=PLAIN | said, by=by)


def _owners(firm: Entity, by: User, now: dt.datetime) -> None:
    for name, month, share in (("演示人员甲", "1975-04", "60"), ("演示人员乙", "1982-11", "40")):
        _row(
            firm,
            by,
            sort=OWNER,
            kind=InterestKind.SHAREHOLDING,
            name=name,
            birth_month=month,
            share=[share, share],
        )
    _row(
        firm, by, sort=POST, kind=InterestKind.LEGAL_REPRESENTATIVE, name="演示人员甲", birth_month="1975-04"
    )
    operations.file_declaration(entity=firm, by=by, at=now)
    _namesake(firm)


def _namesake(firm: Entity) -> None:
    """Another record of the same name, as an import brings it: month and firm agree, so it is suggested."""
    other = Person.objects.create(name="演示人员甲", birth_month="1975-04", is_invented=True, source=SOURCE)
    operations.state_interest(
        holder=other,
        subject=firm,
        kind=InterestKind.SHAREHOLDING,
        start=dt.date(2021, 3, 1),
        share=(Decimal(60), Decimal(60)),
        tier=Tier.B,
        source=SOURCE,
        by=None,
        is_invented=True,
    )
    operations.refresh_suggestions()


def _relative(firm: Entity, by: User, now: dt.datetime) -> None:
    department = Entity.objects.departments().filter(region=FAR_FROM_THE_STORY).order_by("pk").first()
    key = _row(
        firm, by, sort=POST, kind=InterestKind.LEGAL_REPRESENTATIVE, name="演示人员丙", birth_month="1979-08"
    )
    if department is not None:
        _row(
            firm,
            by,
            sort=KIN,
            kind=InterestKind.CLOSE_KIN,
            who=f"r:{key}",
            name="演示亲属丁",
            birth_month="1984-02",
            department=department.pk,
            department_name=department.name,
            post="（演示）科员",
            rank="other",
        )
    operations.file_declaration(entity=firm, by=by, at=now)
