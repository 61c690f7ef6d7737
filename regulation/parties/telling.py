"""Mail about somebody's own account."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import AccessToken


def tell_of_token(token: AccessToken, *, made: bool) -> None:
    """That a token was made or revoked, and where to revoke one nobody meant to make. Never the secret."""
    address = settings.SITE_URL.rstrip("/") + reverse("parties:token_list")
    said = [
        _("Token: %(name)s") % {"name": token.name},
        _("It acts for: %(entity)s") % {"entity": token.membership.entity},
        _("It may: %(scope)s") % {"scope": token.get_scope_display()},
        _("Until: %(until)s") % {"until": timezone.localdate(token.expires_at).isoformat()},
        "",
    ]
    if made:
        subject = _("A token was made that acts for you")
        said.append(_("If that was not you, revoke it at once and change your password:"))
    else:
        subject = _("A token that acted for you was revoked")
        said.append(_("All your tokens:"))
    body = "\n".join([*said, address, ""])
    EmailMessage(subject=subject, body=body, to=[token.membership.user.email]).send()
