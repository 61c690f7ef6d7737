"""Reads of the directory."""

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, OuterRef, Prefetch, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, JSONObject, Now

from regulation.parties.models import Declaration, Entity, Region, User
from regulation.parties.queries import line_of, region_and_parents
from regulation.registry.market import MarketFacts
from regulation.registry.models import Service

from .models import (
    ConsequenceKind,
    ConsequenceRule,
    CreditRecord,
    Intermediary,
    Offer,
    OfferQuerySet,
    OfferSuspension,
    PriceBasis,
    Qualification,
    Sanction,
    SanctionOutcome,
)

TOO_FEW = 3  # a band of fewer prices would show single prices


@dataclass(frozen=True, slots=True)
class PriceSummary:
    """Published prices of a service for a whole job, yuan without tax. None where there is no price."""

    n: int
    minimum: Decimal | None = None
    lower_quartile: Decimal | None = None
    median: Decimal | None = None
    upper_quartile: Decimal | None = None
    maximum: Decimal | None = None


def listed() -> QuerySet[Intermediary]:
    """Registered intermediaries that are not suspended, with what a list shows."""
    return Intermediary.objects.filter(suspended_at__isnull=True).select_related("entity", "entity__region")


def registered_firm(name: str) -> Entity | None:
    """The entity of a registered intermediary that is not suspended, by its credit code or its exact name."""
    firms = Entity.objects.filter(intermediary__isnull=False, intermediary__suspended_at__isnull=True)
    return firms.filter(credit_code=name.upper()).first() or firms.filter(name=name).first()


def serving(intermediaries: QuerySet[Intermediary], region_code: str) -> QuerySet[Intermediary]:
    """Those with an offer for the region or a parent of it."""
    return intermediaries.filter(offers__region__in=region_and_parents(region_code)).distinct()


def named_like(intermediaries: QuerySet[Intermediary], text: str) -> QuerySet[Intermediary]:
    """Those whose name, pinyin, credit code or summary holds the text."""
    for word in text.split():
        intermediaries = intermediaries.filter(
            Q(entity__name__icontains=word)
            | Q(entity__name_en__icontains=word)
            | Q(entity__pinyin__icontains=word)
            | Q(entity__credit_code__iexact=word)
            | Q(summary__icontains=word)
        )
    return intermediaries


def with_lowest_price(
    intermediaries: QuerySet[Intermediary], *, service: Service | None, on: dt.date
) -> QuerySet[Intermediary]:
    """Each with `lowest`, its lowest published price for a whole job (of the service, if given)."""
    offers = Offer.objects.standing_on(on).filter(intermediary=OuterRef("pk"), price_basis=PriceBasis.FIXED)
    if service is not None:
        offers = offers.filter(service=service)
    return intermediaries.annotate(lowest=Subquery(offers.order_by("amount").values("amount")[:1]))


def with_declaration(intermediaries: QuerySet[Intermediary]) -> QuerySet[Intermediary]:
    """Each with `declared_as_of`, the day its last declaration of interests speaks for, or None."""
    last = Declaration.objects.filter(entity=OuterRef("entity"))
    return intermediaries.annotate(declared_as_of=Subquery(last.values("as_of")[:1]))


def service_facet(intermediaries: QuerySet[Intermediary], *, on: dt.date) -> list[tuple[Service, int]]:
    """How many of the intermediaries offer each service, most first; of each its code and names only."""
    counted = (
        Offer.objects.open()
        .filter(intermediary__in=intermediaries.order_by().values("pk"), valid__contains=on)
        .values("service", "service__code", "service__name", "service__name_en")
        .annotate(count=Count("intermediary", distinct=True))
        .order_by("-count", "service__pinyin")
        .values_list("service", "service__code", "service__name", "service__name_en", "count")[:20]
    )
    return [
        (Service(pk=pk, code=code, name=name, name_en=name_en), count)
        for pk, code, name, name_en, count in counted
    ]


