"""What a draft lacks, for its own page and for the form in which it is written."""

import datetime as dt

from django.utils import timezone

from ..models import Method, Tender
from ..operations.drafting import refused_of
from ..operations.grounds import ground_refusal
from ..operations.inviting import barred
from ..queries import minimum_bidding, services_relied
from ..readiness import Line, check_list
from ..standing import invitation_rules


def check_list_of(tender: Tender, now: dt.datetime) -> list[Line]:
    minimum, grounded = minimum_bidding(tender.region, on=timezone.localdate(now)), None
    if tender.method == Method.DIRECT_CHOICE:
        grounded = ground_refusal(tender, ceiling=tender.ceiling, at=now) is None
    carried, invites = len(tender.documents.all()), None
    if tender.invited:
        rule = invitation_rules(tender.region, on=timezone.localdate(now)).get(tender.invite_ground)
        enough = rule is not None and tender.invitations.count() >= rule.least
        invites = (rule is not None, enough, enough and not barred(tender, at=now))
    several = tender.services.count() > 1
    return check_list(
        tender,
        minimum=minimum,
        now=now,
        documents=carried,
        grounded=grounded,
        invites=invites,
        voluntary=[str(one.service) for one in services_relied(tender) if one.necessity != "mandatory"],
        kept_apart=[str(refusal) for refusal in refused_of(tender, at=now)] if several else None,
    )


def missing_of(tender: Tender, now: dt.datetime) -> list[Line]:
    """What keeps a draft from being submitted."""
    return [line for line in check_list_of(tender, now) if line.needed and not line.done]
