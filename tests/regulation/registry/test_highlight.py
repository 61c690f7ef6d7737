"""What is marked is what was typed, and nothing a reader typed or an editor wrote becomes HTML."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.registry.highlight import excerpt, marked

hostile = st.text(alphabet="<>&\"'/mark取水许可aAbB İſß %_\\", max_size=30)
some_words = st.lists(hostile.map(str.strip).filter(bool), max_size=4)


@pytest.mark.parametrize(
    ("text", "words", "wanted"),
    [
        ("取水许可", ["取水"], "<mark>取水</mark>许可"),
        (
            "取水许可（延续）取水",
            ["取水", "延续"],
            "<mark>取水</mark>许可（<mark>延续</mark>）<mark>取水</mark>",
        ),
        ("Water Permit", ["water", "PERMIT"], "<mark>Water</mark> <mark>Permit</mark>"),
        ("取水许可", ["qsxk"], "取水许可"),
        ("取水许可", ["qushui"], "取水许可"),
        ("a<b & c", ["b"], "a&lt;<mark>b</mark> &amp; c"),
        ("a<b>", ["<b>"], "a<mark>&lt;b&gt;</mark>"),
        ("a&lt;b", ["lt"], "a&amp;<mark>lt</mark>;b"),
        ("水土保持", ["水土", "水土保持"], "<mark>水土保持</mark>"),
        ("100%", ["%"], "100<mark>%</mark>"),
        ("取水", [], "取水"),
        ("", ["取水"], ""),
    ],
)
def test_words_are_marked(text, words, wanted):
    assert marked(text, words) == wanted


@given(text=hostile, words=some_words)
def test_marks_taken_out_the_text_is_unchanged_and_nothing_is_html(text, words):
    shown = marked(text, words)
    bare = re.sub("</?mark>", "", shown)
    assert not set("<>\"'") & set(bare)
    assert html.unescape(bare) == text
    assert re.fullmatch("([^<]|<mark>[^<]+</mark>)*", shown)


@given(text=hostile, words=some_words)
def test_what_is_marked_is_one_of_the_words(text, words):
    for found in re.findall("<mark>(.*?)</mark>", marked(text, words)):
        assert any(re.fullmatch(re.escape(w), html.unescape(found), re.IGNORECASE) for w in words)


@given(text=hostile, words=some_words, chinese=st.booleans())
def test_an_excerpt_is_cut_from_one_line(text, words, chinese):
    piece = excerpt(text, words, chinese=chinese)
    assert any(piece.strip("…") in line for line in text.splitlines()) or not piece


def test_an_excerpt_stands_around_the_first_hit():
    text = "甲" * 300 + "取水" + "乙" * 300
    piece = excerpt(text, ["取水"], chinese=True)
    assert piece.startswith("…甲")
    assert piece.endswith("乙…")
    assert "取水" in piece
    assert len(piece) < 160


@pytest.mark.parametrize(
    ("words", "chinese", "wanted"),
    [
        (["可以"], True, "您可以自行编制。"),
        (["yourself"], False, "You may write it yourself."),
        (["yourself"], True, "You may write it yourself."),
        (["elsewhere"], True, "您可以自行编制。"),
        (["elsewhere"], False, "You may write it yourself."),
    ],
)
def test_an_excerpt_is_in_the_readers_language_where_that_holds_a_word(words, chinese, wanted):
    text = "您可以自行编制。\nYou may write it yourself."
    assert excerpt(text, words, chinese=chinese) == wanted


def test_words_of_an_english_excerpt_are_whole():
    piece = excerpt(" ".join(["assessment"] * 60), ["sess"], chinese=False)
    assert set(piece.strip("…").split()) == {"assessment"}
