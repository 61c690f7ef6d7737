"""Search over everything readers look for: the registry's documents and the site's own pages."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page

from regulation.ledger.generation import generation
from regulation.registry.forms import SearchForm
from regulation.registry.highlight import excerpt, is_chinese, marked
from regulation.registry.models import Document, Kind, Necessity
from regulation.registry.queries import (
    LAPSED,
    Choice,
    Option,
    facets,
    first_of_each,
    lapsed_rulings_among,
    search_documents,
    shown,
    suggestions,
    words_of,
)

PAGES = "pages"
KINDS = (*Kind.values, PAGES)
FIRST, PER_PAGE = 5, 20
LISTED = 1_000  # what is paged through: who has not found it by then needs other words, not another page
KEPT = 60  # seconds
FEW = 3  # with fewer found, what may have been meant is offered
COLUMNS = {"region": "region_id", "department": "department_id", "necessity": "necessity", "level": "level"}


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: its title and an excerpt with what was looked for marked, and the language of each."""

    url: str
    title: SafeString
    title_lang: str
    excerpt: SafeString
    excerpt_lang: str
    document: Document | None = None
    verdict: str = ""
    ended: bool = False
    later: bool = False


def pages(words: list[str]) -> QuerySet[Page]:
    """Live public pages in the reader's language that hold every word, titles first."""
    found = Page.objects.live().public().filter(locale=Locale.get_active(), depth__gt=1)
    found = found.annotate(
        standard=Cast("standardpage__body", TextField()), article=Cast("articlepage__body", TextField())
    )
    for word in words:
        found = found.filter(
            Q(title__icontains=word)
            | Q(standardpage__intro__icontains=word)
            | Q(articlepage__intro__icontains=word)
            | Q(articleindexpage__intro__icontains=word)
            | Q(standard__icontains=word)
            | Q(article__icontains=word)
        )
    return found.order_by("-last_published_at", "pk")


def _lang(text: str) -> str:
    """For Chinese text on an English page its language, else nothing."""
    return "zh-Hans" if get_language() == "en" and is_chinese(text) else ""


def _hit(url: str, title: str, body: str, words: Sequence[str], **more: Any) -> Hit:
    piece = excerpt(body, words, chinese=get_language() != "en")
    return Hit(url, marked(title, words), _lang(title), marked(piece, words), _lang(piece), **more)


def document_hits(documents: Iterable[Document], words: Sequence[str], *, on: dt.date) -> list[Hit]:
    """Documents as they are shown; demands whose legal basis has ended by `on` say so."""
    documents = list(documents)
    demands = [d.object_id for d in documents if d.necessity == Necessity.MANDATORY]
    lapsed: set[int] = set()
    if demands:
        lapsed = set(lapsed_rulings_among(on).filter(pk__in=demands).values_list("pk", flat=True))
    hits = []
    for document in documents:
        period = document.in_force
        ended = bool(period and period.upper and period.upper <= on)
        ruled = document.kind == Kind.RULINGS
        verdict = LAPSED if ruled and document.object_id in lapsed else document.necessity
        later = bool(period and period.lower and period.lower > on)
        hits.append(
            _hit(
                document.get_absolute_url(), str(document), document.body, words,
                document=document, verdict=verdict, ended=ended, later=later,
            )
        )  # fmt: skip
    return hits


def page_hits(found: Iterable[Page], words: Sequence[str]) -> list[Hit]:
    return [_hit(page.url or "", page.title, page.search_description, words) for page in found]


class Known(Paginator):
    """Pages through the first thousand of what was counted before: no page asks for the count again."""

    def __init__(self, found: Any, counted: int) -> None:
        super().__init__(found, PER_PAGE)
        self.counted = counted

    @cached_property
    def count(self) -> int:
        return min(self.counted, LISTED)


def counts_of(choice: Choice) -> dict[str, list[Option]]:
    """`facets`, kept under the generation of the record: the next page and the next reader need no new count.

    What is written without an entry, by the operator's commands, shows in the counts after KEPT seconds.
    """
    key = f"facets.{generation()}.{hashlib.sha256(repr(choice).encode()).hexdigest()}"
    kept: dict[str, list[Option]] | None = cache.get(key)
    if kept is None:
        cache.set(key, kept := facets(choice), KEPT)
    return kept


