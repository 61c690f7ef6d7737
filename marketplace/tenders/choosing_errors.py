"""Named refusals of evaluation, draw, auction, award and challenge."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from .errors import TenderRefused


class SameDecider(TenderRefused):
    code = "same_decider"
    message = _("Whoever proposed this cannot decide it as well.")
    next_step = _("A colleague who acts for the same entity has to decide.")


class ProposalWaits(TenderRefused):
    code = "proposal_waits"
    message = _("A proposal waits for its approval already.")


class NothingProposed(TenderRefused):
    code = "nothing_proposed"
    message = _("No proposal waits for a decision.")


class GateChanged(TenderRefused):
    code = "gate_changed"
    message = _(
        "The bidder proposed does not pass the conflict gate any more. The proposal is declined; propose "
        "again."
    )


class SayWhy(TenderRefused):
    code = "say_why"
    message = _("State the reason; it is published.")


class StillOpenPrices(TenderRefused):
    code = "low_price_open"
    message = _("A bidder has been asked to justify an abnormally low price, and nothing is decided yet.")


class StillOpenExclusion(TenderRefused):
    code = "exclusion_open"
    message = _("Somebody proposed to exclude a bid, and a second person has not decided yet.")


class NotAllScored(TenderRefused):
    code = "not_all_scored"

    def __init__(self, *, handed_in: int, needed: int) -> None:
        self.message = _(
            "%(n)d of %(needed)d evaluators have handed in. There is an order once all have, and enough "
            "are named."
        ) % {"n": handed_in, "needed": needed}


class NotDrawn(TenderRefused):
    code = "not_drawn"
    message = _("The draw has not been held yet.")


class AuctionNotOver(TenderRefused):
    code = "auction_not_over"
    message = _("The auction is not over yet.")


class NothingChosen(TenderRefused):
    code = "nothing_chosen"
    message = _("Choose a bid, and say why in at least ten characters.")


class OutliersUnexplained(TenderRefused):
    code = "outliers_unexplained"
    message = _(
        "An evaluator's total is far off the panel's median. Say why the scores are kept; the reason is"
        " published with the award."
    )


class NotThisMethod(TenderRefused):
    code = "not_this_method"
    message = _("The tender does not choose in this way, or is not being evaluated now.")


class TiedEvaluator(TenderRefused):
    code = "tied_evaluator"

    def __init__(self, whom: Any) -> None:
        self.whom = whom
        self.message = _("This person is tied to a bidder, %(firm)s, and may not evaluate.") % {"firm": whom}


class BadScores(TenderRefused):
    code = "bad_scores"

    def __init__(self, message: Any) -> None:
        self.message = message


class HandedIn(TenderRefused):
    code = "handed_in"
    message = _("The scores are handed in and stand.")


class TooLate(TenderRefused):
    code = "too_late"

    def __init__(self, *, due: dt.datetime, at: dt.datetime) -> None:
        self.due = due
        late = dt.timedelta(seconds=int((at - due).total_seconds()))
        self.message = _("The time for this ended %(late)s (h:mm:ss) ago.") % {"late": late}


class TooEarly(TenderRefused):
    code = "too_early"
    message = _("This cannot be decided before the time to answer is over.")


class NotConcerned(TenderRefused):
    code = "not_concerned"
    message = _("Only a bidder of this tender whose bid was opened may challenge, in time and once an award.")


class NotDecidable(TenderRefused):
    code = "not_decidable"
    message = _("There is nothing here to decide now.")


class DrawStands(TenderRefused):
    code = "draw_stands"
    message = _("A draw of this tender stands. It ends only with a reason before another is named.")


class ValueUsed(TenderRefused):
    code = "value_used"
    message = _("This public value was named for a draw of this tender before. Name another one.")


class KnownTooSoon(TenderRefused):
    code = "known_too_soon"
    message = _("The public value must become known later: the list is frozen before anybody can know it.")


class NotCommitted(TenderRefused):
    code = "not_committed"
    message = _("Not enough trustees have committed to a secret value yet.")


class NotFrozen(TenderRefused):
    code = "not_frozen"
    message = _("This comes after the list is frozen, and once.")


class AlreadyFrozen(TenderRefused):
    code = "already_frozen"
    message = _("The list is frozen. Nothing is added to it, and no commitment comes after it.")


class NotKnownYet(TenderRefused):
    code = "not_known_yet"
    message = _("The public value cannot be known yet.")


class BadValue(TenderRefused):
    code = "bad_value"
    message = _("Give the value in digits and Latin letters, and where it can be checked.")


class WrongSecret(TenderRefused):
    code = "wrong_secret"
    message = _("This is not the value the commitment was made for.")


class InputsMissing(TenderRefused):
    code = "inputs_missing"
    message = _("The draw waits for the public value or for a trustee's secret value.")


class AlreadyDrawn(TenderRefused):
    code = "already_drawn"
    message = _("The draw has been held. Pressing again changes nothing.")


class NotInRound(TenderRefused):
    code = "not_in_round"
    message = _("No round runs now. The server's clock decides; the next round is shown on the page.")


class PriceTooHigh(TenderRefused):
    code = "price_too_high"

    def __init__(self, at_most: Any) -> None:
        self.message = _("The price must be at most ¥%(price)s: your last one less the step.") % {
            "price": at_most
        }


class AlreadyStarted(TenderRefused):
    code = "already_started"
    message = _("The auction of this tender has been started already.")


class TooFewBidders(TenderRefused):
    code = "too_few_bidders"
    message = _("An auction needs at least two bidders that pass the conflict gate.")


class AwardWaits(TenderRefused):
    code = "award_waits"
    message = _("The standstill is not over, or a challenge holds the award up.")
