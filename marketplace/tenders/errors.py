"""Named refusals of this room; each is a sentence that says what and why, and `next_step` what to do."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check, Outcome

from . import life
from .life_texts import STATE_WORDS


class TenderRefused(Exception):
    """Base. `code` is stable, `message` is for the reader."""

    code = "refused"
    message: Any = _("This cannot be done.")
    next_step: Any = ""

    def __str__(self) -> str:
        return str(self.message)


class NotNow(TenderRefused):
    """An act the tender's state does not allow; life.TRANSITIONS says which do."""

    code = "not_now"

    def __init__(self, act: life.Act, state: life.State) -> None:
        self.act, self.state = act, state
        self.message = _('This cannot be done while the tender is in the state "%(state)s".') % {
            "state": STATE_WORDS[state]
        }


class ReasonMissing(TenderRefused):
    code = "reason_missing"
    message = _("State the reason; it is kept on the record.")


class NoDirectChoice(TenderRefused):
    """Chosen directly without a ground in force there; `amount` is what the ceiling has to be below."""

    code = "no_direct_choice"
    message: Any = _("No rule in force in this region allows to choose without competition on this ground.")
    next_step = _("Choose another way to decide, or a ground that is allowed.")

    def __init__(self, amount: Decimal | None = None) -> None:
        if amount is not None:
            self.message = _("Without competition only below a ceiling of %(amount)s.") % {
                "amount": f"¥{amount:,.2f}"
            }


class DocumentRefused(TenderRefused):
    """One file cannot be taken; it is named."""

    code = "document_refused"

    def __init__(self, name: str, why: Any) -> None:
        self.message = _("%(name)s: %(why)s") % {"name": name, "why": why}


class NoDocument(TenderRefused):
    code = "no_document"
    message = _("Choose a file; or the document is not there any more.")


class DocumentThere(TenderRefused):
    code = "document_there"
    message = _("A document with exactly this content is there already.")


class TooManyDocuments(TenderRefused):
    code = "too_many_documents"

    def __init__(self, most: int) -> None:
        self.message = _("A tender has at most %(n)d documents.") % {"n": most}


class NoInvitation(TenderRefused):
    """By invitation without a ground in force there."""

    code = "no_invitation"
    message = _("No rule in force in this region allows to invite firms on this ground.")
    next_step = _("Let everybody bid, or name a ground that is allowed.")


class TooFewInvited(TenderRefused):
    code = "too_few_invited"
    next_step = _("Invite more firms, or let everybody bid.")

    def __init__(self, least: int) -> None:
        self.message = _("At least %(n)d firms are invited.") % {"n": least}


class InvitedBarred(TenderRefused):
    """An invited firm that the conflict gate keeps out, or about which it cannot say; the check says why."""

    code = "invited_barred"
    next_step = _("Take the firm off the list, or wait until the question about it is decided.")

    def __init__(self, check: Check) -> None:
        self.check = check
        said = {"firm": check.intermediary}
        self.message = _("%(firm)s does not pass the conflict gate of this department.") % said


class NotInvited(TenderRefused):
    code = "not_invited"
    message = _("This tender is by invitation, and your entity was not invited.")


class CeilingOfRate(TenderRefused):
    code = "ceiling_of_rate"
    message = _("The ceiling of a tender by rate follows from its base amount and highest rate, which stand.")


class NothingNamed(TenderRefused):
    code = "nothing_named"
    message = _("Narrow the list by words, service or region first; then keep the search.")


class TooManySearches(TenderRefused):
    code = "too_many_searches"

    def __init__(self, most: int) -> None:
        self.message = _("At most %(n)d saved searches. End one first.") % {"n": most}


class Incomplete(TenderRefused):
    code = "incomplete"
    message = _("A title, what is needed, the working days and a contact have to be there.")


class TemplateThere(TenderRefused):
    code = "template_there"
    message = _("A template of this name stands for this service. End it first, or choose another name.")


class SamePerson(TenderRefused):
    code = "same_person"
    message = _("A tender is written, reviewed and published by three different people.")
    next_step = _("A colleague who acts for the owner, or the platform's reviewer, can do it.")


class NotTheWriter(TenderRefused):
    code = "not_the_writer"
    message = _("Only whoever wrote the draft submits it or takes it back.")


class StandsInReview(TenderRefused):
    code = "stands_in_review"
    message = _("The draft is in review and cannot be changed.")
    next_step = _("Take it back first.")


class QuestionsOver(TenderRefused):
    code = "questions_over"
    message = _("The time for questions about this tender is over, or has not begun.")