def _link(asked: dict[str, str], **changes: str) -> str:
    return "?" + urlencode({name: value for name, value in (asked | changes).items() if value})


def find(form: SearchForm, kind: str, page: str | None, *, on: dt.date) -> dict[str, Any]:
    """What the page of a valid search shows: kinds with counts, facets, and hits of each kind or of one."""
    choice = form.choice(on=on)
    words = words_of(choice.q)
    asked = {name: getattr(choice, name) for name in COLUMNS} | {"q": choice.q}
    narrowed = any(asked[name] for name in COLUMNS)
    asked["kind"] = kind = kind if kind in KINDS else ""
    counted = counts_of(choice)
    counts = {option.value: option.count for option in counted["kind"]}
    found_pages = pages(words) if words and not narrowed else Page.objects.none()
    first_pages = list(found_pages[: FIRST + 1]) if words and not narrowed else []
    counts[PAGES] = len(first_pages) if len(first_pages) <= FIRST else found_pages.count()
    total = sum(counts.values())
    labels = dict(Kind.choices) | {PAGES: _("Pages")}
    groups: list[dict[str, Any]] = [
        {"kind": k, "label": labels[k], "count": counts.get(k, 0), "url": _link(asked, kind=k)} for k in KINDS
    ]
    context: dict[str, Any] = {
        "q": choice.q, "groups": groups, "total": total, "kind": kind, "all_url": _link(asked, kind=""),
        "panel": _panel(form, asked, counted), "chips": _chips(form, asked, counted), "asked": asked,
        "looking": bool(words or narrowed or kind), "listed": LISTED,
        "meant": [(m, _link({}, q=m)) for m in suggestions(choice.q)] if words and total < FEW else [],
    }  # fmt: skip
    if kind:
        context["chosen"] = chosen = next(g for g in groups if g["kind"] == kind)
        things = found_pages if kind == PAGES else search_documents(choice)
        page_obj = Known(things, chosen["count"]).get_page(page)
        context |= {"page_obj": page_obj, "hits": _hits(kind, page_obj.object_list, choice, on)}
    elif words or narrowed:
        there = [k for k in Kind.values if counts.get(k)]
        firsts = document_hits(first_of_each(choice, n=FIRST, kinds=there), words, on=on)
        for group in groups:
            group["hits"] = [hit for hit in firsts if hit.document and hit.document.kind == group["kind"]]
        groups[-1]["hits"] = page_hits(first_pages[:FIRST], words)
    return context


def _hits(kind: str, things: Any, choice: Choice, on: dt.date) -> list[Hit]:
    words = words_of(choice.q)
    return page_hits(things, words) if kind == PAGES else document_hits(shown(things, choice), words, on=on)


def _panel(form: SearchForm, asked: dict[str, str], counted: dict[str, Any]) -> list[dict[str, Any]]:
    """Each facet with its values as links; none where there is no choice."""
    panel = []
    for name, column in COLUMNS.items():
        options = [
            {
                "label": form.named(name, o.value) if name in ("necessity", "level") else str(o),
                "lang": _lang(str(o)) if column.endswith("_id") else "",
                "count": o.count,
                "selected": o.value == asked[name],
                "url": _link(asked, **{name: "" if o.value == asked[name] else o.value}),
            }
            for o in counted[column]
        ]
        panel.append({"name": name, "label": form.fields[name].label, "options": options})
    return [facet for facet in panel if facet["options"]]


def _chips(form: SearchForm, asked: dict[str, str], counted: dict[str, Any]) -> list[dict[str, Any]]:
    """What is chosen, each with a way to take it off."""
    chips = []
    for name, column in COLUMNS.items():
        if value := asked[name]:
            known = next((o for o in counted[column] if o.value == value), None)
            plain = name in ("necessity", "level") or known is None
            text = form.named(name, value) if plain else str(known)
            chips.append({"label": form.fields[name].label, "text": text, "url": _link(asked, **{name: ""})})
    return chips
