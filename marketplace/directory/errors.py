"""Named refusals of this room."""

from django.utils.translation import gettext_lazy as _


class DirectoryRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader."""

    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class OfferOverlaps(DirectoryRefused):
    message = _("You already publish a price of this kind for this service and region. End that one first.")


class OfferEnded(DirectoryRefused):
    message = _("This offer has ended already.")


class NotForSale(DirectoryRefused):
    message = _("This entry is a general rule, not a service that can be sold.")


class AlreadyListed(DirectoryRefused):
    message = _("This entity is registered as an intermediary already.")
