"""Versions of the rules: proposed as a file, published by a second person."""

from typing import Any

from django.db import transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from ..errors import AlreadyDecided, PackKnown, SamePerson
from ..models import PackPublication, RulePack
from ..rules import read_pack


@transaction.atomic
def propose_pack(*, body: dict[str, Any], source: str, by: User | None) -> RulePack:
    """Put a version of the rules on record. The same text again changes nothing.

    Raises rules.BadPack, and PackKnown where the version says something else already.
    """
    pack = read_pack(body)
    there = RulePack.objects.filter(pk=pack.version).first()
    if there is not None:
        if there.digest != pack.digest:
            raise PackKnown
        return there
    made = RulePack.objects.create(
        version=pack.version,
        title=str(body.get("title", ""))[:200],
        title_zh=str(body.get("title_zh", ""))[:200],
        body=body,
        digest=pack.digest,
        source=source,
        proposed_by=by,
    )
    record(kind="decoupling.pack_proposed", subject=made, actor=by, body={"digest": made.digest})
    return made


@transaction.atomic
def publish_pack(*, pack: RulePack, by: User | None) -> PackPublication:
    """Let checks use a pack from now on. What comes with the code is proposed and published by nobody.

    Raises SamePerson, AlreadyDecided.
    """
    if pack.proposed_by_id is not None and (by is None or by.pk == pack.proposed_by_id):
        raise SamePerson
    made, new = PackPublication.objects.get_or_create(pack=pack, defaults={"published_by": by})
    if not new:  # of two at once the database lets one in
        raise AlreadyDecided
    record(kind="decoupling.pack_published", subject=pack, actor=by, body={"digest": pack.digest})
    return made
