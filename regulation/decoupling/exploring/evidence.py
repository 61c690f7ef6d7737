"""What the explorer shows, as evidence that can be checked: canonical JSON with digests."""

import datetime as dt
from typing import Any

from regulation.parties.models import Entity, Interest, Person, Same

from ..graph import canonical, digest_of
from .queries import Around, pair_of


def share_text(value: Any) -> str | None:
    """A share as plain decimal text without trailing noughts."""
    return None if value is None else format(value.normalize(), "f")


def evidence(found: Around, *, asked: dict[str, Any], rule_pack: str, chain: frozenset[str]) -> bytes:
    """RFC 8785 canonical JSON: question, nodes, merges, interests, SHA-256 of each part and of the whole.

    `whole` is the digest over everything but itself. The same question over the same record gives the same
    bytes: `asked` holds the day and the moment of knowledge. How long the record said so is told as known
    then, so `until` is null: what was closed later was still stated.
    """
    parts: dict[str, Any] = {
        "question": {**asked, "centre": found.centre.urn, "complete": found.whole},
        "rule_pack": rule_pack,
        "nodes": [_node(party) for party in found.records.values()],
        "merges": [_merge(merge) for merge in sorted(found.merges, key=lambda m: m.pk)],
        "interests": [_interest(i, chain) for i in sorted(found.interests, key=lambda i: i.pk)],
    }
    digests = {name: digest_of(part) for name, part in parts.items()}
    body = {**parts, "format": "qinqing-explorer-2", "sha256": digests}
    return canonical({**body, "whole": digest_of(body)})


def _node(party: Entity | Person) -> dict[str, Any]:
    if isinstance(party, Person):
        told = {"kind": "person", "credit_code": None}
    else:
        told = {"kind": party.kind, "credit_code": party.credit_code}
    return {
        **told,
        "urn": party.urn,
        "name": party.name,
        "source": party.source,
        "is_invented": party.is_invented,
    }


def _merge(merge: Same) -> dict[str, Any]:
    """Two records that stand for one party."""
    one, other = pair_of(merge)
    return {
        "urn": merge.urn,
        "records": [one.urn, other.urn],
        "agreeing": merge.agreeing,
        "tier": merge.tier,
        "recorded": {"from": _iso(merge.recorded.lower), "until": None},
    }


def _interest(interest: Interest, chain: frozenset[str]) -> dict[str, Any]:
    holder, about = interest.holder, interest.about
    return {
        "urn": interest.urn,
        "holder": holder.urn if holder else None,
        "subject": about.urn if about else None,
        "kind": interest.kind,
        "share_min": share_text(interest.share_min),
        "share_max": share_text(interest.share_max),
        "post": interest.post,
        "rank": interest.rank,
        "held": {"from": _iso(interest.held.lower), "until": _iso(interest.held.upper)},
        "recorded": {"from": _iso(interest.recorded.lower), "until": None},
        "source": interest.source,
        "source_url": interest.source_url,
        "tier": interest.tier,
        "is_invented": interest.is_invented,
        "in_chain": interest.urn in chain,
    }


def _iso(value: dt.date | dt.datetime | None) -> str | None:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value.isoformat() if value else None
