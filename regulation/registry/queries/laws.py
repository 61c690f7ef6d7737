"""What rests on a law, and since when it no longer can."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Prefetch, Q, QuerySet

from ..models import LAWFUL_LEVELS, Instrument, Provision, Ruling, RulingBasis

ON_RECORD = Q(rulings__published_at__isnull=False, rulings__recorded__upper_inf=True)


@dataclass(frozen=True, slots=True)
class End:
    """The article that was the last to carry a demand, and the first day it no longer does."""

    provision: Provision
    day: dt.date


def _recorded(in_force: bool, on: dt.date, said_at: dt.datetime | None) -> QuerySet[Ruling]:
    """Rulings on record, or as this site said at a moment, judged on a day; `in_force`: of that day only."""
    rulings = Ruling.objects.said_at(said_at) if said_at else Ruling.objects.on_record()
    return (rulings.in_force_on(on) if in_force else rulings).judged_on(on)


def resting_on(
    provision: Provision, *, on: dt.date, in_force: bool = False, said_at: dt.datetime | None = None
) -> QuerySet[Ruling]:
    """Rulings that cite a provision, as `_recorded` says."""
    return (
        _recorded(in_force, on, said_at)
        .filter(bases__provision=provision)
        .select_related("service", "region", "approval")
        .order_by("service__pinyin", "region", "pk")
    )


def resting_on_instrument(
    instrument: Instrument, *, on: dt.date, in_force: bool = False, said_at: dt.datetime | None = None
) -> QuerySet[Ruling]:
    """Rulings that cite any article of an instrument, each once, as `_recorded` says."""
    citing = Ruling.objects.filter(bases__provision__instrument=instrument)
    return (
        _recorded(in_force, on, said_at)
        .filter(pk__in=citing.values("pk"))
        .select_related("service", "region", "approval")
        .order_by("service__pinyin", "region", "pk")
    )


def articles_of(instrument: Instrument) -> QuerySet[Provision]:
    """An instrument's articles, each with `resting`: how many rulings on record cite it."""
    counted = instrument.provisions.annotate(resting=Count("rulings", filter=ON_RECORD, distinct=True))
    return counted.order_by("article_order", "article", "pk")


def outlasting(instrument: Instrument) -> QuerySet[Provision]:
    """Articles on record whose period would go on after the instrument's end."""
    if instrument.in_force is None or instrument.in_force.upper is None:
        return Provision.objects.none()
    open_or_later = Q(in_force__upper_inf=True) | Q(in_force__endswith__gt=instrument.in_force.upper)
    return Provision.objects.filter(open_or_later, instrument=instrument).order_by("article_order", "pk")


def with_bases(rulings: QuerySet[Ruling]) -> QuerySet[Ruling]:
    """Rulings with the articles they cite, and what repealed those articles' laws."""
    cited = RulingBasis.objects.select_related("provision__instrument__repealed_by")
    return rulings.prefetch_related(Prefetch("bases", cited))


def end_of_basis(ruling: Ruling) -> End | None:
    """Which law a lapsed demand rested on last, and from which day it no longer does.

    Reads `bases` as `with_bases` brings them. None where no lawful article of it has an end.
    """
    ends = [
        End(basis.provision, basis.provision.ends)
        for basis in ruling.bases.all()
        if basis.provision.level in LAWFUL_LEVELS and basis.provision.ends is not None
    ]
    return max(ends, key=lambda end: end.day, default=None)


def lapsed_places(lapsed: QuerySet[Ruling]) -> list[dict[str, str]]:
    """The regions and services of lapsed demands, by code and names, for choosing among them."""
    rows = lapsed.order_by("region__depth", "region", "service__pinyin").values(
        code=F("region__code"),
        region_name=F("region__name"),
        region_name_en=F("region__name_en"),
        service_code=F("service__code"),
        service_name=F("service__name"),
        service_name_en=F("service__name_en"),
    )
    return [{name: str(value) for name, value in row.items()} for row in rows.distinct()]
