"""What does not agree: a declaration that did not come by its day, or that others contradict."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record

from ..models import Declaration, Discrepancy, DiscrepancyKind, Entity
from ..queries import contradicted, declared_in, last_declaration


@transaction.atomic
def note_late(
    *, entity: Entity, due: dt.date, declaration: Declaration | None, at: dt.datetime
) -> Discrepancy | None:
    """Note once that a declaration did not come by its day; with the declaration that came after all.

    None where that day is noted already.
    """
    made, new = Discrepancy.objects.get_or_create(
        entity=entity,
        kind=DiscrepancyKind.LATE,
        due_on=due,
        defaults={"declaration": declaration, "cleared_at": at if declaration else None},
    )
    if not new:
        return None
    body = {
        "entity": entity.urn,
        "due_on": due.isoformat(),
        "declaration": declaration.urn if declaration else None,
    }
    record(kind="parties.declaration_late", subject=made, actor=None, body=body, noticeable=False)
    return made


@transaction.atomic
def compare_declaration(*, declaration: Declaration) -> list[Discrepancy]:
    """Hold an entity's newest declaration against what others state; returns the new discrepancies.

    What the declaration itself contained contradicts nothing. A declaration whose contents were not kept, or
    that a newer one has followed, is left alone.
    """
    newest = last_declaration(declaration.entity)
    if not declaration.digest or newest is None or newest.pk != declaration.pk:
        return []
    found = []
    for difference, other, declared in contradicted(
        declaration.entity, declared_in(declaration), as_of=declaration.as_of
    ):
        made, new = Discrepancy.objects.get_or_create(
            entity=declaration.entity,
            kind=DiscrepancyKind.CONTRADICTED,
            declaration=declaration,
            interest=other,
            defaults={"declared": declared, "what": list(difference.what)},
        )
        if new:
            body = {
                "entity": declaration.entity.urn,
                "declaration": declaration.urn,
                "interest": other.urn,
                "declared": declared.urn if declared else None,
                "what": list(difference.what),
            }
            record(
                kind="parties.declaration_contradicted", subject=made, actor=None, body=body, noticeable=False
            )
            found.append(made)
    return found
