"""The first question of the need check: which approval is it, and where? It answers while one types."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulation.parties.models import Region
from regulation.parties.queries import region_and_parents

from .. import queries
from ..forms import clean_text
from ..models import Approval, Kind, Service, Zone
from ..shortnames import in_full

PAGE = 15
FEW = 3  # with fewer found, what may have been meant is offered
NAMED = (Kind.APPROVALS, Kind.SERVICES)


def search(request: HttpRequest) -> HttpResponse:
    """Which approval is it? Answers while typing, and without JavaScript by the button."""
    context = _found(request) | {"lost": bool(request.GET.get("approval") or request.GET.get("activity"))}
    context |= {"regions": queries.regions_with_approvals(), "zones": queries.zones_to_choose()}
    return render(request, "registry/need_check.html", context)


def need_found(request: HttpRequest) -> HttpResponse:
    """What fits the words typed so far: the part of the page below the question."""
    return render(request, "registry/_need_found.html", _found(request))


def _found(request: HttpRequest) -> dict[str, Any]:
    query = clean_text(request.GET.get("q"))
    region, zone, outside = _where(request)
    line = region_and_parents(region.pk) if region else None
    kept = {"region": region.pk if region else "", "zone": zone}
    found: dict[str, Any] = {"q": query, "region": region, "zone": zone, "outside": outside}
    found["kept"] = _glued(kept)  # what the links to a plan carry on
    found["asked"] = bool(query or region)
    activities = queries.search_activities(query)
    if not found["asked"]:
        return found | {"activities": activities[:6]}
    page = _page(query, line, request.GET.get("page"))
    if query and not page.paginator.count and (full := in_full(query)):
        in_long = _page(full, line, request.GET.get("page"))
        if in_long.paginator.count or queries.search_services(Service.objects.all(), full).exists():
            page, query, found["in_full"] = in_long, full, full
            activities = queries.search_activities(full)
    if line is not None:
        activities = activities.filter(region__in=line)
    services = queries.search_services(Service.objects.all(), query)[:5] if query else []
    found |= {"page_obj": page, "services": services, "activities": activities[:5]}
    count = page.paginator.count
    if query and count < FEW:
        meant = queries.suggestions(query, kinds=NAMED, regions=line)
        found["meant"] = [(words, f"?{urlencode({'q': words})}{_glued(kept)}") for words in meant]
    if query and line is not None and not count:
        found["elsewhere"] = queries.search_approvals(Approval.objects.all(), query).count()
    return found


def _page(query: str, line: list[str] | None, number: str | None) -> Page[Approval]:
    """A page of the approvals that hold the words, in the regions of a line where one is named."""
    approvals = Approval.objects.select_related("department", "region")
    here = queries.search_approvals(approvals, query)
    if line is not None:
        here = here.filter(region__in=line)
    return Paginator(here, PAGE).get_page(number)


def _where(request: HttpRequest) -> tuple[Region | None, str, bool]:
    """The region and the zone asked for, and whether the zone was dropped: it lies outside the region.

    A zone alone names its region. What stands for no zone ("none", "unsure") is kept.
    """
    code, ref = clean_text(request.GET.get("region")), clean_text(request.GET.get("zone"))
    region = Region.objects.filter(code=code).first() if code else None
    zone = Zone.objects.select_related("region").filter(ref=ref).first() if ref else None
    if zone is None:
        return region, ref, False
    if region is None:
        return zone.region, ref, False
    inside = region.pk in region_and_parents(zone.region_id)
    return (region, ref, False) if inside else (region, "", True)


def _glued(values: dict[str, str]) -> str:
    said = {name: value for name, value in values.items() if value}
    return f"&{urlencode(said)}" if said else ""
