"""The outbox as gauges on /metrics, read when somebody asks."""

from collections.abc import Iterator

from django.db import DatabaseError
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from .queries import database_now, outbox_state


class OutboxCollector(Collector):
    """Waiting and dead effects, and the age of the one owed longest. Silent while the database is away."""

    def describe(self) -> list[GaugeMetricFamily]:
        return list(_families(0, 0, 0.0))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            state = outbox_state(at=database_now())
        except DatabaseError:
            return
        yield from _families(state.waiting, state.dead, state.lag.total_seconds())


def _families(waiting: int, dead: int, lag: float) -> Iterator[GaugeMetricFamily]:
    yield GaugeMetricFamily("ledger_outbox_waiting", "Effects of entries that are owed.", waiting)
    yield GaugeMetricFamily("ledger_outbox_dead", "Effects given up after their last try.", dead)
    yield GaugeMetricFamily("ledger_outbox_lag_seconds", "Age of the effect that is owed longest.", lag)


_registered = False


def register() -> None:
    """Once per process."""
    global _registered
    if not _registered:
        REGISTRY.register(OutboxCollector())
        _registered = True
