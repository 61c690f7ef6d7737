"""Named refusals of this room. Each says what, why, and what to do."""

from django.utils.translation import gettext_lazy as _


class AdoptionRefused(Exception):
    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class OwnPractice(AdoptionRefused):
    message = _("A region does not adopt its own practice.")


class AlreadyAdopted(AdoptionRefused):
    message = _("Your region has adopted this practice already. Take that back first to change it.")


class NotAdopted(AdoptionRefused):
    message = _("Your region has not adopted this practice, or has taken it back already.")


class AdoptionWithoutSource(AdoptionRefused):
    message = _("An adoption names its source: the document or record that says so.")
