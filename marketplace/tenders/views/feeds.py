"""The tenders of a search as an Atom feed and as a calendar of deadlines."""

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulation.ledger.queries import database_now

from ..calendar_file import Event, calendar
from ..filters import TenderFilter
from ..life_texts import STATE_WORDS
from ..models import TenderAct
from ..queries import public_tenders

MOST = 50
LONG_AGO = dt.timedelta(days=30)


def _found(request: HttpRequest) -> Any:
    return TenderFilter(request.GET or None, queryset=public_tenders()).qs


def changed(tenders: Any) -> Any:
    """Each with the moment of the last act done to it: an amendment, a postponement, its result."""
    last = TenderAct.objects.filter(tender=OuterRef("pk")).order_by("-at").values("at")[:1]
    return tenders.annotate(changed_at=Coalesce(Subquery(last), "published_at"))


def tender_feed(request: HttpRequest) -> HttpResponse:
    """The newest fifty of a search (RFC 4287)."""
    now = database_now()
    host = request.get_host().partition(":")[0]
    address = request.build_absolute_uri()
    made = Atom1Feed(
        title=_("Tenders"),
        link=address,
        description="",
        language=get_language(),
        feed_url=address,
        author_name=_("Qinqing"),
    )
    for tender in changed(_found(request)).order_by("-published_at", "-pk")[:MOST]:
        made.add_item(
            title=tender.title,
            link=request.build_absolute_uri(tender.get_absolute_url()),
            description=f"{STATE_WORDS[tender.state_at(now)]} · {tender.service_names} · {tender.region}",
            unique_id=f"tag:{host},2026:{tender.urn}",
            pubdate=tender.published_at,
            updateddate=tender.changed_at,
        )
    return HttpResponse(made.writeString("utf-8"), content_type=made.content_type)


def tender_calendar(request: HttpRequest) -> HttpResponse:
    """The deadlines of a search, past ones for a month."""
    host = request.get_host().partition(":")[0]
    lately = changed(_found(request).filter(closes_at__gte=database_now() - LONG_AGO))
    found = list(lately.order_by("closes_at", "pk")[:500])
    events = [
        Event(
            uid=f"{tender.ref}@{host}",
            at=tender.closes_at,
            summary=_("Bids until: %(title)s") % {"title": tender.title},
            url=request.build_absolute_uri(tender.get_absolute_url()),
            changed=tender.changed_at,
            uncertain=tender.suspended_at is not None,
            cancelled=any((tender.cancelled_at, tender.void_at, tender.failed_at, tender.retendered_at)),
        )
        for tender in found
        if tender.closes_at and tender.published_at
    ]
    text = calendar(str(_("Deadlines of tenders")), events)
    return HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="tenders.ics"'},
    )
