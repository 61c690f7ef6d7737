"""Addresses for machines: health, metrics, robots, sitemap."""

import ipaddress
import secrets
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap as DjangoSitemap
from django.contrib.sitemaps.views import index as index_view
from django.contrib.sitemaps.views import sitemap as section_view
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from wagtail.models import Page

from marketplace.directory.queries import listed
from marketplace.tenders.models import Tender
from regulation.ledger.receipts import qr_file
from regulation.registry.models import Approval, Consultation, Service, Zone

from . import health

QR_LONGEST = 1_000
QR_SECONDS = 86_400
ROOMS = (
    "registry:need_check",
    "registry:approval_list",
    "registry:service_list",
    "registry:instrument_list",
    "registry:area_list",
    "registry:list_index",
    "registry:league",
    "registry:standard_list",
    "registry:delegation_list",
    "registry:lapsed_list",
    "registry:changes",
    "registry:reported",
    "registry:consultation_list",
    "registry:zone_list",
    "registry:joint_review_list",
    "directory:intermediary_list",
    "tenders:tender_list",
    "contracts:contract_list",
    "contracts:wording_list",
    "oversight:statistics",
    "oversight:report_list",
    "decoupling:rules",
    "decoupling:history",
)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when every part is up, else 503."""
    parts = health.state()
    well = all(answer == "ok" for answer in parts.values())
    return JsonResponse({"status": "ok" if well else "down", **parts}, status=200 if well else 503)


@cache_control(public=True, max_age=QR_SECONDS)
@require_safe
def qr_code(request: HttpRequest) -> HttpResponse:
    """An address of this site as an image, for its page on paper. Of other sites it makes none."""
    path = request.GET.get("path", "/")
    if not path.startswith("/") or path.startswith("//") or len(path) > QR_LONGEST or not path.isprintable():
        raise Http404
    image = qr_file(request.build_absolute_uri(path))
    return HttpResponse(image, content_type="image/svg+xml")


def _may_read_metrics(request: HttpRequest) -> bool:
    """From this machine itself and not through a proxy, or with the token."""
    token = settings.METRICS_TOKEN
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer" and secrets.compare_digest(given.encode(), token.encode()):
        return True
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For those who may not read them, there is no such page."""
    if not _may_read_metrics(request):
        raise Http404
    exported: HttpResponse = ExportToDjangoView(request)
    return exported


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    closed = ["/cms/", "/django-admin/", "/accounts/", "/account/", "/desk/", "/checks/", "/receipts/"]
    closed += ["/sweeps/", "/audits/", "/findings/", "/oversight/", "/contests/", "/identity/", "/interests/"]
    lines = ["User-agent: *", *(f"Disallow: {p}" for p in closed), *(f"Disallow: /en{p}" for p in closed[2:])]
    lines.append(f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


class _Localized(DjangoSitemap[Any]):
    i18n = True
    alternates = True
    limit = 5_000


class PagesSitemap(DjangoSitemap[Any]):
    def items(self) -> Any:
        return Page.objects.live().public().filter(depth__gt=1).order_by("path")

    def location(self, item: Any) -> str:
        return urlsplit(item.full_url or "").path or "/"


class RoomsSitemap(_Localized):
    def items(self) -> list[str]:
        return list(ROOMS)

    def location(self, item: Any) -> str:
        return reverse(item)


class RecordsSitemap(_Localized):
    def __init__(self, records: Any) -> None:
        self.records = records

    def items(self) -> Any:
        return self.records()


SITEMAPS: dict[str, Any] = {
    "pages": PagesSitemap,
    "rooms": RoomsSitemap,
    "approvals": RecordsSitemap(lambda: Approval.objects.order_by("pk")),
    "services": RecordsSitemap(lambda: Service.objects.order_by("pk")),
    "consultations": RecordsSitemap(lambda: Consultation.objects.order_by("pk")),
    "zones": RecordsSitemap(lambda: Zone.objects.order_by("pk")),
    "intermediaries": RecordsSitemap(lambda: listed().order_by("pk")),
    "tenders": RecordsSitemap(lambda: Tender.objects.published().order_by("pk")),
}


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = index_view(request, SITEMAPS, sitemap_url_name="sitemap_section")
    return response


@require_safe
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    response: HttpResponse = section_view(request, SITEMAPS, section)
    return response
