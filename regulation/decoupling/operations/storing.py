"""Many checks over one graph in one statement: what they share goes to the database once."""

import datetime as dt
import json
from collections.abc import Sequence

from django.db import connection

from ..graph import Graph, canonical
from ..models import Check

GIVEN = ("id", "ref", "made_at")  # the database's to give


def insert_over_one_graph(made: Sequence[Check], graph: Graph) -> None:
    """Insert checks of different intermediaries, in the caller's transaction, and give each what the database
    gave it. The triggers judge each as they would judge one.
    """
    columns = [str(f.column) for f in Check._meta.concrete_fields if f.column not in (*GIVEN, "graph")]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(f'r."{column}"' for column in columns)
    sql = f"""
        INSERT INTO decoupling_check ({names}, graph)
        SELECT {values}, g.graph
        FROM jsonb_populate_recordset(NULL::public.decoupling_check, %s::jsonb) WITH ORDINALITY r
        CROSS JOIN (SELECT %s::jsonb AS graph) g ORDER BY r.ordinality
        RETURNING intermediary_id, id, ref, made_at"""
    rows = json.dumps([_row(check, columns) for check in made], ensure_ascii=False, default=_exactly)
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows, canonical(graph.as_json()).decode()])
        given = {key: rest for key, *rest in cursor.fetchall()}
    for check in made:
        check.pk, check.ref, check.made_at = given[check.intermediary_id]
        check._state.adding, check._state.db = False, connection.alias


def _row(check: Check, columns: Sequence[str]) -> dict[str, object]:
    attnames = {str(f.column): f.attname for f in Check._meta.concrete_fields}
    return {column: getattr(check, attnames[column]) for column in columns}


def _exactly(moment: dt.date) -> str:
    """A day or a moment with its microseconds: Django's encoder drops them."""
    return moment.isoformat()
