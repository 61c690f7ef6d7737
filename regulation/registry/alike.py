"""Which part of a name a reader may have meant. Pure: no ORM, no request."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from pypinyin import lazy_pinyin

from .highlight import is_chinese
from .text import pinyin

MOST = 60  # characters or words of a name that are looked at
_NONE = ("", 0.0)


def sound(query: str) -> str:
    """What is compared: Chinese by its pinyin, Latin as typed; lower case, no spaces."""
    return pinyin(query) if is_chinese(query) else "".join(query.lower().split())


def _syllables(name: str) -> list[str]:
    """One a character, empty for what is neither Chinese nor Latin."""
    each: Any = list  # a run of other signs stays one sign each; the library says it wants words
    found = lazy_pinyin(name, errors=each)
    one_each = found if len(found) == len(name) else [lazy_pinyin(c)[0] for c in name]
    return [pinyin(syllable) for syllable in one_each]


def _windows(pieces: list[str], size: int) -> Iterator[tuple[int, int, str]]:
    """Neighbouring pieces that together are about as long as `size`: first, one past the last, joined."""
    slack = max(1, size // 6)
    for start, first in enumerate(pieces):
        joined = ""
        for end in range(start, len(pieces)) if first else ():
            joined += pieces[end]
            if len(joined) > size + slack:
                break
            if pieces[end] and len(joined) >= size - slack:
                yield start, end + 1, joined


def _closest(pieces: list[str], wanted: str) -> tuple[int, int, float]:
    compared = SequenceMatcher(b=wanted, autojunk=False)
    best, span = 0.0, (0, 0)
    for start, end, joined in _windows(pieces, len(wanted)):
        compared.set_seq1(joined)
        if compared.quick_ratio() > best and (likeness := compared.ratio()) > best:
            best, span = likeness, (start, end)
    return *span, best


def part_meant(name: str, name_en: str, query: str) -> tuple[str, float]:
    """The part of a Chinese or English name that sounds most like `query`, and how much, 0 to 1.

    A part is a run of characters of the Chinese name, compared by pinyin, or of words of the English one. It
    has a character of a query in Chinese, or sounds the same: what only sounds near it is noise.
    """
    wanted = sound(query)
    if not wanted:
        return _NONE
    start, end, likeness = _closest(_syllables(name[:MOST]), wanted)
    found = name[start:end], likeness
    if is_chinese(query) and not set(found[0]) & set(query) and sound(found[0]) != wanted:
        return _NONE
    if not is_chinese(query):
        words = name_en.split()[:MOST]
        start, end, in_english = _closest([w.lower().strip(",.;:()") for w in words], wanted)
        if in_english > likeness:
            found = " ".join(words[start:end]).strip(",.;:()"), in_english
    return found if found[0] else _NONE
