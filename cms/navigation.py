"""The two navigations, in a fixed number of queries however many entries they have."""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale, Page, Site

from regulation.ledger.generation import EDITED, generation

from .models import NavigationItem, SiteSettings

MAIN: list[tuple[Any, str]] = [
    (_("What is needed"), "registry:need_check"),
    (_("Approvals"), "registry:approval_list"),
    (_("Services"), "registry:service_list"),
    (_("Intermediaries"), "directory:intermediary_list"),
    (_("Tenders"), "tenders:tender_list"),
    (_("Laws"), "registry:instrument_list"),
]
FOOTER: list[tuple[Any, str]] = [
    (_("Search the site"), "search"),
    (_("What changed"), "registry:changes"),
    (_("Open data"), "opendata:about"),
    (_("Lists"), "registry:list_index"),
    (_("Consultations"), "registry:consultation_list"),
    (_("What the reform reports"), "registry:reported"),
    (_("Report a demand"), "oversight:report_new"),
    (_("Reports and answers"), "oversight:statistics"),
    (_("My desk"), "desk"),
]
COLUMNS: list[tuple[Any, list[tuple[Any, str]]]] = [
    (
        _("The registry"),
        [
            (_("Lists"), "registry:list_index"),
            (_("Demands whose legal basis has ended"), "registry:lapsed_list"),
            (_("Area assessments"), "registry:area_list"),
            (_("Zones"), "registry:zone_list"),
            (_("Assessed together"), "registry:joint_review_list"),
            (_("Regions side by side"), "registry:league"),
            (_("Where standards differ"), "registry:standard_list"),
            (_("Who decides, by delegation"), "registry:delegation_list"),
            (_("What the reform reports"), "registry:reported"),
            (_("Open data"), "opendata:about"),
            (_("The interface for programs"), "opendata:api"),
            (_("The record and its proofs"), "ledger:about"),
            (_("Verify a receipt"), "ledger:verify"),
        ],
    ),
    (
        _("Have your say"),
        [
            (_("Consultations"), "registry:consultation_list"),
            (_("Changes"), "registry:changes"),
            (_("Report a demand"), "oversight:report_new"),
            (_("Follow a report"), "oversight:follow"),
            (_("Reports and answers"), "oversight:statistics"),
        ],
    ),
    (
        _("The market"),
        [
            (_("Contracts"), "contracts:contract_list"),
            (_("What was delivered"), "contracts:register"),
            (_("Standard contracts"), "contracts:wording_list"),
            (_("Reviews of intermediaries"), "contracts:review_list"),
            (_("How credit is reckoned"), "contracts:credit_method"),
            (_("Suspensions and removals"), "directory:sanction_list"),
            (_("Disputes"), "contracts:dispute_list"),
            (_("Public notices"), "tenders:notice_list"),
            (_("Tenders by province"), "tenders:tender_map"),
            (_("Challenges and complaints"), "tenders:challenge_list"),
            (_("Ways to choose"), "tenders:methods"),
            (_("What this platform takes"), "payments:fees"),
        ],
    ),
    (
        _("Independence"),
        [
            (_("Who may not serve whom"), "decoupling:rules"),
            (_("The rules tried on history"), "decoupling:history"),
            (_("Exemptions from decoupling"), "decoupling:exemption_list"),
        ],
    ),
]


Link = tuple[str, str]  # title, address
KEPT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Frame:
    """The navigations by place, the footer's columns of rooms, and what editors say; in one language.

    The columns are the house's own: a site whose editors wrote their navigation long ago has new rooms too.
    """

    links: dict[str, list[Link]]
    columns: list[tuple[str, list[Link]]]
    notice: str = ""
    contact: str = ""


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


def _written(request: HttpRequest, items: list[NavigationItem]) -> dict[str, list[Link]]:
    pages = _page_addresses(request, items)
    english = get_language() == "en"
    found: dict[str, list[Link]] = {"main": [], "footer": []}
    for item in items:
        title, url = ("", address(item.view))
        if item.page:
            title, url = pages.get(item.page.translation_key, ("", None))
        own = item.title_en if english and item.title_en else item.title
        if url:
            found[item.place].append((own or title, url))
    return found


def _host(request: HttpRequest) -> str:
    """The host asked for; empty where it is not one of ours, whose answer needs a frame too."""
    try:
        return request.get_host()
    except DisallowedHost:
        return ""


def _links(rooms: list[tuple[Any, str]]) -> list[Link]:
    return [(str(title), url) for title, view in rooms if (url := address(view))]


def _read(request: HttpRequest, host: str) -> Frame:
    site = Site.find_for_request(request) if host else None
    items = NavigationItem.objects.filter(settings__site=site).select_related("page").order_by("sort_order")
    links = _written(request, list(items) if site else [])
    for place, rooms in {"main": MAIN, "footer": FOOTER}.items():
        if not links[place]:
            links[place] = _links(rooms)
    columns = [(str(title), _links(rooms)) for title, rooms in COLUMNS]
    standing = {url for _title, rooms in columns for _name, url in rooms}
    links["footer"] = [link for link in links["footer"] if link[1] not in standing]
    said = SiteSettings.objects.filter(site=site).first() if site else None
    if said is None:
        return Frame(links, columns)
    notice = said.notice_en if get_language() == "en" and said.notice_en else said.notice
    return Frame(links, columns, notice, said.contact)


def frame_of(request: HttpRequest) -> Frame:
    """What stands round every page: kept per host and language until an editor changes something."""
    host = _host(request)
    key = f"frame.{generation(EDITED)}.{get_language()}.{host}"
    frame: Frame | None = cache.get(key)
    if frame is None:
        frame = _read(request, host)
        cache.set(key, frame, KEPT_SECONDS)
    return frame


def entries(request: HttpRequest, links: list[Link]) -> list[dict[str, Any]]:
    """The links of one navigation, the present place marked."""
    root = reverse("wagtail_serve", args=[""])
    path = request.path

    def current(url: str) -> bool:
        return path == url if url == root else path.startswith(url.split("?")[0])

    return [{"title": title, "url": url, "current": current(url)} for title, url in links]
