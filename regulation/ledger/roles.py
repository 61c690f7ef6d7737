"""What the site's own database role may do. Applied by the owner after every migrate.

The site's role owns nothing. On tables whose model carries an `append_only` trigger it may only read and
insert, and it cannot switch a trigger off: django-pgtrigger's ignore list is honoured for the owner alone.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql

APPEND_ONLY_TRIGGER = "append_only"
SITE_MAY = {  # less than everywhere else, table by table
    "ledger_logkey": "SELECT",
    "ledger_pending": "SELECT, INSERT, DELETE",
    "ledger_alarm": "SELECT, INSERT, UPDATE (explained_at, explained_by_id, explanation)",
}

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
    with connection.cursor() as cursor:
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
        for table, rights in SITE_MAY.items():
            if table in existing:
                narrow = "REVOKE ALL ON {0} FROM {1}; GRANT " + rights + " ON {0} TO {1}"
                cursor.execute(sql.SQL(narrow).format(sql.Identifier(table), site))
        for table in append_only_tables():
            if table in existing:
                cursor.execute(
                    sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(
                        sql.Identifier(table), site
                    )
                )
