"""A new version of a standard text, or a new schedule of milestones."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.ledger.operations import record
from regulation.parties.models import User
from regulation.registry.models import Service

from ..errors import StartsTooEarly
from ..models import Schedule, Wording
from ..terms_queries import newest_schedule, versions_for
from ..text import digest


@transaction.atomic
def publish_wording(*, wording: Wording, by: User | None) -> Wording:
    """Put a version on record: contracts drawn up from its day on use it, earlier ones keep theirs.

    Raises StartsTooEarly where it does not follow on the last version.
    """
    last = versions_for(wording.service).first()
    if last is not None and (wording.starts_on <= last.starts_on or wording.version <= last.version):
        raise StartsTooEarly
    wording.save(force_insert=True)
    said = {"zh": wording.text, "en": wording.text_en}
    body = {
        "service": wording.service.code if wording.service else "",
        "version": wording.version,
        "from": wording.starts_on.isoformat(),
        "text": digest(said),
    }
    record(kind="contracts.wording_published", subject=wording, actor=by, body=body, noticeable=True)
    return wording


@transaction.atomic
def publish_schedule(
    *,
    service: Service | None,
    starts_on: dt.date,
    parts: list[dict[str, Any]],
    note: str,
    note_en: str,
    by: User | None,
) -> Schedule:
    """Put a schedule on record: from its day on it stands instead of the last one of that service.

    Contracts drawn up before keep their milestones. Raises StartsTooEarly where the last begins that day or
    later.
    """
    last = newest_schedule(service)
    if last is not None:
        locked = Schedule.objects.select_for_update(of=("self",)).get(pk=last.pk)
        if starts_on <= locked.in_force.lower:
            raise StartsTooEarly
        if locked.in_force.upper is None:
            locked.in_force = DateRange(locked.in_force.lower, starts_on, "[)")
            locked.save(update_fields=["in_force"])
    made = Schedule.objects.create(
        service=service,
        in_force=DateRange(starts_on, None, "[)"),
        parts=parts,
        note=note,
        note_en=note_en,
    )
    body = {
        "service": service.code if service else "",
        "from": starts_on.isoformat(),
        "milestones": [[part["name"], part["share"], part["days"]] for part in parts],
    }
    record(kind="contracts.schedule_published", subject=made, actor=by, body=body, noticeable=True)
    return made
