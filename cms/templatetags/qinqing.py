"""The design system's tags and filters, built in to every template. See docs/design-system.md."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.forms import BaseForm
from django.http import QueryDict
from django.template import Engine
from django.template.base import NodeList, Parser, Token
from django.urls import translate_url
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override, pgettext_lazy
from django.utils.translation import gettext as _

from cms import formatting

register = template.Library()
register.filter("money", formatting.money)
register.filter("day", formatting.day)
register.filter("moment", formatting.moment)
register.filter("shown", formatting.shown)
register.simple_tag(formatting.period, name="period")

SEALS = {
    "mandatory": ("must", pgettext_lazy("seal", "Required")),
    "optional": ("optional", pgettext_lazy("seal", "Do it yourself")),
    "commissioned": ("department", pgettext_lazy("seal", "Department pays")),
    "area_assessed": ("area", pgettext_lazy("seal", "Area assessed")),
    "abolished": ("free", pgettext_lazy("seal", "May not be asked")),
    "lapsed": ("optional", pgettext_lazy("seal", "Basis ended")),
    "not_applicable": ("free", pgettext_lazy("seal", "Does not apply")),
    "none": ("none", pgettext_lazy("seal", "No ruling")),
    "clear": ("free", pgettext_lazy("seal", "Clear")),
    "conflicted": ("must", pgettext_lazy("seal", "Conflicted")),
    "unknown": ("optional", pgettext_lazy("seal", "To be checked")),
    "awarded": ("must", pgettext_lazy("seal", "Awarded")),
    "opened": ("must", pgettext_lazy("seal", "Opened")),
    "verified": ("free", pgettext_lazy("seal", "Verified")),
}


@register.inclusion_tag("components/verdict.html")
def verdict(code: str, size: str = "") -> dict[str, Any]:
    """A seal for a necessity, an outcome or a formal step; the words are always there."""
    tone, words = SEALS.get(str(code), SEALS["none"])
    return {"tone": tone, "words": words, "size": size}


@register.simple_tag
def status_tag(tone: str, text: str) -> SafeString:
    return format_html('<span class="tag tag-{}">{}</span>', tone, text)


@register.simple_tag
def zh(text: object) -> SafeString | str:
    """Chinese text, marked as such on a page in another language."""
    if get_language() == "en" and text:
        return format_html('<span lang="zh-Hans">{}</span>', text)
    return str(text or "")


@register.simple_tag
def marked(text: object) -> SafeString | str:
    """Text in whichever language it was written: marked as Chinese on an English page if it holds Chinese."""
    said = str(text or "")
    return zh(said) if any("\u4e00" <= sign <= "\u9fff" for sign in said) else said


@register.simple_tag
def localized(obj: Any, field: str = "name") -> SafeString | str:
    """The English value in English where there is one; else the Chinese, marked as such. Also of a dict."""
    value = obj.get if isinstance(obj, dict) else lambda name, none: getattr(obj, name, none)
    english = value(f"{field}_en", "")
    return english if get_language() == "en" and english else zh(value(field, ""))


@register.inclusion_tag("components/chain.html")
def chain(steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {"steps": steps}


@register.inclusion_tag("components/timeline.html")
def timeline(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {"events": events}


@register.inclusion_tag("components/clock.html")
def clock(until: dt.datetime, now: dt.datetime | None = None, after: str = "") -> dict[str, Any]:
    now = now or timezone.now()
    left = max(0, int((until - now).total_seconds() * 1000))
    words = {"remaining": formatting.remaining(until, now), "left_ms": str(left), "after": after}
    return {"until": until, "now": now, **words}


class BlockNode(template.Node):
    """`{% name a b %}…{% endname %}` rendered by a component template with `body`."""

    def __init__(self, nodelist: NodeList, name: str, arguments: list[Any], names: tuple[str, ...]) -> None:
        self.nodelist, self.name, self.arguments, self.names = nodelist, name, arguments, names

    def render(self, context: template.Context) -> SafeString:
        values = dict(zip(self.names, (a.resolve(context) for a in self.arguments), strict=False))
        component = Engine.get_default().get_template(f"components/{self.name}.html")
        with context.push(**dict.fromkeys(self.names, "") | values, body=self.nodelist.render(context)):
            return component.render(context)


def _block(name: str, *names: str) -> None:
    def compiled(parser: Parser, token: Token) -> BlockNode:
        arguments = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
        nodelist = parser.parse((f"end{name}",))
        parser.delete_first_token()
        return BlockNode(nodelist, name, arguments, names)

    register.tag(name, compiled)


_block("notice", "tone", "title")
_block("table_wrap", "caption")


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | None) -> dict[str, Any]:
    """What is wrong, first on the page, each line leading to its field, in the order of the fields."""
    lines = []
    for form in (one for one in forms if one and one.is_bound):
        order = {name: place for place, name in enumerate(form.fields)}
        for name, errors in sorted(form.errors.items(), key=lambda found: order.get(found[0], -1)):
            field = form[name] if name in form.fields else None
            target = (field.id_for_label or field.auto_id) if field else ""
            lines += [{"target": target, "label": field.label if field else "", "text": e} for e in errors]
    return {"lines": lines}


def _query(context: template.Context, **changes: str | None) -> str:
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page_obj: Any) -> dict[str, Any]:
    paginator = page_obj.paginator
    links = [
        {"number": n, "url": "" if n == paginator.ELLIPSIS else _query(context, page=str(n))}
        for n in paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    ]
    step = {
        "previous": _query(context, page=str(page_obj.number - 1)) if page_obj.has_previous() else "",
        "next": _query(context, page=str(page_obj.number + 1)) if page_obj.has_next() else "",
    }
    return {"page_obj": page_obj, "links": links, "many": paginator.num_pages > 1, **step}


@register.inclusion_tag("components/sort_link.html", takes_context=True)
def sort_link(context: template.Context, field: str, label: str) -> dict[str, Any]:
    request = context.get("request")
    now = request.GET.get("sort", "") if request else ""
    return {
        "label": label,
        "url": _query(context, sort=f"-{field}" if now == field else field, page=None),
        "direction": {field: "ascending", f"-{field}": "descending"}.get(now, ""),
    }


@register.inclusion_tag("components/filter_panel.html", takes_context=True)
def filter_panel(context: template.Context, filter: Any, facets: Any = ()) -> dict[str, Any]:
    """The fields of a FilterSet, what is switched on with a way to take it off, and counted facets."""
    form = filter.form
    chips, data = [], getattr(form, "cleaned_data", {}) if form.is_bound and form.is_valid() else {}
    for name, value in data.items():
        if value in (None, "", []) or name == "sort":
            continue
        named = () if isinstance(value, Model) else getattr(form.fields[name], "choices", ())
        text = dict(named).get(value, value)
        chips.append(
            {"label": form[name].label, "text": text, "url": _query(context, **{name: None, "page": None})}
        )
    for facet in facets or ():
        rest = _query(context, **{facet["name"]: None, "page": None})
        glue = "" if rest == "?" else "&"
        for option in facet["options"]:
            chosen = urlencode({facet["name"]: option["value"]})
            option["url"] = rest if option.get("selected") else f"{rest}{glue}{chosen}"
    request = context.get("request")
    days = [(day, request.GET[day]) for day in ("on", "said") if request and request.GET.get(day)]
    kept = [(name, value) for name, value in days if name not in form.fields]
    return {"form": form, "chips": chips, "facets": facets, "request": request, "kept": kept}


@register.inclusion_tag("components/empty_state.html")
def empty_state(title: str, text: str = "", action_url: str = "", action_label: str = "") -> dict[str, Any]:
    return {"title": title, "text": text, "action_url": action_url, "action_label": action_label}


@register.inclusion_tag("components/progress.html")
def progress(value: int, max: int, text: str = "") -> dict[str, Any]:
    return {"value": value, "max": max, "text": text}


@register.inclusion_tag("components/law_citation.html")
def law_citation(provision: Any) -> dict[str, Any]:
    """Instrument, number, article, level, in force since; marked where no longer or not yet in force."""
    held = provision.in_force or getattr(provision.instrument, "in_force", None)
    today = timezone.localdate()
    return {
        "provision": provision,
        "instrument": provision.instrument,
        "held": held,
        "repealed": bool(held and held.upper and held.upper <= today),
        "future": bool(held and held.lower and held.lower > today),
    }


@register.inclusion_tag("components/price_band.html")
def price_band(summary: Any, price: Any = None) -> dict[str, Any]:
    """Where prices lie. `summary` has n, minimum, median, maximum; fewer than three are too few to show."""
    get = summary.get if isinstance(summary, dict) else lambda name: getattr(summary, name, None)
    low, high = get("minimum"), get("maximum")

    def at(value: Any) -> int:
        return 50 if not high or high == low else round(float((value - low) / (high - low)) * 100)

    marks = {
        name: get(name) for name in ("n", "minimum", "lower_quartile", "median", "upper_quartile", "maximum")
    }
    few = (get("n") or 0) < 3
    places = (
        {} if few else {"median_at": at(get("median")), "price_at": at(price) if price is not None else None}
    )
    return {**marks, "few": few, "price": price, **places}


@register.inclusion_tag("components/receipt.html")
def receipt(code: str, title: str, facts: Any = ()) -> dict[str, Any]:
    return {"code": code, "title": title, "facts": facts}


@register.inclusion_tag("components/task_list.html")
def task_list(items: Any) -> dict[str, Any]:
    return {"items": items}


@register.inclusion_tag("components/stars.html")
def stars(level: int | None, score: Any = None) -> dict[str, Any]:
    """A credit level as stars and in words, with its score; or that there are not enough reviews."""
    drawn = "★" * level + "☆" * (5 - level) if level else ""
    return {"level": level, "score": score, "drawn": drawn}


@register.simple_tag
def demo_mark(show: Any = True) -> SafeString | str:
    if not show:
        return ""
    return format_html('<span class="tag tag-demo">{}</span>', _("Demo data"))


@register.simple_tag
def source_note(source: str) -> SafeString | str:
    if not source:
        return ""
    return format_html('<p class="source">{} {}</p>', _("Source:"), zh(source))


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*parts: Any) -> dict[str, Any]:
    """Title, address, title, address …, title; or one list of (title, address)."""
    home = "/en/" if get_language() == "en" else "/"
    if len(parts) == 1 and isinstance(parts[0], list | tuple):
        return {"home": home, "trail": [{"title": t, "url": u} for t, u in parts[0]]}
    padded = [*parts, ""] if len(parts) % 2 else list(parts)
    return {
        "home": home,
        "trail": [{"title": padded[i], "url": padded[i + 1]} for i in range(0, len(padded), 2)],
    }


@register.simple_tag(takes_context=True)
def alternate_url(context: template.Context, language: str) -> str:
    """This page in another language; a Wagtail page leads to its translation, else to the home page."""
    request = context.get("request")
    page = context.get("page") or context.get("self")
    if page is not None and hasattr(page, "get_translation_or_none"):
        other = next(
            (t for t in page.get_translations(inclusive=True).live() if t.locale.language_code == language),
            None,
        )
        return other.get_url(request) if other else ("/en/" if language == "en" else "/")
    if request is None:
        return ""
    with override(get_language()):
        path = translate_url(request.path, language)
    query = request.GET.urlencode()
    return f"{path}?{query}" if query else path


@register.simple_tag
def query_string(**values: Any) -> str:
    return urlencode({k: v for k, v in values.items() if v not in (None, "")})
