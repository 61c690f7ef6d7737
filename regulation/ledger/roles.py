"""What the site's own database role may do. Applied by the owner after every migrate.

The site's role owns nothing. On tables whose model carries an `append_only` trigger it may only read and
insert, and it cannot switch a trigger off: django-pgtrigger's ignore list is honoured for the owner alone. On
the ledger's own tables it has named columns only: it can give a row neither its number nor its time. Triggers
fire always, also in a session that says it replicates.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models.fields import NOT_PROVIDED, AutoFieldMixin
from psycopg import sql

APPEND_ONLY_TRIGGER = "append_only"
_IGNORE_FOR_THE_OWNER_ALONE = """
CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN AS $$
    DECLARE
        listed TEXT := current_setting('pgtrigger.ignore', true);
    BEGIN
        RETURN coalesce(listed, '') <> '' AND trigger_name = ANY(listed::TEXT[])
           AND current_user = (SELECT tableowner FROM pg_tables
                               WHERE schemaname = 'public' AND tablename = 'django_migrations');
    END;
$$ LANGUAGE plpgsql;
"""


@dataclass(frozen=True, slots=True)
class Rights:
    """What the site's role may do beside reading: insert, update named columns, delete rows."""

    inserts: bool = True
    updates: tuple[str, ...] = ()
    deletes: bool = False


# The ledger's own tables, all of them (docs/ledger.md says why some rows may change or go).
NAMED: dict[str, Rights] = {
    "ledger_entry": Rights(),
    "ledger_leaf": Rights(),
    "ledger_tile": Rights(updates=("hashes",)),
    "ledger_checkpoint": Rights(),
    "ledger_cosignature": Rights(),
    "ledger_logkey": Rights(inserts=False),
    "ledger_pending": Rights(deletes=True),
    "ledger_delivery": Rights(),
    "ledger_outstanding": Rights(updates=("tries", "error", "next_try_at", "dead_at"), deletes=True),
    "ledger_receiptlink": Rights(),
    "ledger_alarm": Rights(updates=("explained_at", "explained_by_id", "explanation")),
    "ledger_erasure": Rights(updates=("outcome", "decided_by_id", "note")),
    "ledger_heartbeat": Rights(updates=("beaten_at",)),
}

ERASE = "public.ledger_erase(bigint, bigint)"

_NOT_ALWAYS = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND t.tgenabled = 'O'
  AND starts_with(t.tgname, 'pgtrigger_')
"""


def append_only_tables() -> list[str]:
    """Tables that the site's role may read and insert into, and nothing else."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if any(t.name == APPEND_ONLY_TRIGGER for t in getattr(model._meta, "triggers", []))
    )


def grant_site_role(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Give the site's role what it needs and take what it must not have. Idempotent."""
    connection = connections[using]
    role = settings.DATABASE_SITE_ROLE
    existing = set(connection.introspection.table_names())
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
        if "django_migrations" not in existing or not role or role == owner:
            return
        cursor.execute(_IGNORE_FOR_THE_OWNER_ALONE)
        site = sql.Identifier(role)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}",
        ):
            cursor.execute(sql.SQL(statement).format(site))
        for table in append_only_tables():
            if table in existing:
                cursor.execute(
                    sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(
                        sql.Identifier(table), site
                    )
                )
        for table, rights in NAMED.items():
            if table in existing:
                _grant_columns(cursor, table, rights, site)
        cursor.execute("SELECT to_regprocedure(%s)", [ERASE])
        if cursor.fetchone()[0]:
            cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(ERASE), site))


def _grant_columns(cursor: Any, table: str, rights: Rights, site: sql.Identifier) -> None:
    """Reading: the model's columns. Inserting: those but for what the database gives, number and time."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    columns = [(str(f.column), f) for f in model._meta.concrete_fields]
    named: dict[str, list[str]] = {
        "SELECT": [name for name, _field in columns],
        "INSERT": [
            name
            for name, field in columns
            if rights.inserts and field.db_default is NOT_PROVIDED and not isinstance(field, AutoFieldMixin)
        ],
        "UPDATE": list(rights.updates),
    }
    cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), site))
    if rights.deletes:
        cursor.execute(sql.SQL("GRANT DELETE ON {} TO {}").format(sql.Identifier(table), site))
    for verb, names in named.items():
        if names:
            listed = sql.SQL(", ").join(map(sql.Identifier, names))
            cursor.execute(
                sql.SQL("GRANT {} ({}) ON {} TO {}").format(
                    sql.SQL(verb), listed, sql.Identifier(table), site
                )
            )


def fire_always(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Have every trigger of ours fire always: django-pgtrigger makes them such that a session which says it
    replicates (session_replication_role) goes round them. Idempotent."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(_NOT_ALWAYS)
        for table, trigger in cursor.fetchall():
            cursor.execute(
                sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(
                    sql.Identifier("public", table), sql.Identifier(trigger)
                )
            )
