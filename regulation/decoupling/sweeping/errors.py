"""Named refusals of sweeps."""

from django.utils.translation import gettext_lazy as _

from ..errors import DecouplingRefused


class SweepRunning(DecouplingRefused):
    message = _("A sweep is under way. One runs at a time; look at its progress.")