class AlreadyAnswered(TenderRefused):
    code = "already_answered"
    message = _("The question is answered. An answer stands.")
    next_step = _("Amend the tender if its terms must change.")


class NoWords(TenderRefused):
    code = "no_words"
    message = _("Write something first.")


class NothingChanged(TenderRefused):
    code = "nothing_changed"
    message = _("Nothing differs from the published terms.")


class ComesEarlier(TenderRefused):
    code = "comes_earlier"
    message = _("Bidders would have less time than before. Choose a later deadline.")


class AlreadyPublished(TenderRefused):
    code = "already_published"
    message = _("The tender is published. Its terms stand as published.")
    next_step = _("Cancel it with a reason and publish a new one if the terms must change.")


class ClosesTooSoon(TenderRefused):
    code = "closes_too_soon"

    def __init__(self, minimum: Any) -> None:
        self.minimum = minimum
        self.message = _("Bidding must stay open for at least %(time)s in this region.") % {"time": minimum}


class CeilingMissing(TenderRefused):
    code = "ceiling_missing"
    message = _("State a price ceiling, or the reason why there is none.")


class TrusteesMissing(TenderRefused):
    code = "trustees_missing"
    next_step = _("The trustee has to register keys; its desk and its program do. Nothing was published.")

    def __init__(self, parts: list[str]) -> None:
        self.message = _("No key lies ready of: %(parts)s. Bids could not be sealed.") % {
            "parts": ", ".join(parts)
        }


class BadTrusteeKey(TenderRefused):
    code = "bad_trustee_key"
    next_step = _("None of the keys was taken. Make new ones and register them.")

    def __init__(self, number: int) -> None:
        self.number = number
        self.message = _(
            "Key %(n)d cannot be taken: it is no X25519 public key, is registered already, or its signature "
            "is not the trustee's."
        ) % {"n": number}


class TooManyKeys(TenderRefused):
    code = "too_many_keys"
    message = _("Enough keys lie ready.")


class NotSealable(TenderRefused):
    code = "not_sealable"
    message = _("This tender has no trustees, so no bid can be sealed for it.")
    next_step = _("The owner has to cancel it and publish a new one.")


class SealItYourself(TenderRefused):
    code = "seal_it_yourself"
    message = _("The owner takes only bids that were sealed on the bidder's own device.")
    next_step = _(
        "Use a browser with JavaScript, or seal the bid with tools/seal_bid.py and upload the sealed file."
    )


class WrongEnvelope(TenderRefused):
    """A sealed file that could not be opened at the deadline. `what` is suite, form, trustees or context."""

    code = "wrong_envelope"
    next_step = _("Seal the bid again from this tender's page, and upload that file.")
    WORDS = {
        "suite": _("This file is not a sealed bid of the suite QQ2."),
        "form": _("The sealed bid is damaged: its length or form is not that of suite QQ2."),
        "trustees": _("The bid is sealed for other trustees than this tender's."),
        "context": _("The bid is sealed for another tender or another bidder."),
        "files": _("The sealed files are not all here, or are not those that were uploaded for this bid."),
    }

    def __init__(self, what: str) -> None:
        self.what = what
        self.message = self.WORDS[what]


class WrongPart(TenderRefused):
    code = "wrong_part"
    message = _("This is not a part of a sealed file, or another one is there already.")


class TooMuch(TenderRefused):
    code = "too_much"
    message = _("More than 400 MB of sealed files wait for your bid in this tender.")
    next_step = _("What no bid takes up is forgotten after a day.")


class WrongShare(TenderRefused):
    code = "wrong_share"
    next_step = _("None of the shares was taken. Use the store that holds this tender's key.")

    def __init__(self, bid: str) -> None:
        self.message = _("The share for bid %(bid)s is not the one its envelope names.") % {"bid": bid}


class TooEarly(TenderRefused):
    code = "too_early"
    message = _("Shares are taken only after the deadline, by the database clock.")


class AwaitsShares(TenderRefused):
    code = "awaits_shares"
    message = _("Fewer than two trustees have handed over their shares, so the bids cannot be opened yet.")


class NotVoid(TenderRefused):
    code = "not_void"
    message = _("The tender is not void: its trustees still have time, or enough of them came.")


class NotAboutAService(TenderRefused):
    code = "not_a_service"
    message = _("This entry is a general rule, not a service that can be bought.")


