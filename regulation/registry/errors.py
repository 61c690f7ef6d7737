"""Named refusals of this room. Each says what, why, and what to do."""

from django.utils.translation import gettext_lazy as _


class RegistryRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader."""

    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class SamePerson(RegistryRefused):
    message = _("Whoever wrote a ruling cannot publish it. A second person has to.")


class NotTheAuthor(RegistryRefused):
    message = _("Only the author changes or withdraws a draft. A reviewer returns it with a note.")


class NotADraft(RegistryRefused):
    message = _("This is no longer a draft: it was published or withdrawn. Correct it with a new version.")


class NoLawfulBasis(RegistryRefused):
    message = _(
        "Only a law, an administrative regulation or a decision of the State Council that is in force on the "
        "day the ruling starts can require a service (Regulations on Optimising the Business Environment, "
        "art. 43)."
    )


class ProvisionMissing(RegistryRefused):
    message = _("A ruling cites at least one provision.")


class SourceMissing(RegistryRefused):
    message = _("A ruling names its source: the document or record that says so.")


class NoteMissing(RegistryRefused):
    message = _("Say in the note what the author should change.")


class RulingOverlaps(RegistryRefused):
    message = _(
        "Another ruling on this approval, service and region holds in that period. Replace that one instead."
    )


class NothingToReplace(RegistryRefused):
    message = _("No ruling on record holds in that period, so there is nothing to replace. Publish this one.")


class TooEarly(RegistryRefused):
    message = _("What it would end was recorded at this very moment. Try again in a second.")


class EmptyPeriod(RegistryRefused):
    message = _("The ruling has to end after it starts.")


class DaysWithoutKind(RegistryRefused):
    message = _("A time limit names its number and whether it counts working days or calendar days.")


class ArticleOutsideInstrument(RegistryRefused):
    message = _(
        "An article holds only while its law does. Its period has to lie within the law's: change the dates "
        "of the article first, or those of the law."
    )


class DeciderOverlaps(RegistryRefused):
    message = _("Another delegation of this approval holds in that period.")


class FollowUpMissing(RegistryRefused):
    message = _("A ruling that abolishes a demand says how the matter is supervised from then on.")


class MeasureByOnePerson(SamePerson):
    message = _("Whoever wrote a measure cannot publish or return it. A second person has to.")


class MeasureWithoutSource(SourceMissing):
    message = _("A measure names its source: the document or record that says so.")


class MeasurePeriodEmpty(EmptyPeriod):
    message = _("The measure has to end after it starts.")


class MeasureNotADraft(RegistryRefused):
    message = _("This measure was published or withdrawn already. Correct it with a new one.")


class MeasureEmpty(RegistryRefused):
    message = _("A measure states at least one of trips, papers, days, online level and fee.")


class PromiseBeyondLaw(RegistryRefused):
    message = _("The committed days cannot be more than the days the law allows.")


class MeasureOverlaps(RegistryRefused):
    message = _("Another measure was published for that period just now. Read it, then try again.")


class SamePersonAssessed(SamePerson):
    message = _("Whoever wrote an assessment cannot publish, return or end it. A second person has to.")


class AssessmentIncomplete(RegistryRefused):
    message = _("An assessment names its report and its source.")


class AssessmentPeriodEmpty(EmptyPeriod):
    message = _("The assessment has to end after it starts.")


class AssessmentOverlaps(RegistryRefused):
    message = _(
        "A published assessment of this matter is already valid in the zone on some of these days. End that "
        "one first, or let this one start where it ends."
    )


class AssessmentNotADraft(NotADraft):
    message = _("This assessment was published or withdrawn already. End it, or draft a new one.")


class NotPublished(RegistryRefused):
    message = _("Only a published assessment can be ended. A draft is withdrawn by its author.")


class AssessmentEndsTooEarly(RegistryRefused):
    message = _("What held on days gone by is not taken back. Name today or a later day.")


class EndOutsidePeriod(RegistryRefused):
    message = _("The day has to lie after the first day of the assessment and before the day it ends anyway.")


class HarderThanAbove(RegistryRefused):
    """`above` is the ruling of the region above that asks for less."""

    def __init__(self, above: object = "…") -> None:
        self.above = above
        super().__init__(above)

    def __str__(self) -> str:
        return _(
            "A lower level may lift or soften a demand, not add or harden one. Above it holds: “%(above)s”. "
            "To ask for more, cite a law, administrative regulation or State Council decision made for this "
            "region that the ruling above does not rest on."
        ) % {"above": self.above}


class NotOnRecord(RegistryRefused):
    message = _("What you want to follow is not on record.")


class TooManyFollowings(RegistryRefused):
    message = _("You follow a hundred topics already. End one first, or follow a region or a department.")


class SameCompiler(RegistryRefused):
    message = _("Whoever compiled an edition cannot publish it. A second person has to.")


class NotTheCompiler(RegistryRefused):
    message = _("Only whoever compiled a draft edition withdraws it.")


class NotADraftEdition(RegistryRefused):
    message = _("This is no longer a draft: the edition was published or withdrawn. Compile a new one.")


class DayToCome(RegistryRefused):
    message = _("An edition says how the registry stands on a day that has come: today or earlier.")


class DayBeforeLastEdition(RegistryRefused):
    """`last` is the edition on record."""

    def __init__(self, last: object = "…") -> None:
        self.last = last
        super().__init__(last)

    def __str__(self) -> str:
        return _("Editions go forward in time, and %(last)s stands for a later day.") % {"last": self.last}


class NothingListed(RegistryRefused):
    message = _("Nothing on record belongs in this list on that day, and it has no edition yet.")


class DepartmentMissing(RegistryRefused):
    message = _("A power and responsibility list is one department's: name it. Other lists have none.")


class NothingChanged(RegistryRefused):
    """`number` is that of the edition which already says all this."""

    def __init__(self, number: int = 0) -> None:
        self.number = number
        super().__init__(number)

    def __str__(self) -> str:
        return _("Nothing changed since edition %(number)s.") % {"number": self.number}


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
