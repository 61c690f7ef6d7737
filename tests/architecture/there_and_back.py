"""Walk a database through the house's migrations: the registry's last ones back, and forward; an empty one
forward first.

Between these a step back must end at the schema that a step forward ends at, functions and triggers included;
and both ways forward end at the same whole. Back to nothing is not walked: the user model would take the
CMS's own migrations along, some of which have no way back. Prints how many were taken back, or what differs,
and leaves with 1.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

import django

HOUSE = ("cms", "regulation", "marketplace")
LAST = 5
# Rooms above the registry, whose keys lead to it.
ABOVE = ("decoupling_", "oversight_", "directory_", "payments_", "tenders_", "contracts_")
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
        WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f' AND d.objid IS NULL
          AND p.proname <> '_pgtrigger_should_ignore'""",  # the ledger's roles.py puts it after every migrate
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


def own(lines: set[str]) -> set[str]:
    """The registry's part: rooms above go back with what they rest on, and are not put again by a step."""
    return {line for line in lines if "registry_" in line and not any(room in line for room in ABOVE)}


def walk(rooms: set[str]) -> int:
    """Returns how many migrations were taken back."""
    from django.core.management import call_command
    from django.db import connection

    from regulation.ledger.management.commands.migrate import Executor

    def move(*targets: tuple[str, str | None]) -> set[str]:
        Executor(connection).migrate(list(targets))
        return schema()

    call_command("migrate", verbosity=0, interactive=False)
    whole = schema()
    loader = Executor(connection).loader
    names = sorted(name for room, name in loader.graph.nodes if room == "registry")[-LAST - 1 : -1]
    back = {name: move(("registry", name)) for name in reversed(names)}
    for name in names[1:]:
        same(*map(own, (back[name], move(("registry", name)))), f"forward to {name}")
    leaves = [node for node in loader.graph.leaf_nodes() if node[0] in rooms]
    same(whole, move(*leaves), "forward again from the last ones")
    return len(names)


def main() -> None:
    django.setup()
    from django.apps import apps

    from regulation.ledger.management.commands.migrate import models_kept

    with models_kept():
        print(walk({a.label for a in apps.get_app_configs() if a.name.split(".")[0] in HOUSE}))


if __name__ == "__main__":
    main()
