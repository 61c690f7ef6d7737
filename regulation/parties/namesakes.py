"""How alike two names are, and in which block a name is looked for. No ORM, no clock, no request."""

import re
from collections.abc import Iterator
from typing import Literal

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz

Tier = Literal["A", "B", "C"]
LEAST_SCORE = 90
WINDOW = 60  # neighbours, in the order of the names, that one name is compared with
MOST_PER_NAME = 10
EXACT = ("identity", "credit_code")  # attributes that settle it alone
SOUNDS_ALIKE = 5  # taken off where only the sound is the same
_FORM = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|公司|集团|事务所|（[^）]*）|\([^)]*\)|\s|[·.,，。-])", re.IGNORECASE
)
_PLACE = re.compile(r"^(?:[\u4e00-\u9fff]{2,7}?(?:自治区|省|自治州|市|地区|区|县|旗))+(?=[\u4e00-\u9fff]{2})")


def core(name: str) -> str:
    """A body's name without its place, legal form and what stands in brackets.

    The name where none is left.
    """
    plain = _FORM.sub("", name)
    return _PLACE.sub("", plain) or plain or name


def sound(name: str) -> str:
    """The name in pinyin, lower case, without blanks."""
    return "".join(lazy_pinyin("".join(name.split()))).casefold()


def block_of(name: str) -> str:
    """Names alike stand in one block: the sound of the first character and the initial of the second."""
    first, second = name.strip()[:1], name.strip()[1:2]
    return sound(first) + "." + sound(second)[:1]


def likeness(one: str, other: str, *, by_sound: bool) -> int:
    """0 to 100: how alike two names are written, or `by_sound` are spoken."""
    if one == other:
        return 100
    written = fuzz.ratio(one, other)
    if not by_sound:
        return int(written)
    spoken = fuzz.ratio(sound(one), sound(other)) - SOUNDS_ALIKE
    return int(max(written, spoken, 0))


def pairs_in(block: list[tuple[int, str]], *, by_sound: bool = True) -> Iterator[tuple[int, int, int]]:
    """(lower key, higher key, score) of the names of one block that are alike enough.

    A name is compared with the next WINDOW ones in the order of their sound, and gives MOST_PER_NAME pairs at
    most: the work grows with the block, not with its square.
    """
    ordered = sorted(((sound(name), name, key) for key, name in block), key=lambda one: (one[0], one[2]))
    for place, (_sound, name, key) in enumerate(ordered):
        given = 0
        for _other_sound, other, other_key in ordered[place + 1 : place + 1 + WINDOW]:
            score = likeness(name, other, by_sound=by_sound)
            if score >= LEAST_SCORE and key != other_key:
                yield min(key, other_key), max(key, other_key), score
                given += 1
                if given == MOST_PER_NAME:
                    break


def tier_of(agreeing: list[str]) -> Tier:
    """A for an exact identifier, B for the name and two attributes or more, C for less (DESIGN §3.5)."""
    if any(attribute in EXACT for attribute in agreeing):
        return "A"
    return "B" if len(agreeing) > 1 else "C"
