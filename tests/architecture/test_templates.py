import re
from pathlib import Path

import pytest
from django.template import engines

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name):
    engines["django"].get_template(name)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_a_template_has_no_inline_script_or_style(path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_a_template_puts_nothing_from_another_host_on_the_page(path):
    assert not re.search(r"""(src|<link[^>]+href|action)=["'](https?:)?//""", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_what_is_wrong_with_a_field_is_said_by_the_site(path):
    """A browser would stop a form in words of its own, and in its own language. The form of a bid alone is
    checked there: what is sealed on the device the site cannot look at."""
    forms = re.findall(r"<form\b(?:[^<>]|{%[^%]*%}|{{[^}]*}})*>", path.read_text())
    posted = [form for form in forms if 'method="post"' in form and re.search(r'class="form\b', form)]
    assert [form for form in posted if "novalidate" not in form and 'id="bid"' not in form] == []
