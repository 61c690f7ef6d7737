"""What this room's entries say, and who reads the record of a tender.

Before the opening nobody but a bidder itself, and regulators, learns that there is a bid (招标投标法 22):
entries about bids are no part of anybody else's story until then, of the owner's neither.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import Sight, Subject, story, subject
from regulation.parties.access import acting, acts_as
from regulation.parties.models import Role

from .access import may_bid, owns
from .models import Tender

story("tenders.drafted", _("The owner began a draft."))
story("tenders.revised", _("The owner revised the draft."))
story(
    "tenders.published",
    _("The owner published the tender; its terms stand."),
    disclosed=True,
    facts=[
        ("closes_at", _("Deadline for bids, exclusive"), "moment"),
        ("ceiling", _("Price ceiling"), "money"),
        ("days", _("Working days"), "text"),
    ],
)
story("tenders.bid_submitted", _("A bid was sealed and received."), disclosed=True)
story("tenders.bid_withdrawn", _("The bidder withdrew its bid."), disclosed=True)
story(
    "tenders.opened",
    _("All bids were opened at once."),
    disclosed=True,
    facts=[("bids", _("Bids"), "count")],
)
story(
    "tenders.awarded",
    _("The owner awarded the tender to the best bid that passed the conflict gate."),
    disclosed=True,
    facts=[("price", _("Price"), "money")],
)
story("tenders.failed", _("The tender failed."), disclosed=True)
story(
    "tenders.cancelled",
    _("The owner cancelled the tender."),
    disclosed=True,
    facts=[("reason", _("Reason"), "text")],
)
story("tenders.bid_suspended", _("A check set the bid aside."))
story("tenders.bid_reinstated", _("A later check was clear; the bid stands again."))
story("tenders.reaudit_started", _("An audit of past awards began."))
story("tenders.reaudited", _("An audit of past awards ended."))
story("tenders.designation_found", _("The audit compared the shares of awards by department."))
story("tenders.opening_key_created", _("The site made a key that opens bids."), disclosed=True)


def _find(key: str) -> Tender | None:
    return Tender.objects.filter(ref=key).first()


def _sight(tender: Tender, request: Any) -> Sight:
    membership = acting(request)
    if owns(membership, tender):
        return Sight.ALL
    if tender.published_at is None:
        return Sight.NOTHING
    return Sight.ALL if acts_as(membership, Role.REGULATOR) else Sight.DISCLOSED


def _about(tender: Tender, request: Any) -> list[str]:
    """The tender, and of its bids those the reader may know of."""
    membership = acting(request)
    bids = tender.bids.all()
    if acts_as(membership, Role.REGULATOR):
        seen = list(bids)
    else:
        own = [membership.entity_id] if membership is not None and may_bid(membership) else []
        seen = list(bids.visible_to(own))
    checks = [f"decoupling.check/{b.gate_id}" for b in seen] if _sight(tender, request) == Sight.ALL else []
    return [tender.urn, *(bid.urn for bid in seen), *checks]


subject(Subject("tender", _("Tender"), _find, _sight, _about))
