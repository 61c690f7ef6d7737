"""The design system: contrast in both modes, words beside colour, times and money as agreed."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override

from cms import formatting
from cms.styleguide import SampleForm

CSS = Path(settings.BASE_DIR) / "cms" / "static" / "css"
NORMAL_TEXT = 4.5
GRAPHIC = 3.0
TONES = ("cinnabar", "bamboo", "ochre", "slate", "plum")
PAIRS = [
    *[
        (text, ground, NORMAL_TEXT)
        for text in ("ink", "ink-2", "link", *TONES)
        for ground in ("paper", "surface")
    ],
    *[(tone, f"{tone}-wash", NORMAL_TEXT) for tone in TONES],
    *[("ink", f"{tone}-wash", NORMAL_TEXT) for tone in TONES],
    *[("ink-2", f"{tone}-wash", NORMAL_TEXT) for tone in TONES],
    ("on-link", "link", NORMAL_TEXT),
    ("field", "paper", GRAPHIC),
    ("field", "surface", GRAPHIC),
]


def tokens(mode: str) -> dict[str, str]:
    light, dark = (CSS / "tokens.css").read_text().split("prefers-color-scheme: dark")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark)) if mode == "dark" else {})


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def render(source: str, language: str = "en", address: str = "/", **context: object) -> str:
    with override(language):
        return engines["django"].from_string(source).render(context, RequestFactory().get(address))


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_every_pair_of_colours_meets_wcag_aa(mode, text, ground, least):
    colours = tokens(mode)
    assert contrast(colours[text], colours[ground]) >= least


def test_no_colour_is_written_outside_the_tokens():
    for sheet in CSS.glob("*.css"):
        if sheet.name != "tokens.css":
            body = sheet.read_text().split("@media print")[0]
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", body), sheet.name


@pytest.mark.parametrize(
    "code", ["mandatory", "optional", "commissioned", "area_assessed", "abolished", "clear"]
)
def test_a_seal_always_has_words(code):
    assert re.search(r">\s*\S.+<", render("{% verdict code %}", code=code))


def test_money_has_two_places_and_a_dash_for_nothing():
    assert formatting.money(Decimal("12800")) == "¥12,800.00"
    assert formatting.money(None) == formatting.money("x") == "—"


def test_a_moment_is_shown_in_shanghai():
    html = formatting.moment(dt.datetime(2026, 11, 23, 16, 30, tzinfo=dt.UTC))
    assert "2026-11-24" in html
    assert "00:30:00" in html


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (dt.timedelta(0), ""),
        (dt.timedelta(seconds=-5), ""),
        (dt.timedelta(seconds=59), "59 seconds"),
        (dt.timedelta(minutes=61), "1 hours 1 minutes"),
        (dt.timedelta(days=3, hours=4, minutes=5), "3 days 4 hours"),
    ],
)
def test_remaining_time_in_its_two_largest_units(left, words):
    now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    with override("en"):
        assert formatting.remaining(now + left, now) == words


def test_chinese_on_an_english_page_is_marked_as_chinese():
    class Thing:
        name, name_en = "测绘", ""

    assert render('{% localized t "name" %}', t=Thing()) == '<span lang="zh-Hans">测绘</span>'
    assert render('{% localized t "name" %}', "zh-hans", t=Thing()) == "测绘"


def test_text_from_outside_is_escaped_in_every_component():
    evil = "<script>alert(1)</script>"
    steps = [{"holder": evil, "kind": evil, "subject": evil, "share": evil, "source": evil}]
    page = render(
        '{% chain steps %}{% empty_state e e %}{% status_tag "good" e %}{% source_note e %}'
        "{% notice e e %}{{ e }}{% endnotice %}{% breadcrumbs e %}{% zh e %}",
        steps=steps,
        e=evil,
    )
    assert "<script" not in page
    assert page.count("&lt;script") >= 11


def test_pagination_keeps_the_other_parameters():
    from django.core.paginator import Paginator

    page = render("{% pagination p %}", address="/?q=环评&page=2", p=Paginator(range(90), 20).get_page(2))
    assert "q=%E7%8E%AF%E8%AF%84&amp;page=3" in page
    assert 'aria-current="page">2<' in page


def test_a_field_names_its_hint_and_its_error():
    form = SampleForm({"title": "", "days": "0"})
    page = render("{% error_summary form %}{{ form }}", form=form)
    described = re.search(r'name="title"[^>]*aria-describedby="([^"]+)"', page)
    assert described
    for target in described[1].split():
        assert f'id="{target}"' in page
    assert 'href="#id_title"' in page
    assert 'aria-invalid="true"' in page


def test_no_component_carries_inline_style_or_script():
    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        text = template.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style|\son\w+=", text), template
