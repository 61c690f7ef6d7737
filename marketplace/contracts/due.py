"""What is due on contracts, from whom, by when: for calendars and reminders."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulation.parties.models import Membership, Role, User

from . import dispute_queries as disputes
from . import queries
from .models import Contract, Dispute, Ending, Milestone

DAY = dt.timedelta(days=1)
MOST = 200  # of a kind


@dataclass(frozen=True, slots=True)
class Due:
    """One thing due: `key` stays the same while it is the same thing, `at` is exclusive."""

    key: str
    at: dt.datetime
    said: str
    path: str


def _named(milestone: Milestone) -> str:
    return milestone.name_en if get_language() == "en" and milestone.name_en else milestone.name


def _end_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day + DAY, dt.time()))


def _of_milestones(found: QuerySet[Milestone], what: str, text: str, by: str) -> Iterator[Due]:
    for one in found[:MOST]:
        at: Any = getattr(one, by)
        if at is not None:
            moment = at if isinstance(at, dt.datetime) else _end_of(at)
            title = {"name": _named(one), "title": one.contract.award.tender.title}
            path = reverse("contracts:milestone", args=[one.contract.ref, one.position])
            yield Due(f"{what}-{one.pk}", moment, text % title, path)


def _of_contracts(found: QuerySet[Contract], text: str) -> Iterator[Due]:
    for one in found[:MOST]:
        yield Due(
            f"sign-{one.pk}", one.sign_by, text % {"title": one.award.tender.title}, one.get_absolute_url()
        )


def _of_disputes(found: QuerySet[Dispute]) -> Iterator[Due]:
    text = _("Mend or agree: %(name)s · %(title)s")
    running = found.filter(asked_at__isnull=True, milestone__contract__suspended_at__isnull=True)
    for one in running[:MOST]:
        milestone = one.milestone
        title = {"name": _named(milestone), "title": milestone.contract.award.tender.title}
        yield Due(f"cure-{one.pk}", one.cure_until, text % title, one.get_absolute_url())


def _of_demands(membership: Membership) -> Iterator[Due]:
    entity = membership.entity_id
    own = Q(contract__buyer=entity) | Q(contract__seller=entity) | Q(contract__payer=entity)
    standing = Ending.objects.filter(
        own, done_at__isnull=True, declined_at__isnull=True, contract__suspended_at__isnull=True
    )
    text = _("Demanded: %(name)s · %(title)s")
    for one in standing.filter(grace_until__isnull=False).select_related(
        "milestone", "contract__award__tender"
    ):
        if one.milestone is not None and one.grace_until is not None:
            title = {"name": _named(one.milestone), "title": one.contract.award.tender.title}
            yield Due(f"grace-{one.pk}", one.grace_until, text % title, one.contract.get_absolute_url())


def _of_seats(membership: Membership) -> Iterator[Due]:
    waiting = disputes.seats_waiting(membership.user, membership.entity)
    for seat in waiting.filter(dispute__milestone__contract__suspended_at__isnull=True)[:MOST]:
        decides = seat.decide_by is not None
        text = _("Decide the dispute: %(name)s") if decides else _("Accept or decline the dispute: %(name)s")
        said = text % {"name": _named(seat.dispute.milestone)}
        what = "decide" if decides else "answer"
        at = seat.decide_by or seat.answer_by
        yield Due(f"{what}-{seat.pk}", at, said, seat.dispute.get_absolute_url())


def due_for(membership: Membership) -> list[Due]:
    """What is due from whoever acts by a membership, the most urgent first."""
    entity, told = membership.entity, []
    if membership.role == Role.MEDIATOR:
        told += list(_of_seats(membership))
    elif membership.role in (Role.OWNER, Role.AGENT):
        told += _of_contracts(queries.to_sign(entity), _("Sign the contract: %(title)s"))
        told += _of_disputes(disputes.disputes_of(entity))
        told += _of_demands(membership)
        if membership.role == Role.OWNER:
            drafts = _("Lay the contract before all sides: %(title)s")
            told += _of_contracts(queries.to_draw_up(entity), drafts)
            examine = _("Examine, or silence accepts it: %(name)s · %(title)s")
            told += _of_milestones(queries.to_examine(entity), "examine", examine, "silence_until")
        else:
            hand_in = _("Hand in: %(name)s · %(title)s")
            fresh = queries.to_hand_in(entity).filter(mend_until__isnull=True)
            told += _of_milestones(fresh, "hand-in", hand_in, "due_on")
            mend = _("Mend and hand in again: %(name)s · %(title)s")
            told += _of_milestones(queries.to_mend(entity), "mend", mend, "mend_until")
    return sorted(told, key=lambda one: (one.at, one.key))


def due_of(user: User, *, on: dt.date) -> list[Due]:
    """What is due from a person in every role it has on a day, each thing once."""
    held = Membership.objects.filter(user=user, valid__contains=on).select_related("entity", "user")
    told = {one.key: one for membership in held.order_by("pk") for one in due_for(membership)}
    return sorted(told.values(), key=lambda one: (one.at, one.key))
