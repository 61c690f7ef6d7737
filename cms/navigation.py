"""The two navigations, in a fixed number of queries however many entries they have."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale, Page, Site

from .models import NavigationItem, SiteSettings

MAIN: list[tuple[Any, str]] = [
    (_("What is needed"), "registry:need_check"),
    (_("Approvals"), "registry:approval_list"),
    (_("Services"), "registry:service_list"),
    (_("Intermediaries"), "directory:intermediary_list"),
    (_("Tenders"), "tenders:tender_list"),
    (_("Laws"), "registry:instrument_list"),
]
FOOTER: list[tuple[Any, str]] = [(_("Search the site"), "search"), (_("My desk"), "desk")]


def address(view: str) -> str | None:
    """The address of a named view, or the path itself; None where the name is not known."""
    if view.startswith("/"):
        return view
    try:
        return reverse(view)
    except NoReverseMatch:
        return None


def _page_addresses(request: HttpRequest, items: list[NavigationItem]) -> dict[Any, tuple[str, str]]:
    """By translation key: title and address of each live page in the reader's language."""
    keys = {item.page.translation_key for item in items if item.page}
    if not keys:
        return {}
    locale = Locale.get_active()
    pages = Page.objects.live().filter(translation_key__in=keys, locale=locale)
    return {p.translation_key: (p.title, p.get_url(request) or "") for p in pages}


def _entry(request: HttpRequest, title: Any, url: str | None) -> dict[str, Any] | None:
    if not url:
        return None
    root = reverse("wagtail_serve", args=[""])
    current = request.path == url if url == root else request.path.startswith(url.split("?")[0])
    return {"title": title, "url": url, "current": current}


def _written(request: HttpRequest, items: list[NavigationItem]) -> dict[str, list[dict[str, Any]]]:
    pages = _page_addresses(request, items)
    english = get_language() == "en"
    found: dict[str, list[dict[str, Any]]] = {"main": [], "footer": []}
    for item in items:
        title, url = ("", address(item.view))
        if item.page:
            title, url = pages.get(item.page.translation_key, ("", None))
        own = item.title_en if english and item.title_en else item.title
        entry = _entry(request, own or title, url)
        if entry:
            found[item.place].append(entry)
    return found


def navigation(request: HttpRequest) -> dict[str, list[dict[str, Any]]]:
    """`main` and `footer`: what the editors wrote, or the rooms themselves where they wrote nothing."""
    site = Site.find_for_request(request)
    items = []
    if site:
        items = list(
            NavigationItem.objects.filter(settings__site=site).select_related("page").order_by("sort_order")
        )
    written = _written(request, items)
    defaults = {"main": MAIN, "footer": FOOTER}
    for place, rooms in defaults.items():
        if not written[place]:
            entries = [_entry(request, title, address(view)) for title, view in rooms]
            written[place] = [e for e in entries if e]
    return written


def settings_of(request: HttpRequest) -> SiteSettings | None:
    site = Site.find_for_request(request)
    return SiteSettings.objects.filter(site=site).first() if site else None
