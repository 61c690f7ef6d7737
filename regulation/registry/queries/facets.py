"""How many documents each value of a facet leaves."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from ..models import Kind, Necessity
from .search import LAPSED, Choice, lapsed_rulings_among, matching, words_of

FACETS = ("kind", "region_id", "department_id", "necessity", "level")
MOST = 40


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet, its names where it is a region or department, and the documents it leaves."""

    value: str
    name: str
    name_en: str
    count: int

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name or self.value


def facets(choice: Choice) -> dict[str, list[Option]]:
    """For each facet its values, most documents first, at most 40, in one query.

    A facet counts what the words and the other facets leave, so that one choice can be changed for another.
    Without words the counts are sums of the maintained cells, else of what the words find. With a day,
    demands whose legal basis has ended by it are counted as `lapsed`.
    """
    cells, parameters = _cells(choice)
    arms, values = _arms(choice.facets())
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH one AS ({cells}), cell AS MATERIALIZED (SELECT {', '.join(FACETS)}, sum(n) AS n FROM one "
            f"GROUP BY {', '.join(FACETS)}) "
            "SELECT counted.facet, counted.value, coalesce(r.name, e.name, ''), "
            f"coalesce(r.name_en, e.name_en, ''), counted.n FROM ({arms}) counted "
            "LEFT JOIN parties_region r ON counted.facet = 'region_id' AND r.code = counted.value "
            "LEFT JOIN parties_entity e ON counted.facet = 'department_id' AND e.id::text = counted.value "
            "ORDER BY counted.facet, counted.n DESC, counted.value",
            [*parameters, *values],
        )
        rows = cursor.fetchall()
    found: dict[str, list[Option]] = {facet: [] for facet in FACETS}
    for facet, value, name, name_en, n in rows:
        found[facet].append(Option(value, name, name_en, int(n)))
    return found


def _cells(choice: Choice) -> tuple[str, list[Any]]:
    """Rows of the facets' columns and `n`, which sum to the counts."""
    words, columns = words_of(choice.q), ", ".join(FACETS)
    if words:
        inner, parameters = matching(words).values_list(*FACETS).query.sql_with_params()
        cells = f"SELECT *, 1 AS n FROM ({inner}) found({columns})"
    else:
        cells, parameters = f"SELECT {columns}, n FROM registry_documentcell", ()
    if choice.on is None:
        return cells, list(parameters)
    ended = matching(words).filter(
        kind=Kind.RULINGS, object_id__in=lapsed_rulings_among(choice.on).values("pk")
    )
    inner, more = ended.values_list(*FACETS).query.sql_with_params()
    moved = (
        f"SELECT kind, region_id, department_id, put.necessity, level, put.n "
        f"FROM ({inner}) ended({columns}), "
        f"(VALUES ('{Necessity.MANDATORY.value}', -1), ('{LAPSED}', 1)) put(necessity, n)"
    )
    return f"{cells} UNION ALL {moved}", [*parameters, *more]


def _arms(chosen: dict[str, str]) -> tuple[str, list[Any]]:
    """One select a facet, each under the choices made in the others."""
    arms, values = [], []
    for facet in FACETS:
        others = [column for column in chosen if column != facet]
        where = "".join(f" AND {column}::text = %s" for column in others)
        values += [chosen[column] for column in others]
        arms.append(
            f"(SELECT '{facet}' AS facet, {facet}::text AS value, sum(n) AS n FROM cell "
            f"WHERE {facet} IS NOT NULL AND {facet}::text <> ''{where} "
            f"GROUP BY {facet} HAVING sum(n) > 0 ORDER BY sum(n) DESC, {facet} LIMIT {MOST})"
        )
    return " UNION ALL ".join(arms), values
