"""A new version of a standard text."""

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..models import Wording
from ..text import digest


@transaction.atomic
def publish_wording(*, wording: Wording, by: User | None) -> Wording:
    """Put a version on record: contracts drawn up from its day on use it, earlier ones keep theirs."""
    wording.save(force_insert=True)
    said = {"zh": wording.text, "en": wording.text_en}
    body = {
        "service": wording.service.code if wording.service else "",
        "version": wording.version,
        "from": wording.starts_on.isoformat(),
        "text": digest(said),
    }
    record(kind="contracts.wording_published", subject=wording, actor=by, body=body, noticeable=False)
    return wording
