"""Marking what a reader looked for in what was found. Pure: no ORM, no request."""

import re
from collections.abc import Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_CHINESE = re.compile(r"[\u3400-\u9fff]")
BEFORE, AFTER = 30, 110


def is_chinese(text: str) -> bool:
    """Whether any character of `text` is Chinese."""
    return _CHINESE.search(text) is not None


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    longest_first = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if longest_first else None


def marked(text: str, words: Sequence[str]) -> SafeString:
    """`text` escaped, with `<mark>` around each of the words, in either case.

    Nothing is marked but the words themselves: what was found by pinyin or initials stays as it is. With the
    marks taken out and the entities read back, it is `text` again.
    """
    pattern, parts, end = _pattern(words), [], 0
    for hit in pattern.finditer(text) if pattern else ():
        parts += [escape(text[end : hit.start()]), "<mark>", escape(hit[0]), "</mark>"]
        end = hit.end()
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 - each piece of text is escaped


def excerpt(text: str, words: Sequence[str], *, chinese: bool) -> str:
    """The line of `text` that holds one of the words, cut around the first of them; unescaped.

    Of several such lines one in the reader's language (`chinese`) is taken; where none holds a word, the
    first in that language, from its beginning. Empty where there is nothing to show.
    """
    pattern = _pattern(words)
    lines = [line for line in text.splitlines() if line.strip()]
    lines.sort(key=lambda line: (not (pattern and pattern.search(line)), is_chinese(line) != chinese))
    if not lines:
        return ""
    line = lines[0]
    hit = pattern.search(line) if pattern else None
    if not hit and is_chinese(line) != chinese:
        return ""
    at = hit.start() if hit else 0
    start, end = max(0, at - BEFORE), max(at + AFTER, hit.end() if hit else 0)
    if not is_chinese(line):
        start = line.rfind(" ", 0, start) + 1 if start else 0
        end = line.find(" ", end) if line.find(" ", end) > 0 else len(line)
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")
