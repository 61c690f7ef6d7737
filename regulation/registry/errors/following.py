"""Refusals of followings."""

from django.utils.translation import gettext_lazy as _

from .base import RegistryRefused


class NotOnRecord(RegistryRefused):
    message = _("What you want to follow is not on record.")


class TooManyFollowings(RegistryRefused):
    message = _("You follow a hundred topics already. End one first, or follow a region or a department.")
