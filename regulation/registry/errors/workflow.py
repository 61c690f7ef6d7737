"""Refusals on the way of a draft: review, time of publication, consultation."""

from django.utils.translation import gettext_lazy as _

from .base import RegistryRefused


class NotSubmitted(RegistryRefused):
    message = _("Only what its author has submitted for legal review is reviewed.")


class SubmittedAlready(RegistryRefused):
    message = _("The draft has been submitted already.")


class NotReviewed(RegistryRefused):
    message = _("A reviewer records the legal review first. Only then is the draft published or scheduled.")


class InReview(RegistryRefused):
    message = _("The draft is in legal review. It is changed once a reviewer has returned it.")


class UnderConsultation(RegistryRefused):
    message = _("The public is being asked about this very text. It is changed once the consultation closes.")


class ConsultationRunning(RegistryRefused):
    message = _("The public may still comment on this draft. It is published once the consultation closes.")


class CommentsUnanswered(RegistryRefused):
    message = _("Comments on this draft have not been answered. Every comment is answered in public first.")


class NotInTheFuture(RegistryRefused):
    message = _("The time of publication has to lie ahead, within a year.")


class NotScheduled(RegistryRefused):
    message = _("The draft has no time of publication.")


class ReasonMissing(RegistryRefused):
    message = _("Give the reason: it is shown to the public.")


class ConsultationDays(RegistryRefused):
    """`shortest` and `longest` are days."""

    def __init__(self, shortest: int = 1, longest: int = 90) -> None:
        self.days = {"shortest": shortest, "longest": longest}
        super().__init__(shortest, longest)

    def __str__(self) -> str:
        return _("A consultation lasts from %(shortest)s to %(longest)s days.") % self.days


class QuestionMissing(RegistryRefused):
    message = _("A consultation asks the public a question.")


class ConsultedAlready(RegistryRefused):
    message = _("A consultation on this draft is running already.")


class CommentTooLate(RegistryRefused):
    message = _("The consultation has closed; your comment came after its deadline and was not filed.")


class CommentEmpty(RegistryRefused):
    message = _("Write your comment, and the name it is shown under.")


class TooManyComments(RegistryRefused):
    message = _("You have commented on this draft as often as one person may.")


class NotForThatEntity(RegistryRefused):
    message = _("You do not act for that entity today.")


class AnswerEmpty(RegistryRefused):
    message = _("Write the answer, and choose the comments it answers.")


class AnsweredAlready(RegistryRefused):
    message = _("One of these comments has been answered already. Load the page again.")


class OwnComment(RegistryRefused):
    message = _("Nobody answers or hides a comment of their own.")


class HiddenAlready(RegistryRefused):
    message = _("This comment is hidden already.")


def sentence_of(name: str) -> str:
    """The sentence of a refusal known by its name; empty for a name that is none."""
    kinds = {kind.__name__: kind for kind in RegistryRefused.__subclasses__()}
    return str(kinds[name]()) if name in kinds else ""
