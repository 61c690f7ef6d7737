"""Named refusals of audits."""

from django.utils.translation import gettext_lazy as _


class AuditRunning(Exception):
    message = _("An audit of awards is under way. One runs at a time; look at its progress.")

    def __str__(self) -> str:
        return str(self.message)
