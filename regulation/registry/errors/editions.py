"""Refusals of editions of lists."""

from django.utils.translation import gettext_lazy as _

from .base import RegistryRefused


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
