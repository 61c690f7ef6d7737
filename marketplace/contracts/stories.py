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
story("contracts.schedule_published", _("A schedule of milestones was published."))
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
story(
    "contracts.fell_with_award",
    _("The contract lapsed unsigned: its award does not stand any more."),
    facts=[REASON],
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
story("contracts.mending_over", _("Returned work was not handed in again in time."), facts=[WHICH])
story("contracts.accepted", _("Work was accepted."), disclosed=True, facts=[WHICH])
WHOM = ("whom", _("For"), "text")
story("contracts.shared", _("A link to deliverables was made."), facts=[WHICH, WHOM])
story("contracts.share_ended", _("A link to deliverables was ended."), facts=[WHOM])
story("contracts.share_read", _("Deliverables were read by a link."), facts=[WHOM])
story("contracts.department_opened", _("The buyer opened accepted work to the department."), facts=[WHICH])
story("contracts.department_closed", _("The buyer closed work to the department."), facts=[WHICH])
story("contracts.department_read", _("Somebody of the department read accepted work."), facts=[WHICH])
story("contracts.copy_given", _("A side gave a signed copy as a scan."), facts=[TEXT, FILES])
story("contracts.copy_confirmed", _("A side confirmed the signed copy."), facts=[FILES])
story("contracts.copy_differs", _("A side says that the signed copy differs."), facts=[REASON])
story("contracts.copy_taken_back", _("A signed copy was taken back."), facts=[REASON])
story("contracts.payout", _("Held money was ordered out, after a clear check."), facts=[WHICH])
story("contracts.invoiced", _("The intermediary recorded an invoice."), facts=[WHICH])
RELEASED = ("released", _("To the intermediary"), "money")
REFUNDED = ("refunded", _("Back to the payer"), "money")
story("contracts.disputed", _("A side disputed a milestone."), facts=[WHICH, REASON])
story("contracts.dispute_evidence", _("A side gave evidence in a dispute."), facts=[FILES])
story("contracts.split_proposed", _("A side proposed how to split the money."), facts=[RELEASED, REFUNDED])
story(
    "contracts.split_suggested",
    _("The mediator proposed how to split the money."),
    facts=[RELEASED, REFUNDED],
)
story("contracts.split_agreed", _("A side agreed to the proposed split."))
story("contracts.cure_over", _("The time to mend or to agree is over; either side may ask for a decision."))
story("contracts.decision_asked", _("A side asked for a mediator's decision."))
story("contracts.mediator_named", _("The next mediator whom nothing ties to a side was named."))
story("contracts.mediator_accepted", _("The mediator took the dispute on."))
story("contracts.seat_ended", _("The mediator no longer sits; the next one is named."), facts=[REASON])
story("contracts.no_mediator", _("No mediator on the list is free of ties to the sides."))
story("contracts.mediator_listed", _("A mediator was put on the list."), disclosed=True, facts=[REASON])
story("contracts.mediator_unlisted", _("A mediator was taken off the list."), disclosed=True, facts=[REASON])
story(
    "contracts.settled",
    _("The dispute about a milestone ended."),
    disclosed=True,
    facts=[WHICH, RELEASED, REFUNDED],
)
story("contracts.refund", _("Held money was ordered back to the payer, as settled."), facts=[WHICH])
story("contracts.end_proposed", _("A side proposed to end the contract early."), facts=[REASON, TEXT])
story("contracts.end_signed", _("A side signed the early end."), facts=[TEXT])
story("contracts.end_declined", _("An early end or a demand came to nothing."), facts=[REASON])
story("contracts.demanded", _("A side demanded what is overdue."), facts=[WHICH, REASON])
story(
    "contracts.cancelled",
    _("A milestone ended with its contract."),
    disclosed=True,
    facts=[WHICH, RELEASED, REFUNDED],
)
story("contracts.terminated", _("The contract ended early."), disclosed=True, facts=[REASON, PRICE])
story("contracts.calendar_made", _("A person made a secret address for a calendar."))
story("contracts.calendar_ended", _("A person ended the secret address of a calendar."))
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
