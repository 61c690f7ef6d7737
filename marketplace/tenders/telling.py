"""Mail about tenders: to whoever follows what a new one is about, and to bidders of one that was amended."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulation.parties.models import Membership, Role, User
from regulation.parties.queries import who_stopped
from regulation.registry.models import Following
from regulation.registry.operations.following import stop_token

from .eligibility import lacks_what_was_added
from .models import Bid, SavedSearch, Tender
from .operations.searching import search_token
from .queries import followers_of, searches_for

ANNOUNCEMENTS = "tenders.announcements"


def _site() -> str:
    return settings.SITE_URL.rstrip("/")


def tell_followers(tender: Tender) -> int:
    """Whoever follows its service, region, approval or department, or keeps a search that it fits: each once,
    in its language; how many."""
    told = who_stopped(ANNOUNCEMENTS)
    silent = len(told)
    wanted: list[Following | SavedSearch] = [*followers_of(tender), *searches_for(tender)]
    for one in wanted:
        if one.user_id not in told:
            told.add(one.user_id)
            with override(one.language):
                _announce(tender, one)
    return len(told) - silent


def _way_out(one: Following | SavedSearch) -> str:
    if isinstance(one, Following):
        return _site() + reverse("registry:following_stop", args=[stop_token(one.user)])
    return _site() + reverse("tenders:search_stop", args=[search_token(one.user)])


def _announce(tender: Tender, one: Following | SavedSearch) -> None:
    stop = _way_out(one)
    said = {
        "title": tender.title,
        "service": tender.service_names,
        "region": tender.region,
        "closes": f"{timezone.localtime(tender.closes_at):%Y-%m-%d %H:%M}" if tender.closes_at else "",
        "address": _site() + tender.get_absolute_url(),
        "stop": stop,
    }
    EmailMultiAlternatives(
        subject=_("New tender: %(title)s") % said,
        body=_(
            "%(title)s\n%(service)s · %(region)s\nBids until: %(closes)s\n%(address)s\n\n"
            "You are told because you follow what it is about, or keep a search that it fits. "
            "Be told no more:\n%(stop)s\n"
        )
        % said,
        to=[one.user.email],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    ).send()


def tell_invited(tender: Tender) -> int:
    """Whoever acts for an invited firm learns of it, each alone; how many."""
    today = timezone.localdate()
    agents = Membership.objects.valid_on(today).filter(role=Role.AGENT, entity__invitations__tender=tender)
    people = User.objects.filter(memberships__in=agents, is_active=True).distinct().order_by("pk")
    for one in people:
        _invite(tender, one.email)
    return len(people)


def _invite(tender: Tender, address: str) -> None:
    said = {
        "title": tender.title,
        "closes": f"{timezone.localtime(tender.closes_at):%Y-%m-%d %H:%M}" if tender.closes_at else "",
        "address": _site() + tender.get_absolute_url(),
    }
    body = _("%(title)s\n\nYour entity is invited to bid. Bids until: %(closes)s\n%(address)s\n") % said
    subject = _("You are invited to bid: %(title)s") % said
    EmailMultiAlternatives(subject=subject, body=body, to=[address]).send()


def tell_bidder(bid: Bid, reason: str) -> None:
    """Whoever has a sealed bid learns of an amendment, alone, and of qualifications it asks for that they do
    not hold; nobody else learns that they bid."""
    lacking = lacks_what_was_added(bid, bid.tender)
    unless = _("Unless you hold it on the day of the deadline, your sealed bid will not count.")
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
        % said
        + (f"\n{lacking} {unless}\n" if lacking is not None else ""),
        to=[bid.submitted_by.email],
    ).send()
