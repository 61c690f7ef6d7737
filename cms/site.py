"""The pages a new site starts with, in both languages. What an editor has changed since is never touched."""

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Locale, Page, Site
from wagtail.rich_text import RichText

from regulation.parties.models import Region

from .models import (
    ArticleIndexPage,
    ArticlePage,
    HomePage,
    NavigationItem,
    PracticeIndexPage,
    PracticePage,
    SiteSettings,
    StandardPage,
)

CONTENT = Path(__file__).parent / "content"
DEFAULT, OTHER = "zh-hans", "en"


def content(language: str) -> dict[str, Any]:
    """What is written in a language, with every {view name} replaced by its address there."""
    text = (CONTENT / f"{language}.toml").read_text(encoding="utf-8")
    with override(language):
        text = re.sub(r"\{([a-z_]+(?::[a-z_]+)?)\}", lambda m: reverse(m[1]), text)
    return tomllib.loads(text)


def _body(html: str) -> list[tuple[str, Any]]:
    return [("paragraph", RichText(html.strip()))]


def _page(parent: Page, model: type[Page], locale: Locale, slug: str, **fields: Any) -> tuple[Page, bool]:
    """The child of that slug, or a new live one, tied to the page it translates."""
    found = parent.get_children().filter(slug=slug).first()
    if found is not None:
        return found.specific, False
    origin = None
    if locale.language_code != DEFAULT:
        slug_there = slug.replace(f"home-{locale.language_code}", f"home-{DEFAULT}")
        origin = model.objects.filter(locale__language_code=DEFAULT, slug=slug_there).first()
    if origin is not None:
        fields["translation_key"] = origin.translation_key
    page = parent.add_child(instance=model(slug=slug, locale=locale, **fields))
    page.save_revision().publish()
    return page, True


def _tree(language: str, root: Page) -> int:
    """Home and everything below it; returns how many pages were made."""
    written, locale = content(language), Locale.objects.get(language_code=language)
    home, first = _page(root, HomePage, locale, f"home-{language}", **written["home"])
    made = int(first)
    for entry in written["page"]:
        values = entry | {"body": _body(entry["body"])}
        made += _page(home, StandardPage, locale, **values)[1]
    articles, first = _page(home, ArticleIndexPage, locale, **written["articles"])
    made += first
    for entry in written["article"]:
        values = entry | {"body": _body(entry["body"])}
        made += _page(articles, ArticlePage, locale, **values)[1]
    return made + _practices(home, locale, written)


def _practices(home: Page, locale: Locale, written: dict[str, Any]) -> int:
    """Practices whose region is on record; the others come when the site is loaded after the regions."""
    index, first = _page(home, PracticeIndexPage, locale, **written["practices"])
    known = set(
        Region.objects.filter(pk__in=[e["region"] for e in written["practice"]]).values_list("pk", flat=True)
    )
    made = int(first)
    for entry in written["practice"]:
        if entry["region"] in known:
            values = {key: value for key, value in entry.items() if key != "region"}
            values |= {"region_id": entry["region"], "body": _body(entry["body"])}
            values["reported"] = [
                ("figure", {"text": text, "source": source}) for text, source in entry["reported"]
            ]
            made += _page(index, PracticePage, locale, **values)[1]
    return made


def _site(root: Page) -> Site:
    """The default site, whose root is our home page; an address an editor set is kept."""
    home = HomePage.objects.get(locale__language_code=DEFAULT, depth=2)
    where = urlsplit(settings.SITE_URL)
    port = where.port or (443 if where.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        return Site.objects.create(
            hostname=where.hostname, port=port, root_page=home, is_default_site=True, site_name="亲清"
        )
    if not isinstance(site.root_page.specific, HomePage):
        site.root_page, site.hostname, site.port, site.site_name = home, where.hostname, port, "亲清"
        site.save()
    return site


def _navigation(site: Site) -> int:
    """The navigation, if the site has none yet."""
    frame, _created = SiteSettings.objects.get_or_create(site=site)
    if frame.items.exists():
        return 0
    rows = content(DEFAULT)["navigation"]
    pages = {p.slug: p for p in Page.objects.filter(locale__language_code=DEFAULT, depth=3)}
    items = []
    for position, row in enumerate(rows):
        values = {k: v for k, v in row.items() if k != "page"}
        page = pages.get(row.get("page", ""))
        items.append(NavigationItem(settings=frame, sort_order=position, page=page, **values))
    NavigationItem.objects.bulk_create(items)
    return len(items)


@transaction.atomic
def load_site() -> int:
    """Locales, both trees, the site and its navigation. Idempotent; returns how many things were made."""
    for language in (DEFAULT, OTHER):
        Locale.objects.get_or_create(language_code=language)
    root = Page.get_first_root_node()
    made = sum(_tree(language, root) for language in (DEFAULT, OTHER))
    site = _site(root)
    _drop_welcome(root)
    return made + _navigation(site)


def _drop_welcome(root: Page) -> None:
    """Wagtail's own first page goes once nothing stands on it."""
    for page in root.get_children().exclude(pk__in=HomePage.objects.values("pk")):
        if page.content_type.model == "page" and not page.sites_rooted_here.exists() and page.is_leaf():
            page.delete()
