"""Whether the parts the site needs are up. Each answer is one word and tells nothing of the inside."""

import datetime as dt
from collections.abc import Callable

from celery import Celery, current_app
from django.db import connection

from regulation.ledger.queries import database_now, heartbeat_age

BEATS_WITHIN = dt.timedelta(seconds=60)
BROKER_SECONDS = 1.0


def database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def broker(app: Celery = current_app) -> bool:
    with app.connection_for_write(connect_timeout=BROKER_SECONDS) as link:
        link.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
    return True


def worker_and_beat() -> bool:
    """Beat sends a signal that a worker writes down: a fresh one says both are alive."""
    age = heartbeat_age(name="beat", now=database_now())
    return age is not None and age < BEATS_WITHIN


PARTS: dict[str, Callable[[], bool]] = {
    "database": database,
    "broker": broker,
    "worker_and_beat": worker_and_beat,
}


def state() -> dict[str, str]:
    """`ok` or `down` for each part; a part that raises is down."""
    answers = {}
    for name, probe in PARTS.items():
        try:
            answers[name] = "ok" if probe() else "down"
        except Exception:
            answers[name] = "down"
    return answers
