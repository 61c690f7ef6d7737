"""The first edition of every list that has rows, once the seed is in."""

import datetime as dt

from django.db import connection, transaction
from django.utils.timezone import localdate

from regulation.parties.models import Entity, Region, User

from ..errors import NothingListed
from ..models import Approval, AreaAssessmentMatter, Edition, ListKind, Ruling
from ..operations.editions import compile_edition, publish_edition
from .put import Change
from .rulings import AUTHOR, REVIEWER, signatory

Place = tuple[ListKind, Region, Entity | None]


@transaction.atomic
def first_editions(*, at: dt.datetime, lock: int) -> Change:
    """Compile and publish edition 1 of each list as of the day of `at`; nothing where an edition already is.

    The two seed accounts sign. From then on lists belong to the editors.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
    if Edition.objects.exists():
        return Change()
    author, reviewer = signatory(AUTHOR), signatory(REVIEWER)
    return sum((_first(place, author, reviewer, at) for place in _places(localdate(at))), Change())


def _first(place: Place, author: User, reviewer: User, at: dt.datetime) -> Change:
    kind, region, department = place
    day = localdate(at)
    try:
        made = compile_edition(kind=kind, region=region, department=department, as_of=day, by=author, at=at)
    except NothingListed:  # area-assessment matters whose article is not in force
        return Change()
    publish_edition(edition=made, by=reviewer, at=at)
    return Change(created=made.row_count + 1)


def _places(day: dt.date) -> list[Place]:
    """The lists that have a row on a day, by region, kind and department."""
    held = Ruling.objects.on_record().standing_on(day)
    found = set(held.order_by().values_list("necessity", "region"))
    matters = AreaAssessmentMatter.objects.order_by().values_list("region", flat=True)
    found |= {(str(ListKind.AREA_ASSESSED), region) for region in matters}
    regions = Region.objects.in_bulk()
    places: list[Place] = [(ListKind(kind), regions[code], None) for kind, code in sorted(found)]
    deciding = Approval.objects.order_by().values_list("department", "region").distinct()
    departments = Entity.objects.in_bulk({department for department, _region in deciding})
    return places + [(ListKind.POWERS, regions[code], departments[pk]) for pk, code in sorted(deciding)]