def offers_of(intermediary: Intermediary, *, on: dt.date) -> OfferQuerySet:
    """The price list of a day, with what the gate set aside."""
    offers: OfferQuerySet = intermediary.offers.filter(valid__contains=on)
    return offers.select_related("service", "region").order_by("service__pinyin", "amount", "pk")


def with_suspensions(offers: OfferQuerySet) -> OfferQuerySet:
    """Each with `aside`, the suspension that stands, if one does, in a list."""
    standing = OfferSuspension.objects.filter(lifted_at__isnull=True).select_related("check_made")
    return offers.prefetch_related(Prefetch("suspensions", standing, to_attr="aside"))


def offers_reached(entities: list[int] | None, *, on: dt.date) -> OfferQuerySet:
    """Offers that have not ended, of these entities, or of all where None: what a change is checked for."""
    ends_later = Q(valid__endswith__gt=on) | Q(valid__endswith__isnull=True, valid__isempty=False)
    offers: OfferQuerySet = Offer.objects.filter(ends_later)
    offers = offers if entities is None else offers.filter(intermediary__entity__in=entities)
    return offers.select_related("intermediary__entity", "service", "region").order_by("pk")


def suspended_offers(intermediary: Intermediary) -> QuerySet[OfferSuspension]:
    """Prices of an intermediary that the gate set aside."""
    standing = OfferSuspension.objects.filter(offer__intermediary=intermediary, lifted_at__isnull=True)
    return standing.select_related("offer__service", "check_made").order_by("-pk")


def offers_for(service: Service, *, region: Region | None, on: dt.date) -> QuerySet[Offer]:
    """Standing offers of a service (for a region or its parents), the lowest first."""
    offers = Offer.objects.standing_on(on).filter(service=service)
    if region is not None:
        offers = offers.filter(region__in=line_of(region))
    return offers.select_related("intermediary__entity", "region").order_by("price_basis", "amount", "pk")


def price_summary(service: Service, *, region: Region | None, on: dt.date) -> PriceSummary:
    """Where the published prices for a whole job lie; fewer than three give only their number."""
    offers = offers_for(service, region=region, on=on).filter(price_basis=PriceBasis.FIXED)
    prices = sorted(offers.values_list("amount", flat=True))
    if len(prices) < TOO_FEW:
        return PriceSummary(n=len(prices))
    low, middle, high = statistics.quantiles(prices, n=4, method="inclusive")
    return PriceSummary(len(prices), prices[0], low, middle, high, prices[-1])


def market_facts(services: Sequence[Service], region: Region, on: dt.date) -> dict[int, MarketFacts]:
    """What the registry tells of the market: offers of services for a region or its parents, by service."""
    offers = Offer.objects.standing_on(on).filter(service__in=list(services), region__in=line_of(region))
    fixed = Q(price_basis=PriceBasis.FIXED)
    counted = (
        offers.order_by()
        .values("service")
        .annotate(
            sellers=Count("intermediary", distinct=True),
            prices=ArrayAgg("amount", filter=fixed, default=[]),
            lengths=ArrayAgg("days"),
        )
        .values_list("service", "sellers", "prices", "lengths")
    )
    return {service: _facts(sellers, prices, days) for service, sellers, prices, days in counted}


def _facts(sellers: int, prices: list[Decimal], days: list[int]) -> MarketFacts:
    usual = round(statistics.median(days)) if days else None
    if len(prices) < TOO_FEW:
        return MarketFacts(sellers, days=usual)
    middle = Decimal(statistics.median(prices)).quantize(Decimal("0.01"))
    return MarketFacts(sellers, min(prices), middle, max(prices), usual)


def qualifications_of(intermediary: Intermediary) -> QuerySet[Qualification]:
    """The certificates an intermediary holds or held; those that were ended before they began left out."""
    return intermediary.qualifications.filter(valid__isempty=False).order_by("name", "valid")


def qualifications_on(entity: Entity, day: dt.date) -> set[str]:
    """The names of the certificates an intermediary holds on a day."""
    held = Qualification.objects.filter(intermediary__entity=entity, valid__contains=day)
    return set(held.values_list("name", flat=True))


