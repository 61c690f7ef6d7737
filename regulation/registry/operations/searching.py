"""Keeping what search reads: the documents are written by triggers, these only mend and fold.

They change nothing the site says, so they leave no ledger entry.
"""

from django.db import connection, transaction

from ..models import Document, DocumentCell

SOURCES = {
    "approvals": "registry_approval",
    "services": "registry_service",
    "rulings": "registry_ruling",
    "provisions": "registry_provision",
    "laws": "registry_instrument",
}
_GROUP = "kind, region_id, department_id, necessity, level"


@transaction.atomic
def rebuild_search() -> int:
    """Bring every document and count in line with its source; returns how many were not. Writers wait."""
    changed = 0
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Document._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        for kind, table in SOURCES.items():
            cursor.execute(
                "SELECT registry_refresh_documents(%s, (SELECT array_agg(id) FROM ("
                f"SELECT id FROM {table} "
                "UNION SELECT object_id FROM registry_document WHERE kind = %s) known))",
                [kind, kind],
            )
            changed += cursor.fetchone()[0]
        cursor.execute(f"DELETE FROM {DocumentCell._meta.db_table}")
        cursor.execute(
            f"INSERT INTO {DocumentCell._meta.db_table} ({_GROUP}, n) "
            f"SELECT {_GROUP}, count(*) FROM {Document._meta.db_table} GROUP BY {_GROUP}"
        )
    return changed


def compact_cells() -> int:
    """Fold the rows of each cell into one; returns how many there were. Exact beside writers."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH gone AS (DELETE FROM registry_documentcell RETURNING {_GROUP}, n), kept AS ("
            f"INSERT INTO registry_documentcell ({_GROUP}, n) SELECT {_GROUP}, sum(n) FROM gone "
            f"GROUP BY {_GROUP} HAVING sum(n) <> 0) SELECT count(*) FROM gone"
        )
        return int(cursor.fetchone()[0])
