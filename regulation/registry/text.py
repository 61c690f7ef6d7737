"""Chinese text for sorting and searching, as pure functions. No ORM."""

import re
from itertools import chain

from pypinyin import Style, lazy_pinyin

_WORD = re.compile(r"[0-9a-z\u3400-\u9fff]+")
_PLAIN = re.compile(r"[0-9A-Za-z\u3400-\u9fff]+")  # before folding: what no fold turns into another run


def _plain(syllables: list[str]) -> str:
    return re.sub(r"[^0-9a-z]", "", "".join(syllables).lower())


def pinyin(text: str) -> str:
    """`text` in pinyin without tones or spaces: 安全评价 gives anquanpingjia. Sorts Chinese names."""
    return _plain(lazy_pinyin(text))


def initials(text: str) -> str:
    """The first letter of each syllable: 安全评价 gives aqpj."""
    return _plain(lazy_pinyin(text, style=Style.FIRST_LETTER))


def terms(*texts: str) -> list[str]:
    """The pairs of neighbouring characters of `texts`, and the last character of each run, sorted.

    Whatever is a substring of a text and two characters long or longer has all its pairs among them; one
    character is the beginning of a pair or the last of a run. So no match is missed; false ones are possible.
    """
    runs = chain.from_iterable(_WORD.findall(text.lower()) for text in texts)
    return sorted({run[i : i + 2] for run in runs for i in range(len(run))})


def is_told_by_pairs(word: str) -> bool:
    """Whether `query_terms` of a word finds nothing but what holds it: one or two Chinese characters."""
    return len(word) <= 2 and all("\u3400" <= sign <= "\u9fff" for sign in word)


def query_terms(text: str) -> str:
    """`text` as a tsquery over `terms`: all its pairs, and a lone character as the beginning of a pair.

    Empty where no character of `text` is ever part of a pair (punctuation, rare scripts).
    """
    found: dict[str, None] = {}
    for run in map(str.lower, _PLAIN.findall(text)):
        pairs = [run[i : i + 2] for i in range(len(run) - 1)]
        found.update(dict.fromkeys(f"'{pair}'" for pair in pairs) if pairs else {f"'{run}':*": None})
    return " & ".join(found)
