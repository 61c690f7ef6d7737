"""The translation check sees what a reader would miss."""

import io

import pytest
from babel.messages.pofile import read_po

from config.checks.translations import faults, texts_in

HEADER = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""


def catalogue(entries: str = ""):
    return read_po(io.BytesIO((HEADER + entries).encode()), locale="zh_Hans")


def keys(source: str, *, template: bool) -> list:
    return [key for _, key in texts_in(source, template=template)]


def test_texts_of_python_are_found_with_context_and_plural():
    source = '_("One")\npgettext_lazy("verb", "Open")\nngettext("%(n)s bid", "%(n)s bids", n)\n_(variable)\n'
    assert keys(source, template=False) == [(None, "One"), ("verb", "Open"), (None, "%(n)s bid")]


def test_texts_of_templates_are_found_whatever_their_indentation():
    source = """{% load i18n %}
      {% translate "One" context "verb" %}
  {% blocktranslate count n=rows %}{{ n }} bid{% plural %}{{ n }} bids{% endblocktranslate %}
        {% include "x" with label=_("Two") %}
    """
    assert set(keys(source, template=True)) == {("verb", "One"), (None, "%(n)s bid"), (None, "Two")}


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("", "has no translation"),
        ('msgid "Closes %(date)s"\nmsgstr ""\n', "has no translation"),
        ('#, fuzzy\nmsgid "Closes %(date)s"\nmsgstr "%(date)s 截止"\n', "is fuzzy"),
        ('msgid "Closes %(date)s"\nmsgstr "截止"\n', "differs in placeholders: %(date)s"),
        ('msgid "Closes %(date)s"\nmsgstr "%(day)s 截止 %(date)s"\n', "differs in placeholders: %(day)s"),
    ],
)
def test_an_unfinished_translation_is_a_fault(entry, fault):
    (line,) = faults({(None, "Closes %(date)s"): "a.py:1"}, catalogue(entry))
    assert line == f"a.py:1: {fault}: 'Closes %(date)s'"


def test_a_translation_for_another_context_does_not_count():
    entry = 'msgctxt "verb"\nmsgid "Open"\nmsgstr "打开"\n'
    assert not list(faults({("verb", "Open"): "a.py:1"}, catalogue(entry)))
    assert list(faults({(None, "Open"): "a.py:1"}, catalogue(entry)))


def test_a_plural_in_chinese_needs_one_form_that_may_leave_out_nothing_common():
    entry = 'msgid "one bid of %(of)s"\nmsgid_plural "%(n)s bids of %(of)s"\nmsgstr[0] "{}"\n'
    found = {(None, "one bid of %(of)s"): "a.py:1"}
    assert not list(faults(found, catalogue(entry.format("%(of)s 共 %(n)s 份"))))
    assert list(faults(found, catalogue(entry.format("%(n)s 份"))))


def test_a_chinese_msgid_is_a_fault_for_readers_of_english():
    entry = 'msgid "开标"\nmsgstr "开标"\n'
    (line,) = faults({(None, "开标"): "a.py:1"}, catalogue(entry))
    assert "not English" in line
