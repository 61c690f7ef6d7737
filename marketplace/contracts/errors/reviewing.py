"""Refusals of reviews."""

from django.utils.translation import gettext_lazy as _

from .base import ContractRefused


class NotReviewedYet(ContractRefused):
    message = _("Reviews begin once the work is accepted and paid, or the contract has ended.")


class ReviewOver(ContractRefused):
    message = _("The time to review this contract is over.")


class ReviewedAlready(ContractRefused):
    message = _("Your side has reviewed this contract. A review is given once and never altered.")


class NotYourReview(ContractRefused):
    message = _("You do not act for a side that reviews this contract.")


class ScoresMissing(ContractRefused):
    message = _(
        "Rate each line from 1 to 5; the department and the centre may leave out what they cannot judge."
    )


class StillSealed(ContractRefused):
    message = _("The reviews are sealed until both sides have given theirs, or the time is over.")


class WordsMissing(ContractRefused):
    message = _("Say something; it is shown to the public.")


class RepliedAlready(ContractRefused):
    message = _("A reply is given once.")


class NotReviewed(ContractRefused):
    message = _("Only whoever was reviewed may do this.")
