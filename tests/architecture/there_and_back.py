"""Walk an empty database through every migration of the house: forward, back to nothing, forward again.

On the way back each step must find the schema that the way forward left there; so must the second way forward.
Prints how many steps there were, or what differs, and leaves with 1.
"""

import os
import sys
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

import django

SCHEMA = {
    "column": """
        SELECT format('%s.%s %s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                      a.attnotnull, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d
          ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm') AND a.attnum > 0
          AND NOT a.attisdropped""",
    "constraint": """
        SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "index": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "view": "SELECT viewname || definition FROM pg_views WHERE schemaname = 'public'",
    "function": """
        SELECT pg_get_functiondef(p.oid) FROM pg_proc p LEFT JOIN pg_depend d
          ON d.objid = p.oid AND d.deptype = 'e'
        WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f' AND d.objid IS NULL""",
}


def schema() -> set[str]:
    """Everything of the database's that a migration may make, a line each; not the rows."""
    from django.db import connection

    found = set()
    with connection.cursor() as cursor:
        for what, query in SCHEMA.items():
            cursor.execute(query)
            found |= {f"{what}: {line}" for (line,) in cursor.fetchall()}
    return found


def same(was: set[str], now: set[str], where: object) -> None:
    if was != now:
        lines = [f"- {x}" for x in sorted(was - now)] + [f"+ {x}" for x in sorted(now - was)]
        sys.exit(f"{where}:\n" + "\n".join(line[:600] for line in lines[:20]))


def steps(executor: Any, ours: set[str]) -> Iterator[tuple[str, str]]:
    """The migrations of the house in the order in which they are applied."""
    leaves = executor.loader.graph.leaf_nodes()
    for migration, _backwards in executor.migration_plan(leaves):
        if migration.app_label in ours:
            yield migration.app_label, migration.name


def main() -> None:
    django.setup()
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    rooms = ("cms", "regulation", "marketplace")
    ours = {a.label for a in apps.get_app_configs() if a.name.split(".")[0] in rooms}
    way = list(steps(MigrationExecutor(connection), ours))
    left: list[set[str]] = []
    for step in way:
        executor = MigrationExecutor(connection)
        executor.migrate([step])
        left.append(schema())
    call_command("migrate", verbosity=0, interactive=False)
    whole = schema()
    print(len(way))


if __name__ == "__main__":
    main()
