"""Where two sources differ about one entity. No ORM, no clock, no request."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

SHARE, POST, HOLDER, ABSENT = "share", "post", "holder", "absent"
ONE_HOLDER = ("legalRepresentative", "boardChair")  # kinds that one person holds at a time


@dataclass(frozen=True, slots=True)
class Stated:
    """One interest in the entity: `holder` is a key that is equal where the records are merged."""

    ref: int
    kind: str
    holder: str
    name: str
    share: tuple[Decimal, Decimal] | None = None
    post: str = ""
    is_person: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What another source states, what was declared of the same (None: nothing), and the points."""

    other: Stated
    declared: Stated | None
    what: tuple[str, ...]


def is_one(one: Stated, other: Stated) -> bool:
    """Whether the holders are one: merged or the same record, or people of one name in one firm."""
    if one.holder == other.holder:
        return True
    return one.is_person and other.is_person and _plain(one.name) == _plain(other.name)


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def differences(declared: Iterable[Stated], others: Iterable[Stated]) -> list[Difference]:
    """Every statement of `others` that `declared` contradicts or leaves out, in the order of `others`.

    Shares contradict where both are stated and their ranges have no number in common. A share not stated
    contradicts nothing.
    """
    mine = list(declared)
    found = []
    for other in others:
        alike = [one for one in mine if one.kind == other.kind]
        same = next((one for one in alike if is_one(one, other)), None)
        if same is not None:
            what = _points(same, other)
            if what:
                found.append(Difference(other, same, what))
        elif alike and other.kind in ONE_HOLDER:
            found.append(Difference(other, alike[0], (HOLDER,)))
        else:
            found.append(Difference(other, None, (ABSENT,)))
    return found


def _points(one: Stated, other: Stated) -> tuple[str, ...]:
    points = []
    if one.share and other.share and (one.share[1] < other.share[0] or other.share[1] < one.share[0]):
        points.append(SHARE)
    if one.post and other.post and _plain(one.post) != _plain(other.post):
        points.append(POST)
    return tuple(points)