class TenderClosed(TenderRefused):
    """`closes_at` is the deadline, `at` when the bid came; both where the bid was late."""

    code = "tender_closed"
    message: Any = _(
        "The tender does not take bids now. The deadline is exclusive and kept by the database clock."
    )

    def __init__(self, closes_at: dt.datetime | None = None, at: dt.datetime | None = None) -> None:
        if closes_at is None or at is None or at < closes_at:
            return
        self.late = at - closes_at
        self.message = _(
            "The bid came %(late)s after the deadline. The deadline is exclusive and kept by the database "
            "clock."
        ) % {"late": _exactly(self.late)}


def _exactly(late: dt.timedelta) -> str:
    """A span to the microsecond."""
    hours, rest = divmod(int(late.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    return _("%(h)d h %(m)d min %(s)d.%(us)06d s") % {
        "h": hours,
        "m": minutes,
        "s": seconds,
        "us": late.microseconds,
    }


class AlreadyBid(TenderRefused):
    code = "already_bid"
    message = _("Your entity has a bid in this tender already.")
    next_step = _("Withdraw it before the deadline if you want to submit another.")


class NotRegistered(TenderRefused):
    code = "not_registered"
    message = _("Only a registered intermediary that is not suspended may bid.")


class NoOffer(TenderRefused):
    code = "no_offer"
    message: Any = _("Your entity does not publish a price for this service, so it may not bid for it.")
    next_step = _("Publish an offer for this service first.")

    def __init__(self, service: Any = None) -> None:
        if service is not None:  # one of several that the tender buys
            self.message = _(
                'Your entity does not publish a price for "%(service)s", which it has to offer.'
            ) % {"service": service}


class NotQualified(TenderRefused):
    """Qualifications that the owner asks for and the bidder does not hold on that day."""

    code = "not_qualified"
    next_step = _("Enter the certificate with its dates in your entity's profile, if you hold it.")

    def __init__(self, missing: Sequence[str], one_of: Sequence[str]) -> None:
        self.missing, self.one_of = list(missing), list(one_of)
        if missing:
            self.message = _("Your entity does not hold: %(names)s.") % {"names": "; ".join(missing)}
        else:
            self.message = _("Your entity holds none of: %(names)s.") % {"names": "; ".join(one_of)}


class OwnTender(TenderRefused):
    code = "own_tender"
    message = _("An entity may not bid in its own tender.")


class AvoidedBidder(TenderRefused):
    code = "avoided"

    def __init__(self, reason: str) -> None:
        self.message = _("The owner declared that it must avoid your entity: %(reason)s") % {"reason": reason}


class ConflictedBidder(TenderRefused):
    code = "conflicted"
    message = _("Your entity is tied to the department that decides the approval, so it may not serve it.")
    next_step = _(
        "If an interest is wrong or has ended, have the record corrected with its document; "
        "the check is made anew each time."
    )

    def __init__(self, check: Check) -> None:
        self.check = check


class UnknownStanding(TenderRefused):
    code = "unknown"
    message = _(
        "It is not known whether your entity is free of ties to the department. A person has to decide."
    )
    next_step = _(
        "File or complete your declaration of interests; the regulator decides until the day shown."
    )

    def __init__(self, check: Check) -> None:
        self.check = check


class NotWithdrawable(TenderRefused):
    code = "not_withdrawable"
    message = _("A bid can be withdrawn only before the deadline, and once.")


class NotDue(TenderRefused):
    code = "not_due"
    message = _("The tender is not due to be opened.")


class NotAwardable(TenderRefused):
    code = "not_awardable"
    message = _("The tender cannot be awarded: it is not open, it failed, or it is awarded already.")


class NobodyLeft(TenderRefused):
    code = "nobody_left"
    message = _("No valid bid passed the conflict gate, so the tender has failed.")


class NotCancellable(TenderRefused):
    code = "not_cancellable"
    message = _("Only a tender that is published and not yet awarded can be cancelled, with a reason.")


class AwaitsDetermination(TenderRefused):
    code = "awaits_determination"
    message = _(
        "Whether the best bidder may serve this department is not settled yet. Two regulators answer; then "
        "the tender can be awarded."
    )


class GateShut(TenderRefused):
    """A contract or a payout that the conflict gate keeps out; the check that says why."""

    code = "gate_shut"
    message = _(
        "The conflict gate does not open for this winner: an interest bars it from serving this department."
    )
    open_message = _("Two regulators have yet to decide whether this winner may serve the department.")

    def __init__(self, check: Check) -> None:
        self.check = check
        if check.outcome == Outcome.UNKNOWN:
            self.message = self.open_message
