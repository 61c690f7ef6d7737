"""The services of a tender: which rulings it relies on, and whether they may stand on it together."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from regulation.decoupling.queries.apart import kept_apart
from regulation.parties.models import Region
from regulation.registry.models import Approval, Provision, Ruling, Service
from regulation.registry.queries import rulings_for

from ...errors import TenderRefused
from ...models import MOST_SERVICES, Tender, TenderService
from ...service_errors import ServiceTwice, TooManyServices
from ...together import Wanted, refusals

Relied = tuple[Service, Ruling | None]


def relied_on(*, approval: Approval, services: Iterable[Service], at: dt.datetime) -> list[Relied]:
    """Each service with the ruling that holds on the day, None where none is on record; in one query."""
    wanted = list(services)
    day = timezone.localdate(at)
    held = rulings_for(approval=approval, services=wanted, region=approval.region, on=day)
    return [(one, held.get(one.pk)) for one in wanted]


def services_refused(relied: Sequence[Relied], *, region: Region, at: dt.datetime) -> list[TenderRefused]:
    """Why these services may not stand on one tender in a region; empty where they may."""
    wanted = [Wanted(one.code, one, ruling.verdict if ruling else "") for one, ruling in relied]
    apart = kept_apart([one.code for one in wanted], region=region, on=timezone.localdate(at), at=at)
    if apart is None:
        return list(refusals(wanted))
    law = Provision.objects.filter(ref__in=apart.rule.provisions).select_related("instrument").first()
    return list(refusals(wanted, apart=apart.services, law=str(law or "")))


def refused_of(tender: Tender, *, at: dt.datetime) -> list[TenderRefused]:
    """Why the services of a tender may not stand on it together; empty where they may."""
    rows = tender.bought
    if len(rows) < 2:
        return []
    judged = Ruling.objects.judged_on(timezone.localdate(at))
    held = judged.in_bulk([one.ruling_id for one in rows if one.ruling_id is not None])
    relied = [(one.service, held.get(one.ruling_id)) for one in rows]
    return services_refused(relied, region=tender.region, at=at)


def assert_services(tender: Tender, *, at: dt.datetime) -> None:
    """Raises TwoPayers, TiedToRequired and KeptApart."""
    for refusal in refused_of(tender, at=at):
        raise refusal


def set_services(tender: Tender, also: Iterable[Relied]) -> None:
    """What a draft buys beside its leading service, in place of what there is, in this order. What stood on
    it already relies on the ruling it relied on.

    Raises ServiceTwice and TooManyServices.
    """
    wanted = list(also)
    keys = [service.pk for service, _ruling in wanted]
    if len({tender.service_id, *keys}) <= len(keys):
        raise ServiceTwice
    if len(keys) >= MOST_SERVICES:
        raise TooManyServices(MOST_SERVICES)
    there = list(tender.services.filter(position__gt=1).order_by("position"))
    if [one.service_id for one in there] == keys:
        return
    stood = {one.service_id: one.ruling_id for one in there}
    tender.services.filter(position__gt=1).delete()
    TenderService.objects.bulk_create(
        TenderService(
            tender=tender,
            position=place,
            service=service,
            ruling_id=stood.get(service.pk, ruling.pk if ruling else None),
        )
        for place, (service, ruling) in enumerate(wanted, start=2)
    )


def services_body(tender: Tender) -> dict[str, Any]:
    """What the ledger keeps of the services: the leading one; where there are more, each with its ruling."""
    first = {"service": tender.service.urn, "ruling": tender.ruling.urn if tender.ruling else None}
    rows = list(tender.services.select_related("service", "ruling"))
    if len(rows) < 2:
        return first
    every = [{"service": one.service.urn, "ruling": one.ruling.urn if one.ruling else None} for one in rows]
    return first | {"services": every}
