"""Search over everything readers look for: the registry's documents and the site's own pages."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
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
    documents,
    facets,
    first_of_each,
    keys_of,
    lapsed_rulings_among,
    search_documents,
    suggestions,
    words_of,
)
from regulation.registry.shortnames import in_full

PAGES = "pages"
KINDS = (*Kind.values, PAGES)
T = TypeVar("T")
FIRST, PER_PAGE = 5, 20
LISTED = 1_000  # what is paged through: who has not found it by then needs other words, not another page
KEPT = 60  # seconds
ROOMS = ("registry", "parties")  # who writes what is looked through: parties have regions and departments
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


def hits_of(keys: Sequence[int], words: Sequence[str], *, on: dt.date, kept: "Kept") -> list[Hit]:
    """The documents of some keys as they are shown, in their order; demands whose legal basis has ended by
    `on` say so."""
    found = documents(keys)
    demands = [d.object_id for d in found if d.necessity == Necessity.MANDATORY]
    lapsed = kept("lapsed", (on, demands), partial(_lapsed, demands, on)) if demands else []
    hits = []
    for document in found:
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


def _lapsed(demands: Sequence[int], on: dt.date) -> list[int]:
    return list(lapsed_rulings_among(on).filter(pk__in=demands).values_list("pk", flat=True))


def _in_full(query: str) -> list[str]:
    """What the words are short for, where it finds something: those who say 环评 mean 环境影响评价."""
    full = in_full(query)
    return [full] if full and search_documents(Choice(q=full)).exists() else []


def _page_keys(words: list[str]) -> list[int]:
    return list(pages(words).values_list("pk", flat=True)[:LISTED])


def _page_hits(keys: Sequence[int], words: Sequence[str]) -> list[Hit]:
    found = Page.objects.in_bulk(keys) if keys else {}
    there = [found[key] for key in keys if key in found]
    return [_hit(page.url or "", page.title, page.search_description, words) for page in there]


class Kept:
    """What was found and counted, kept under the generation of what is looked through: the next page, and the
    next reader of the same words, need neither anew.

    What is written without an entry, by the operator's commands, shows after KEPT seconds.
    """

    def __init__(self) -> None:
        self.generation = generation(*ROOMS)

    def __call__(self, name: str, asked: object, make: Callable[[], T]) -> T:
        """What `make` gives for what is asked, which it must depend on alone."""
        key = f"found.{name}.{self.generation}.{hashlib.sha256(repr(asked).encode()).hexdigest()}"
        there: T | None = cache.get(key)
        if there is None:
            cache.set(key, there := make(), KEPT)
        return there


def _link(asked: dict[str, str], **changes: str) -> str:
    return "?" + urlencode({name: value for name, value in (asked | changes).items() if value})


def find(form: SearchForm, kind: str, page: str | None) -> dict[str, Any]:
    """What the page of a valid search shows: kinds with counts, facets, and hits of each kind or of one."""
    choice, kept, on = form.choice(), Kept(), form.day()
    words = words_of(choice.q)
    asked = {name: getattr(choice, name) for name in COLUMNS} | {"q": choice.q}
    narrowed = any(asked[name] for name in COLUMNS)
    asked["kind"] = kind = kind if kind in KINDS else ""
    asked["on"] = on.isoformat() if form.cleaned_data.get("on") else ""
    counted = kept("counts", choice, partial(facets, choice))
    counts = {option.value: option.count for option in counted["kind"]}
    page_keys: list[int] = []
    if words and not narrowed:
        page_keys = kept("pages", (words, get_language()), partial(_page_keys, words))
    counts[PAGES] = len(page_keys)
    total = sum(counts.values())
    labels = dict(Kind.choices) | {PAGES: _("Pages")}
    groups: list[dict[str, Any]] = [
        {"kind": k, "label": labels[k], "count": counts.get(k, 0), "url": _link(asked, kind=k)} for k in KINDS
    ]
    context: dict[str, Any] = {
        "q": choice.q, "groups": groups, "total": total, "kind": kind, "all_url": _link(asked, kind=""),
        "panel": _panel(form, asked, counted), "chips": _chips(form, asked, counted), "asked": asked,
        "form": form,
        "looking": bool(words or narrowed or kind), "listed": LISTED,
    }  # fmt: skip
    meant = kept("in_full", choice.q, partial(_in_full, choice.q)) if words else []
    meant = meant or (suggestions(choice.q) if words and total < FEW else [])
    context["meant"] = [(words_meant, _link({"on": asked["on"]}, q=words_meant)) for words_meant in meant]
    if kind:
        context["chosen"] = next(g for g in groups if g["kind"] == kind)
        ranked = partial(keys_of, choice, most=LISTED)
        keys = page_keys if kind == PAGES else kept("keys", choice, ranked)
        context["page_obj"] = page_obj = Paginator(keys, PER_PAGE).get_page(page)
        things = list(page_obj.object_list)
        context["hits"] = (
            _page_hits(things, words) if kind == PAGES else hits_of(things, words, on=on, kept=kept)
        )
    elif words or narrowed:
        there = [k for k in Kind.values if counts.get(k)]
        first = kept("firsts", choice, partial(first_of_each, choice, n=FIRST, kinds=there))
        hits = hits_of(first, words, on=on, kept=kept)
        for group in groups:
            group["hits"] = [hit for hit in hits if hit.document and hit.document.kind == group["kind"]]
        groups[-1]["hits"] = _page_hits(page_keys[:FIRST], words)
    return context


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
