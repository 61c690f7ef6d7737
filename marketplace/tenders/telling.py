"""Mail about tenders: to whoever follows what a new one is about, and to bidders of one that was amended."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulation.registry.models import Following
from regulation.registry.operations.following import stop_token

from .models import Bid, Tender
from .queries import followers_of


def _site() -> str:
    return settings.SITE_URL.rstrip("/")


def tell_followers(tender: Tender) -> int:
    """Each follower of the service, region, approval or department once, in its language; how many."""
    told: set[int] = set()
    for following in followers_of(tender):
        if following.user_id not in told:
            told.add(following.user_id)
            with override(following.language):
                _announce(tender, following)
    return len(told)


def _announce(tender: Tender, following: Following) -> None:
    stop = _site() + reverse("registry:following_stop", args=[stop_token(following.user)])
    said = {
        "title": tender.title,
        "service": tender.service,
        "region": tender.region,
        "closes": f"{timezone.localtime(tender.closes_at):%Y-%m-%d %H:%M}" if tender.closes_at else "",
        "address": _site() + tender.get_absolute_url(),
        "stop": stop,
    }
    EmailMultiAlternatives(
        subject=_("New tender: %(title)s") % said,
        body=_(
            "%(title)s\n%(service)s · %(region)s\nBids until: %(closes)s\n%(address)s\n\n"
            "You are told because you follow what it is about. Be told no more:\n%(stop)s\n"
        )
        % said,
        to=[following.user.email],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    ).send()


def tell_bidder(bid: Bid, reason: str) -> None:
    """Whoever has a sealed bid learns of an amendment, alone; nobody else learns that they bid."""
    said = {
        "title": bid.tender.title,
        "reason": reason,
        "address": _site() + bid.tender.get_absolute_url(),
    }
    EmailMultiAlternatives(
        subject=_("A tender in which you bid was amended"),
        body=_(
            "%(title)s\n\nThe owner amended the terms: %(reason)s\n\nRead what differs, then confirm "
            "your sealed bid or withdraw it before the deadline:\n%(address)s\n"
        )
        % said,
        to=[bid.submitted_by.email],
    ).send()
