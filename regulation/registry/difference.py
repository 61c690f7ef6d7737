"""What changed between two texts, word by word, as a pure function. No ORM."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import rjieba

KEPT, GONE, NEW = "kept", "gone", "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stands in both texts, only in the old one, or only in the new one."""

    kind: str
    text: str


def words(text: str) -> list[str]:
    """The words of a Chinese or English text, blanks and punctuation among them; joined they give it back."""
    return list(rjieba.cut(text)) if text else []


def difference(old: str, new: str) -> list[Piece]:
    """The pieces that lead from `old` to `new`, in reading order.

    Kept and gone pieces joined give `old`; kept and new pieces joined give `new`.
    """
    return _pieces(words(old), words(new))


def _pieces(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    pieces: list[Piece] = []
    for step, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            pieces.append(Piece(KEPT, "".join(old[a:b])))
            continue
        if a < b:
            pieces.append(Piece(GONE, "".join(old[a:b])))
        if c < d:
            pieces.append(Piece(NEW, "".join(new[c:d])))
    return pieces
