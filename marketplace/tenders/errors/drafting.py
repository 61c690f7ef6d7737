"""Refusals while a tender is written, reviewed and published, and of what is kept beside it."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check

from .base import TenderRefused


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
