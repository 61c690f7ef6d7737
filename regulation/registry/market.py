"""What the market knows of a service, for whoever reads the registry.

The registry lies below the market and does not import it: the room that knows hands its function over when
the site starts (`provide`). Until then nothing is known, and pages say so.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from regulation.parties.models import Region

from .models import Service


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """Published offers of a service for a region: how many sell it, prices of a whole job in yuan, days.

    Days are working days. Prices are None where fewer than three are published, days where none are.
    """

    sellers: int
    minimum: Decimal | None = None
    median: Decimal | None = None
    maximum: Decimal | None = None
    days: int | None = None


Source = Callable[[Sequence[Service], Region, dt.date], dict[int, MarketFacts]]
_sources: list[Source] = []


def provide(source: Source) -> None:
    """Name the one function that knows the market."""
    _sources[:] = [source]


def market_facts(services: Sequence[Service], region: Region, on: dt.date) -> dict[int, MarketFacts]:
    """What is known of each service, by its key; services nobody sells are absent."""
    return _sources[0](services, region, on) if _sources else {}
