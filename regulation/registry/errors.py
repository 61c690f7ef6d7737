"""Named refusals of this room."""

from django.utils.translation import gettext_lazy as _


class RegistryRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader."""

    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class SamePerson(RegistryRefused):
    message = _("Whoever wrote a ruling cannot publish it. A second person has to.")


class AlreadyPublished(RegistryRefused):
    message = _("This ruling is published already. Correct it with a new version.")


class NotOnRecord(RegistryRefused):
    message = _("Only a published ruling that still stands can be replaced.")


class NoLawfulBasis(RegistryRefused):
    message = _(
        "Only a law, an administrative regulation or a decision of the State Council that is in force on "
        "the day the ruling starts can require a service "
        "(Regulation on Optimizing the Business Environment, art. 43)."
    )


class RulingOverlaps(RegistryRefused):
    message = _(
        "Another ruling on this approval, service and region holds in that period. Replace that one instead."
    )


class EmptyPeriod(RegistryRefused):
    message = _("The ruling has to end after it starts.")
