"""Loading the seed: one file, one transaction, one ledger entry."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from regulation.ledger.operations import record

from . import measures, projects, tables
from .files import DataFile
from .lists import first_editions
from .put import Change
from .rulings import AUTHOR, rulings, signatory

FOLDER = Path(settings.BASE_DIR) / "data"
LOCK = 0x5EED  # advisory: two loads at once take turns, and the second finds everything there


Further = Callable[[dt.datetime], Change]
FURTHER: dict[str, Further] = {}  # what higher rooms load after the files, by name; idempotent


@dataclass(frozen=True, slots=True)
class Step:
    """One file, and what loading it wrote."""

    file: DataFile
    change: Change


def steps(*, at: dt.datetime) -> list[tuple[str, Callable[[DataFile], Change]]]:
    """The files in the order in which they need one another."""
    return [
        ("regions.csv", tables.regions),
        ("working_calendar.csv", tables.working_calendar),
        ("conditions.csv", projects.conditions),
        ("instruments.csv", tables.instruments),
        ("provisions.csv", tables.provisions),
        ("departments.csv", tables.departments),
        ("services.csv", tables.services),
        ("approvals.csv", tables.approvals),
        ("counterparts.csv", tables.counterparts),
        ("materials.csv", tables.materials),
        ("held_papers.csv", measures.held_papers),
        ("measures.csv", partial(measures.measures, at=at)),
        ("activities.json", projects.activities),
        ("area_assessments.csv", projects.area_assessments),
        ("multi_assessment.json", projects.joint_review),
        ("rulings.json", partial(rulings, at=at)),
    ]


def load_seed(*, at: dt.datetime, folder: Path = FOLDER) -> Iterator[Step]:
    """Load every file and yield what each wrote; a second run writes nothing.

    Rows that differ from the file are brought in line, save rulings, which are published once (`at`) and
    then belong to the editors. A file that wrote something leaves one ledger entry with its digest.
    Then higher rooms load what is theirs; last, the lists get their first editions.
    """
    for name, load in steps(at=at):
        file = DataFile(folder, name)
        yield Step(file, _load(file, load))
    for name, further in FURTHER.items():
        yield Step(DataFile(folder, name), further(at))
    yield Step(DataFile(folder, "lists"), first_editions(at=at, lock=LOCK))


@transaction.atomic
def _load(file: DataFile, load: Callable[[DataFile], Change]) -> Change:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    change = load(file)
    if change:
        body = {"sha256": file.sha256(), "created": change.created, "updated": change.updated}
        record(kind="registry.seed_loaded", subject=file, actor=signatory(AUTHOR), body=body)
    return change
