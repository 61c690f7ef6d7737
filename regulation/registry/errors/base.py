"""What every refusal of this room is."""

from django.utils.translation import gettext_lazy as _


class RegistryRefused(Exception):
    """Base of what this room refuses; `message` is a sentence for the reader."""

    message = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)
