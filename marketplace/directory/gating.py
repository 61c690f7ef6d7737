"""The conflict gate at registration, at the publication of an offer, and for an offer after a change."""

import datetime as dt
from typing import Any

from regulation.decoupling.models import Check, Gate, Outcome
from regulation.decoupling.operations import About, check, foresee
from regulation.decoupling.queries import departments_above, has_declared
from regulation.parties.models import Entity, Region, User
from regulation.parties.queries import region_and_parents
from regulation.registry.models import Approval, Ruling, Service

from .errors import Barred, NotDeclared, NotSettled
from .models import Offer

MOST_DEPARTMENTS = 50  # that ask for one service in one region


def departments_asking(service: Service, *, region: Region, on: dt.date) -> list[Entity]:
    """The departments of approvals that ask for this service there, by rulings that name the approval."""
    rulings = Ruling.objects.on_record().standing_on(on)
    asked = rulings.filter(
        service=service, region__in=region_and_parents(region.code), approval__isnull=False
    ).exclude(necessity="abolished")
    departments = Approval.objects.filter(pk__in=asked.values("approval")).values("department")
    return list(Entity.objects.filter(pk__in=departments).order_by("pk")[:MOST_DEPARTMENTS])


def pass_registration(entity: Entity, *, on: dt.date, by: User | None, at: dt.datetime) -> list[Check]:
    """A check against each department above the entity. What it finds bars those departments' work only:
    a department's body may serve the approvals of others (优化营商环境条例 43).
    """
    return [
        _check(entity, department, Gate.REGISTRATION, About(), on=on, by=by, at=at)
        for department in departments_above(entity, on=on)
    ]


def pass_offer(
    entity: Entity, *, service: Service, region: Region, on: dt.date, by: User | None, at: dt.datetime
) -> list[Check]:
    """Checks against the departments that ask for the service there, and those above the entity.

    Whoever has not declared its interests offers nothing. Where rulings name the departments that ask, at
    least one of them must be open to the entity. Raises NotDeclared, Barred, NotSettled; the checks made are
    on the refusal.
    """
    if not has_declared(entity, on=on):
        raise NotDeclared
    asking = departments_asking(service, region=region, on=on)
    known = {department.pk for department in asking}
    above = [d for d in departments_above(entity, on=on) if d.pk not in known]
    about = About(service=service.code, region=region)
    asked = [_check(entity, d, Gate.OFFER, about, on=on, by=by, at=at) for d in asking]
    made = asked + [_check(entity, d, Gate.OFFER, about, on=on, by=by, at=at) for d in above]
    if asked and all(one.outcome != Outcome.CLEAR for one in asked):
        raise (Barred if all(one.outcome == Outcome.CONFLICTED for one in asked) else NotSettled)(made)
    return made


def look_again(offer: Offer, *, on: dt.date, at: dt.datetime) -> list[tuple[Check, bool]]:
    """The answer of the gate for each department that asks for an offer's service there, and whether it is
    another than it was. Only another answer is stored: a change reaches many offers and alters few.
    """
    entity, about = offer.intermediary.entity, About(service=offer.service.code, region=offer.region)
    answers = []
    for department in departments_asking(offer.service, region=offer.region, on=on):
        pair: dict[str, Any] = {"intermediary": entity, "department": department}
        now = foresee(**pair, on=on, gate=Gate.OFFER, by=None, at=at, about=about)
        told = {"matter__service": about.service, "matter__regions": now.matter["regions"]}
        last = Check.objects.filter(**pair, gate=Gate.OFFER, **told).order_by("-pk").first()
        if last and (last.outcome, last.rule_code) == (now.outcome, now.rule_code):
            answers.append((last, False))
        else:
            answers.append((_check(entity, department, Gate.OFFER, about, on=on, by=None, at=at), True))
    return answers


def _check(
    entity: Entity,
    department: Entity,
    gate: Gate,
    about: About,
    *,
    on: dt.date,
    by: User | None,
    at: dt.datetime,
) -> Check:
    return check(intermediary=entity, department=department, on=on, gate=gate, by=by, at=at, about=about)
