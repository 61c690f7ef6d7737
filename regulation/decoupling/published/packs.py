"""Bringing the packs that the code ships into the list of published packs."""

import datetime as dt

from django.db import transaction

from regulation.ledger.operations import record
from regulation.registry.seed.put import Change

from ..models import PackPublication, RulePack
from ..rules import read_pack
from .queries import shipped_body, shipped_versions


@transaction.atomic
def publish_shipped_packs(*, at: dt.datetime) -> Change:
    """Put each shipped pack that is not on record there and publish it, oldest first; an entry for each.

    A second run writes nothing. Where people have published a pack of their own, a shipped one is put on
    record and left to them to publish. Raises rules.BadPack before anything is written.
    """
    written = 0
    own = PackPublication.objects.filter(published_by__isnull=False).exists()
    there = set(RulePack.objects.values_list("pk", flat=True))
    for version in (version for version in shipped_versions() if version not in there):
        body = shipped_body(version)
        digest = read_pack(body).digest
        made = RulePack.objects.create(
            version=version,
            title=body["title"],
            title_zh=body["title_zh"],
            body=body,
            digest=digest,
            source=body["source"],
            proposed_at=at,
        )
        written += 1
        if not own:
            PackPublication.objects.create(pack=made, published_at=at)
            written += 1
        record(
            kind="decoupling.pack_put_on_record" if own else "decoupling.pack_published",
            subject=made,
            actor=None,
            body={"version": version, "digest": digest},
        )
    return Change(written)
