"""What this room's entries say, and who reads the record of a tender.

Before the opening nobody but a bidder itself learns that there is a bid (招标投标法 22): entries about bids
are no part of anybody else's story until then, neither of the owner's nor of a regulator's.
"""

from typing import Any

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import Sight, Subject, story, subject, withhold
from regulation.parties.access import acting, acts_as
from regulation.parties.models import Role

from .access import may_bid, owns
from .models import Bid, Tender

story("tenders.drafted", _("The owner began a draft."))
story("tenders.revised", _("The owner revised the draft."))
story("tenders.submitted", _("The owner submitted the draft for review."))
story("tenders.taken_back", _("The owner took the draft back from review."))
story("tenders.returned", _("The reviewer returned the draft."), facts=[("reason", _("Reason"), "text")])
story("tenders.reviewed", _("The reviewer passed the draft."))
DOCUMENT = [("title", _("Title"), "text"), ("sha256", "SHA-256", "text")]
story("tenders.documents_added", _("The owner added documents to the draft."))
story("tenders.document_renamed", _("The owner gave a document another title."), facts=DOCUMENT)
story("tenders.document_replaced", _("The owner replaced a document of the draft."), facts=DOCUMENT)
story("tenders.document_removed", _("The owner took a document out of the draft."), facts=DOCUMENT)
story("tenders.documents_ordered", _("The owner put the documents in another order."))
story(
    "tenders.published",
    _("The owner published the tender; its terms stand."),
    disclosed=True,
    facts=[
        ("closes_at", _("Deadline for bids, exclusive"), "moment"),
        ("ceiling", _("Price ceiling"), "money"),
        ("days", _("Working days"), "text"),
        ("documents", _("Documents"), "count"),
    ],
)
story("tenders.invited", _("The record keeps who was invited to bid."))
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
REASON = ("reason", _("Reason"), "text")
story("tenders.award_proposed", _("Somebody of the owner proposed an award."))
story("tenders.proposal_declined", _("The proposal of an award was turned down."), facts=[REASON])
story("tenders.award_final", _("The standstill is over: the award is final."), disclosed=True)
story("tenders.award_ended", _("The award does not stand any more."), disclosed=True, facts=[REASON])
story("tenders.contracted", _("All sides signed the contract."), disclosed=True)
story(
    "tenders.contract_ended",
    _("The contract of the award ended early."),
    disclosed=True,
    facts=[("reason", _("Reason"), "text")],
)
story("tenders.evaluated_again", _("The bids left are evaluated again."), disclosed=True, facts=[REASON])
story("tenders.bid_excluded", _("A bid went out of the running."), disclosed=True, facts=[REASON])
story("tenders.exclusion_proposed", _("Somebody of the owner proposed to exclude a bid."), facts=[REASON])
story("tenders.exclusion_declined", _("A second person turned the exclusion of a bid down."))
story(
    "tenders.low_price_asked",
    _("A bidder was asked to justify an abnormally low price."),
    disclosed=True,
    facts=[("due_at", _("Until, exclusive"), "moment")],
)
story("tenders.low_price_justified", _("The bidder justified its low price."), disclosed=True)
story("tenders.low_price_accepted", _("The owner accepted the low price."), disclosed=True, facts=[REASON])
story("tenders.evaluator_named", _("The owner named an evaluator."))
story("tenders.evaluator_recused", _("An evaluator stepped back."), facts=[REASON])
story("tenders.scores_handed_in", _("An evaluator handed in its scores."))
story(
    "tenders.draw_named",
    _("The owner named the public value that the draw will use."),
    disclosed=True,
    facts=[("name", _("Public value"), "text"), ("known_from", _("Known from"), "moment"), REASON],
)
story(
    "tenders.draw_committed",
    _("A trustee committed to a secret value."),
    disclosed=True,
    facts=[("commitment", _("Commitment, SHA-256"), "text")],
)
story(
    "tenders.draw_frozen",
    _("The list of candidates was sorted, hashed and frozen."),
    disclosed=True,
    facts=[("candidates", _("Candidates"), "count"), ("list", _("List, SHA-256"), "text")],
)
story(
    "tenders.draw_value_entered",
    _("The public value was entered."),
    disclosed=True,
    facts=[("value", _("Public value"), "text"), ("reference", _("Where it can be checked"), "text")],
)
story("tenders.draw_secret_opened", _("A trustee opened its secret value."), disclosed=True)
story("tenders.drawn", _("The draw was held."), disclosed=True, facts=[("outcome", _("Drawn"), "count")])
story("tenders.draw_ended", _("The draw counts for nothing any more."), disclosed=True, facts=[REASON])
story(
    "tenders.draw_witnessed",
    _("A witness spoke about the draw."),
    disclosed=True,
    facts=[("objection", _("Objection"), "text")],
)
story(
    "tenders.auction_started",
    _("The owner named the moment the auction begins."),
    disclosed=True,
    facts=[("starts_at", _("Begins"), "moment")],
)
story(
    "tenders.auction_price",
    _("A bidder lowered its price in the auction."),
    disclosed=True,
    facts=[("letter", _("Bidder"), "text"), ("price", _("Price"), "money")],
)
story("tenders.auction_closed", _("The auction is over."), disclosed=True)
story(
    "tenders.challenged",
    _("A bidder challenged the award."),
    disclosed=True,
    facts=[("answer_due_at", _("To be answered until, exclusive"), "moment")],
)
story(
    "tenders.challenge_answered",
    _("The owner answered the challenge."),
    disclosed=True,
    facts=[("answer", _("Answer"), "text")],
)
story("tenders.complained", _("The challenger complained to the regulators."), disclosed=True)
story("tenders.complaint_taken_up", _("A regulator looked at the complaint."), disclosed=True, facts=[REASON])
story("tenders.decision_proposed", _("A regulator proposed a decision on the complaint."))
story(
    "tenders.complaint_decided",
    _("Two regulators decided the complaint."),
    disclosed=True,
    facts=[("decision", _("Decision"), "text")],
)
story(
    "tenders.upheld_after_signing",
    _("A complaint was upheld after the contract was signed; the award cannot be undone any more."),
    disclosed=True,
    facts=[REASON],
)
story("tenders.failed", _("The tender failed."), disclosed=True)
story(
    "tenders.cancelled",
    _("The owner cancelled the tender."),
    disclosed=True,
    facts=[("reason", _("Reason"), "text")],
)
for kind, sentence in (
    ("tenders.suspended", _("The tender was suspended.")),
    ("tenders.resumed", _("The tender goes on.")),
    ("tenders.annulled", _("The tender was declared void.")),
):
    story(kind, sentence, disclosed=True, facts=[("reason", _("Reason"), "text")])
