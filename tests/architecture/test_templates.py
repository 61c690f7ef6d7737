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
