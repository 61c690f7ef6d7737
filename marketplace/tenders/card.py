"""What the offline sealer needs to know of tender, bidder and trustees."""

from typing import Any

from regulation.parties.models import Entity

from .models import NEEDED, Tender
from .queries import appointed_to
from .sealing import SUITE_ID


def sealing_card(tender: Tender, tenderer: Entity) -> dict[str, Any]:
    """The card of tools/seal_bid.py, as JSON values. It says nothing of any bid."""
    return {
        "format": "qinqing-sealing-card/1",
        "suite": SUITE_ID,
        "tender": tender.urn,
        "title": tender.title,
        "closes_at": tender.closes_at.isoformat() if tender.closes_at else "",
        "ceiling": str(tender.ceiling) if tender.ceiling is not None else None,
        "base_amount": str(tender.base_amount) if tender.by_rate else None,
        "rates": [str(tender.rate_low), str(tender.rate_high)] if tender.by_rate else None,
        "days": tender.days,
        "tenderer": tenderer.urn,
        "bidder": tenderer.name,
        "needed": NEEDED,
        "trustees": [
            {"name": a.trustee.entity.name, "key": a.key_id, "public": bytes(a.key.public).hex()}
            for a in appointed_to(tender)
        ],
    }