def sellers_holding(
    *services: Service, all_of: Sequence[str], any_of: Sequence[str], on: dt.date
) -> QuerySet[Intermediary]:
    """Registered intermediaries that offer each of the services and hold, on a day, all of some certificates
    and one of others."""
    offers, found = Offer.objects.standing_on(on).order_by(), Intermediary.objects.all()
    for service in services:
        found = found.filter(pk__in=offers.filter(service=service).values("intermediary"))
    held = Qualification.objects.filter(valid__contains=on).values("intermediary")
    for name in all_of:
        found = found.filter(pk__in=held.filter(name=name))
    return found.filter(pk__in=held.filter(name__in=any_of)) if any_of else found


def intermediary_of(entity: Entity) -> Intermediary | None:
    """The public profile of an entity, if it is registered."""
    return Intermediary.objects.filter(entity=entity).select_related("entity").first()


def consequence_rules(region: Region | None, *, on: dt.date) -> dict[str, ConsequenceRule]:
    """What follows from credit and complaints, by kind: the nearest region with a rule of the kind wins."""
    codes = region_and_parents(region.code) if region else ["000000"]
    found = ConsequenceRule.objects.filter(region__in=codes, in_force__contains=on).select_related(
        "provision"
    )
    told = {(rule.kind, rule.region_id): rule for rule in found}
    kinds = {kind for kind, _code in told}
    return {kind: next(told[kind, code] for code in codes if (kind, code) in told) for kind in sorted(kinds)}


def consequence_rule(kind: str, region: Region | None, *, on: dt.date) -> ConsequenceRule | None:
    """The rule of one kind in the nearest region that has one."""
    return consequence_rules(region, on=on).get(kind)


def with_credit_history(intermediaries: QuerySet[Intermediary], *, most: int) -> QuerySet[Intermediary]:
    """Each with `credit_steps`: its newest credit records, the newest first, as dicts of JSON values."""
    told = JSONObject(
        at="at",
        level="level",
        score=Cast("score", TextField()),
        contracts="contracts",
        buyers="buyers",
        is_invented="is_invented",
    )
    records = CreditRecord.objects.filter(intermediary=OuterRef("pk")).order_by("-pk")
    return intermediaries.annotate(credit_steps=ArraySubquery(records.values(told=told)[:most]))


def with_placing(intermediaries: QuerySet[Intermediary], *, on: dt.date) -> QuerySet[Intermediary]:
    """Each with `placed`: 0 where the country's rule places its level first, 1 otherwise."""
    rule = consequence_rule(ConsequenceKind.TOP, None, on=on)
    first = Q(credit_level=rule.level) if rule is not None and rule.level else Q(pk__in=[])
    return intermediaries.annotate(placed=Case(When(first, then=Value(0)), default=Value(1)))


def sanctions(*, waiting: bool | None = None) -> QuerySet[Sanction]:
    """Sanctions, the newest first; those that wait for a decision, or those that were decided."""
    found = Sanction.objects.select_related("intermediary__entity", "rule", "proposed_by").order_by(
        "-opened_at", "-pk"
    )
    return found if waiting is None else found.filter(decided_at__isnull=waiting)


def sanctions_to_decide(user: User) -> QuerySet[Sanction]:
    """What one of the centre's people can propose or decide now, what has waited longest first."""
    ready = Q(replied_at__isnull=False) | Q(reply_until__lte=Now())
    found = sanctions(waiting=True).filter(ready).exclude(proposed_by=user)
    return found.order_by("reply_until", "pk")


def standing_sanctions(intermediary: Intermediary) -> QuerySet[Sanction]:
    """Those that keep it from bidding now."""
    return intermediary.sanctions.filter(
        outcome=SanctionOutcome.IMPOSED, decided_at__isnull=False, lifted_at__isnull=True
    ).select_related("rule")


def suspensions_over(now: dt.datetime) -> QuerySet[Sanction]:
    """Suspensions whose time is over and that nobody has lifted."""
    return sanctions(waiting=False).filter(
        outcome=SanctionOutcome.IMPOSED, lifted_at__isnull=True, until__lte=now
    )
