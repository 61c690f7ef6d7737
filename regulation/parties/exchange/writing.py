"""Writes what judging.py left in its temporary tables."""

import datetime as dt
from typing import Any

from django.db import connection

from ..models import InterestImport
from . import writing_sql as sql


def write_judged(*, job: InterestImport, at: dt.datetime) -> None:
    """State, close and remember everything an import holds, by the set. In the transaction of the judging."""
    given: dict[str, Any] = {"of": job.pk, "at": at, "source": f"{job.urn}: {job.name}"[:300]}
    with connection.cursor() as cursor:
        for statement in sql.WRITE:
            cursor.execute(statement, given)
