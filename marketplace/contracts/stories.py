"""What this room's entries say. What was signed is public; terms, files and reasons are for the sides."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import Sight, Subject, story, subject
from regulation.parties.access import acting

from .access import reads_all
from .models import Contract

REASON = ("reason", _("Reason"), "text")
TEXT = ("text", _("Text, SHA-256"), "text")
WHICH = ("name", _("Milestone"), "text")
PRICE = ("price", _("Price"), "money")

story("contracts.wording_published", _("A standard contract text was published."), facts=[TEXT])
story("contracts.reconciled", _("Contracts, books and the provider's records were compared."))
story("contracts.drawn_up", _("A contract was drawn up from the final award."), facts=[PRICE])
story("contracts.milestones_set", _("The buyer set the milestones."))
story("contracts.offered", _("The contract was laid before all sides."), facts=[TEXT])
story("contracts.taken_back", _("The contract went back to be drawn up again."), facts=[REASON])
story("contracts.signature", _("A side signed the contract."), facts=[TEXT])
story(
    "contracts.signed",
    _("All sides have signed; the contract is in force."),
    disclosed=True,
    facts=[PRICE, TEXT],
)
story(
    "contracts.lapsed",
    _("The contract lapsed: it was not signed in time."),
    facts=[("why", _("Why"), "text")],
)
story("contracts.suspended", _("The contract was suspended."), disclosed=True, facts=[REASON])
story("contracts.resumed", _("The contract goes on."), disclosed=True, facts=[REASON])
story("contracts.change_proposed", _("A side proposed a change."), facts=[PRICE, REASON])
story("contracts.change_declined", _("A proposed change was declined."), facts=[REASON])
BEFORE = ("before", _("Price before"), "money")
story("contracts.changed", _("All sides agreed to a change."), disclosed=True, facts=[BEFORE, PRICE, REASON])
story(
    "contracts.drifted",
    _("The price has moved from the bid further than the limit."),
    disclosed=True,
    facts=[("drift", _("Change in percent"), "text")],
)
FILES = ("files", _("Files, SHA-256"), "count")
story("contracts.started", _("The intermediary began a milestone."), facts=[WHICH])
story("contracts.handed_in", _("Work was handed in."), disclosed=True, facts=[WHICH, FILES])
story("contracts.returned", _("The buyer returned the work with reasons."), facts=[WHICH, REASON])
story("contracts.accepted", _("Work was accepted."), disclosed=True, facts=[WHICH])
WHOM = ("whom", _("For"), "text")
story("contracts.shared", _("A link to deliverables was made."), facts=[WHICH, WHOM])
story("contracts.share_ended", _("A link to deliverables was ended."), facts=[WHOM])
story("contracts.share_read", _("Deliverables were read by a link."), facts=[WHOM])
story("contracts.payout", _("Held money was ordered out, after a clear check."), facts=[WHICH])
story("contracts.invoiced", _("The intermediary recorded an invoice."), facts=[WHICH])
story("contracts.completed", _("All work is accepted and paid: the contract is complete."), disclosed=True)


def _find(key: str) -> Contract | None:
    return Contract.objects.filter(ref=key).select_related("award__tender").first()


def _sight(contract: Contract, request: Any) -> Sight:
    if reads_all(request.user, acting(request), contract):
        return Sight.ALL
    return Sight.DISCLOSED if contract.signed_at else Sight.NOTHING


def _about(contract: Contract, request: Any) -> list[str]:
    return [contract.urn]


subject(Subject("contract", _("Contract"), _find, _sight, _about))
