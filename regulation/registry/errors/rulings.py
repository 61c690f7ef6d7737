"""Refusals of rulings, of the laws behind them, and of who decides."""

from django.utils.translation import gettext_lazy as _

from .base import RegistryRefused


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


class ApprovalElsewhere(RegistryRefused):
    """`approval` is decided in a region that has nothing to do with the ruling's."""

    def __init__(self, approval: object = "…", where: object = "…", region: object = "…") -> None:
        self.approval, self.where, self.region = approval, where, region
        super().__init__(approval, where, region)

    def __str__(self) -> str:
        return _(
            "“%(approval)s” is an approval of %(where)s, which is neither %(region)s itself nor above or "
            "below it, so no ruling there can speak of it. Choose the approval of that region, or the region "
            "of this approval."
        ) % {"approval": self.approval, "where": self.where, "region": self.region}


class ApprovalMovedApart(RegistryRefused):
    message = _(
        "Rulings on record speak of this approval in a region that has nothing to do with the one chosen. "
        "Replace or withdraw them first."
    )


class DemandsRestOnIt(RegistryRefused):
    message = _(
        "Rulings on record ask for more than the regions above do, and rest on this law being of its level "
        "and made for its region. Replace them first."
    )


class ArticleOutsideInstrument(RegistryRefused):
    message = _(
        "An article holds only while its law does. Its period has to lie within the law's: change the dates "
        "of the article first, or those of the law."
    )


class DeciderOverlaps(RegistryRefused):
    message = _("Another delegation of this approval holds in that period.")


class FollowUpMissing(RegistryRefused):
    message = _("A ruling that abolishes a demand says how the matter is supervised from then on.")


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
