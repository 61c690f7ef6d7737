"""Public notices: all of them, newest first, as a page and a feed; and each at an address that lasts."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..announced import address, notice_at, public_notices, read, titles_of
from ..filters import NoticeFilter
from ..models import Tender, TenderAct
from ..queries import public_tenders, with_parts

PAGE = 20
MOST = 50


def notice_links(tender: Tender, acts: Sequence[TenderAct]) -> list[dict[str, Any]]:
    """What the tender's page links to."""
    found = titles_of(tender, acts)
    return [{"title": one.title, "at": one.at, "url": address(tender, one)} for one in found]


def notice(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """One notice, to be read, linked and printed."""
    found = get_object_or_404(with_parts(public_tenders()), ref=ref)
    said = notice_at(found, kind)
    if said is None:
        raise Http404
    return render(request, "tenders/notice.html", {"tender": found, "notice": said})


def notice_list(request: HttpRequest) -> HttpResponse:
    """Every notice, newest first, by kind, region, and words of the tender's title or owner."""
    found = NoticeFilter(request.GET or None, queryset=public_notices())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    rows = [{"row": row, "notice": read(row)} for row in page]
    context = {"filter": found, "page_obj": page, "rows": rows, "query": request.GET.urlencode()}
    return render(request, "tenders/notice_list.html", context)


def notice_feed(request: HttpRequest) -> HttpResponse:
    """The newest fifty of a search (RFC 4287). What a notice says does not change, nor its item."""
    host = request.get_host().partition(":")[0]
    here = request.build_absolute_uri()
    made = Atom1Feed(
        title=_("Public notices"),
        link=here,
        description="",
        language=get_language(),
        feed_url=here,
        author_name=_("Qinqing"),
    )
    for row in NoticeFilter(request.GET or None, queryset=public_notices()).qs[:MOST]:
        said = read(row)
        made.add_item(
            title=f"{said.title} · {said.head['title']}",
            link=request.build_absolute_uri(row.get_absolute_url()),
            description=said.reason or "; ".join(f"{label}: {value}" for label, value in said.facts),
            unique_id=f"tag:{host},2026:{row.urn}",
            pubdate=row.at,
            updateddate=row.at,
        )
    return HttpResponse(made.writeString("utf-8"), content_type=made.content_type)