story(
    "tenders.postponed",
    _("The owner postponed the tender."),
    disclosed=True,
    facts=[("reason", _("Reason"), "text"), ("closes_at", _("Deadline for bids, exclusive"), "moment")],
)
story("tenders.question_asked", _("Somebody asked a question."))
story(
    "tenders.question_answered",
    _("The owner answered a question."),
    disclosed=True,
    facts=[("asked", _("Question"), "text"), ("answer", _("Answer"), "text")],
)
story(
    "tenders.amended",
    _("The owner amended the terms."),
    disclosed=True,
    facts=[("reason", _("Reason"), "text"), ("number", _("Number"), "text")],
)
story("tenders.bid_confirmed", _("The bidder confirmed its bid after an amendment."))
story("tenders.template_kept", _("Terms were kept as a template."))
story("tenders.template_ended", _("A template is offered no more."))
story("tenders.search_saved", _("A user asked to be told of new tenders."))
story("tenders.search_ended", _("A user is told of no more new tenders."))
story("tenders.retendered", _("The owner tendered it again."), disclosed=True)
story("tenders.bid_suspended", _("A check set the bid aside."))
story("tenders.bid_reinstated", _("A later check was clear; the bid stands again."))
story("tenders.reaudit_started", _("An audit of past awards began."))
story("tenders.reaudited", _("An audit of past awards ended."))
story("tenders.designation_found", _("The audit compared the shares of awards by department."))
story("tenders.trustee_registered", _("A trustee was registered."), disclosed=True)
story("tenders.trustee_keys_registered", _("A trustee registered keys for tenders to come."), disclosed=True)
story(
    "tenders.trustees_appointed",
    _("Three trustees were appointed; any two of them open the bids."),
    disclosed=True,
)
story("tenders.shares_handed", _("A trustee handed over its shares after the deadline."), disclosed=True)
story("tenders.voided", _("The tender is void: too few trustees came, so no bid was opened."), disclosed=True)


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
    if tender.opened_at is not None and acts_as(membership, Role.REGULATOR):
        seen = list(bids)
    else:
        own = [membership.entity_id] if membership is not None and may_bid(membership) else []
        seen = list(bids.visible_to(own))
    checks = [f"decoupling.check/{b.gate_id}" for b in seen] if _sight(tender, request) == Sight.ALL else []
    return [tender.urn, *(bid.urn for bid in seen), *checks]


def _sealed() -> Q:
    """Entries about bids, and their checks, of tenders that can still be opened."""
    never = {
        f"tender__{fact}__isnull": True for fact in ("opened_at", "cancelled_at", "failed_at", "void_at")
    }
    bids = Bid.objects.filter(**never)
    about = bids.values_list(Concat(Value("tenders.bid/"), Cast("ref", CharField())))
    checks = bids.values_list(Concat(Value("decoupling.check/"), Cast("gate", CharField())))
    return Q(subject__in=about) | Q(subject__in=checks)


withhold(_sealed)
subject(Subject("tender", _("Tender"), _find, _sight, _about))
