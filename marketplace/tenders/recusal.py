"""Who may not evaluate: somebody who acts or acted for a bidder, or for whoever stands above or below one."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.parties.models import Entity, Membership, User

LOOKS_BACK = dt.timedelta(days=3 * 365)
"""政府采购法实施条例 9 looks back three years."""


def tied_to(user: User, bidders: Sequence[Entity], *, on: dt.date) -> Entity | None:
    """The first bidder the record ties somebody to on a day; None where it shows no tie.

    A tie is a role for the bidder now or within three years, or for an entity that the gate's own function
    finds above or below the bidder (政府采购法实施条例 9, 招标投标法实施条例 34).
    """
    window = DateRange(on - LOOKS_BACK, on + dt.timedelta(days=1))
    held = Membership.objects.filter(user=user, valid__overlap=window)
    entities = set(held.values_list("entity_id", flat=True))
    for bidder in bidders:
        if bidder.pk in entities or any(_affiliated(bidder.pk, other, on) for other in entities):
            return bidder
    return None


def _affiliated(bidder: int, other: int, on: dt.date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT decoupling_affiliated(%s, %s, %s) OR decoupling_affiliated(%s, %s, %s)",
            [bidder, other, on, other, bidder, on],
        )
        return bool(cursor.fetchone()[0])
