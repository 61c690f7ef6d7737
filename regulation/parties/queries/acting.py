"""Whom a user acts for, and where."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from regulation.ledger.models import Entry

from ..models import Entity, EntityKind, Membership, Notice, Region, User

LOOKED = "parties.looked"


def looks() -> QuerySet[Entry]:
    """Entries that say who looked at personal data, the newest first."""
    return Entry.objects.filter(kind=LOOKED).select_related("actor").order_by("-pk")


def memberships_of(user: User | AnonymousUser) -> QuerySet[Membership]:
    """The memberships a user holds today, oldest first."""
    if not user.is_authenticated:
        return Membership.objects.none()
    return user.memberships.valid_on(localdate()).select_related("entity").order_by("pk")


def acting_membership(*, user: User | AnonymousUser, chosen: int | None) -> Membership | None:
    """The membership a user acts by: the one chosen for this session if still held, else the first.

    It comes with `unread`, how many notices its person has not read: every page's frame shows that."""
    if not user.is_authenticated:
        return None
    waiting = Notice.objects.filter(user=OuterRef("user")).unread().order_by().values("user")
    count = Subquery(waiting.annotate(n=Count("pk")).values("n"))
    held = list(memberships_of(user).annotate(unread=Coalesce(count, 0)))
    return next((m for m in held if m.pk == chosen), held[0] if held else None)


def region_and_parents(code: str) -> list[str]:
    """Codes from the region to the country, nearest first. An unknown code gives the country alone."""
    codes: list[str] = []
    parents = dict(Region.objects.filter(code__in=_ancestor_codes(code)).values_list("code", "parent_id"))
    at: str | None = code
    while at and at in parents and at not in codes:
        codes.append(at)
        at = parents[at]
    return codes or ["000000"]


def line_of(region: Region) -> list[str]:
    """`region_and_parents` of a region in hand: read once, however often the object is asked."""
    kept: list[str] | None = region.__dict__.get("_line")
    if kept is None:
        kept = region.__dict__["_line"] = region_and_parents(region.code)
    return kept


def on_one_line(one: Region, other: Region) -> bool:
    """Whether two regions are the same, or one lies within the other."""
    return other.code in line_of(one) or one.code in line_of(other)


def _ancestor_codes(code: str) -> set[str]:
    return {code, code[:4] + "00", code[:2] + "0000", "000000"}


def departments_in(region: Region) -> QuerySet[Entity]:
    """Departments of one region by name."""
    return Entity.objects.filter(kind=EntityKind.DEPARTMENT, region=region)
