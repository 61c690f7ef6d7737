import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from regulation.decoupling.generator import Market
from regulation.parties.models import Entity, Interest, Person

SOURCE = "generate_graph"
FIXED_ENTITY = ("", "", "", "", "", True, SOURCE)  # name_en, address, phone, email, pinyin, invented, source
FIXED_PERSON = ("", "", True, SOURCE)
FIXED_INTEREST = ("A", SOURCE, "", "", "", "", 0, True)


class Command(BaseCommand):
    help = "Write an invented market whose conflicts are known, and the list of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--entities", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument("--on", type=dt.date.fromisoformat, help="the day it is made for; today")
        parser.add_argument("--labels", type=Path, help="CSV of the planted cases")
        parser.add_argument("--force", action="store_true", help="although the database holds real records")

    def handle(self, *args: Any, **options: Any) -> None:
        real = {"is_invented": False}
        if not options["force"] and any(
            model.objects.filter(**real).exists() for model in (Entity, Person, Interest)
        ):
            raise CommandError("This database holds real records. Use another one, or --force.")
        try:
            market = Market(options["entities"], options["seed"], options["on"] or timezone.localdate())
        except ValueError as fault:
            raise CommandError(str(fault)) from fault
        with transaction.atomic():
            entities, people = write(market)
        if options["labels"]:
            _labels(market, options["labels"], entities)
        if options["verbosity"]:
            self.stdout.write(
                f"{market.size:,} entities, {people:,} people, {len(market.plants):,} planted cases"
            )


def write(market: Market) -> tuple[int, int]:
    """The whole market by COPY. What to add to its entities' keys, and how many people there are."""
    with connection.cursor() as cursor:
        entities = _reserved(cursor, "parties_entity", market.size)
        _copy(
            cursor,
            "parties_entity (id, kind, name, is_state_owned, name_en, address, phone, email, pinyin,"
            " is_invented, source)",
            ((key + entities, *line, *FIXED_ENTITY) for key, *line in market.entities()),
        )
        most = market.size * 3  # people there can be at the most; their keys may leave a gap
        people = _reserved(cursor, "parties_person", most)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        _copy(
            cursor,
            "parties_interest (holder_entity_id, holder_person_id, subject_id, subject_person_id, kind,"
            " share_min, share_max, rank, held, tier, source, source_url, post, statement_id, record_id,"
            " ordinal, is_invented)",
            _shifted(market.interests(), entities, people),
        )
        _copy(
            cursor,
            "parties_person (id, name, birth_month, address, is_invented, source)",
            ((people + n, f"演示人员{n}", *FIXED_PERSON) for n in range(1, market.people + 1)),
        )
        _copy(
            cursor,
            "parties_declaration (entity_id, as_of, contents, digest)",
            ((key + entities, market.on, "[]", "") for key in market.intermediaries),
        )
    return entities, market.people


def _reserved(cursor: Any, table: str, n: int) -> int:
    """Keys (found, found + n] of a table, which nobody else will be given."""
    cursor.execute(
        "SELECT min(k), max(k) FROM (SELECT nextval(pg_get_serial_sequence(%s, 'id')) AS k"
        " FROM generate_series(1, %s)) keys",
        [table, n],
    )
    first, last = cursor.fetchone()
    if last - first + 1 != n:
        raise CommandError("Somebody else writes to this database.")
    return int(first) - 1


def _shifted(lines: Iterable[tuple[Any, ...]], entities: int, people: int) -> Iterator[tuple[Any, ...]]:
    for holder, person, subject, relative, kind, least, most, rank, start, end in lines:
        yield (
            holder and holder + entities,
            person and person + people,
            subject and subject + entities,
            relative and relative + people,
            kind,
            least,
            most,
            rank,
            f"[{start},{end or ''})",
            *FIXED_INTEREST,
        )


def _copy(cursor: Any, into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Text COPY in blocks; none of the values holds a tab, a backslash or a line end."""
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        block: list[str] = []
        for row in rows:
            block.append("\t".join("\\N" if value is None else str(value) for value in row))
            if len(block) == 5_000:
                copy.write("\n".join(block) + "\n")
                block.clear()
        if block:
            copy.write("\n".join(block) + "\n")


def _labels(market: Market, path: Path, entities: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["intermediary", "department", "case", "rule", "outcome"])
        for plant in market.plants:
            keys = [plant.intermediary + entities, plant.department + entities]
            writer.writerow([*keys, plant.case, plant.rule, plant.outcome])
