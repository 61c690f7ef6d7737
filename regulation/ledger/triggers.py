"""Triggers that keep rows. Protect leaves TRUNCATE open unless a statement trigger closes it."""

import pgtrigger


def no_truncate() -> pgtrigger.Trigger:
    """Not all rows at once."""
    return pgtrigger.Trigger(
        name="no_truncate",
        operation=pgtrigger.Truncate,
        when=pgtrigger.Before,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
    )


def kept() -> list[pgtrigger.Trigger]:
    """Rows are never removed."""
    return [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete), no_truncate()]


def append_only() -> list[pgtrigger.Trigger]:
    """Rows are never altered or removed; the site's role may not even try (roles.py)."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        no_truncate(),
    ]


def append_only_but(condition: str) -> list[pgtrigger.Trigger]:
    """As `append_only`, but for the one change that the condition (SQL over OLD and NEW) describes."""
    return [
        pgtrigger.Trigger(
            name="append_only",
            operation=pgtrigger.Update | pgtrigger.Delete,
            when=pgtrigger.Before,
            func=f"""
                IF {condition} THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
            """,
        ),
        no_truncate(),
    ]
