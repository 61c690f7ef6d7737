"""What entries about reviews, objections and complaints say. What is sealed is in none of them."""

from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import story

REASON = ("reason", _("Reason"), "text")
SAID = ("reason", _("In its words"), "text")
UNTIL = ("until", _("Until, that moment not included"), "moment")
COMMITTED = ("commitment", _("Commitment, SHA-256"), "text")
OUTCOME = ("outcome", _("Outcome"), "text")
DUE = ("due", _("To be decided by"), "moment")

story("contracts.reviews_opened", _("The work is over: reviews are taken."), facts=[UNTIL])
story("contracts.reviewed", _("A review was handed in, sealed."), facts=[COMMITTED])
story("contracts.reviews_disclosed", _("Reviews were disclosed."), disclosed=True)
story("contracts.review_replied", _("Whoever was reviewed replied."), disclosed=True, facts=[SAID])
story("contracts.review_mended", _("The intermediary mended its work."), disclosed=True, facts=[SAID, UNTIL])
story("contracts.review_raised", _("The buyer raised its review."), disclosed=True, facts=[COMMITTED])
story("contracts.review_odd", _("Reviews of these parties are a reason to look."))
story("contracts.objection_raised", _("There is an objection to a review."), facts=[REASON, DUE])
story("contracts.complaint_raised", _("There is a complaint about quality."), facts=[REASON, DUE])
story("contracts.plea_replied", _("The other side replied."), facts=[SAID])
story("contracts.plea_proposed", _("The operating centre proposed a decision."), facts=[OUTCOME, REASON])
story("contracts.plea_returned", _("The second person returned the proposal."), facts=[REASON])
story(
    "contracts.plea_decided",
    _("Two people of the operating centre decided an objection or a complaint."),
    disclosed=True,
    facts=[OUTCOME, REASON],
)
