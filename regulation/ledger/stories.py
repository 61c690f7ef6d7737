"""How the record reads. Rooms register, in their own stories.py, the sentence of each kind they record, and
which subjects have a page of their record with who sees how much of it.

A sentence names the role that acted, never the person. What a kind does not disclose is not shown to the
public at all: nothing tells that it is there.
"""

import functools
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import Q


class Sight(Enum):
    """How much of a subject's record a reader sees."""

    NOTHING = "nothing"  # there is no such page
    DISCLOSED = "disclosed"  # entries of disclosed kinds
    ALL = "all"  # every entry


Fact = tuple[str, Any, str]  # name in the body, label, "text" | "day" | "moment" | "money" | "count"


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of entry in words; `facts` are what of its body is told with it."""

    sentence: Any
    disclosed: bool = False
    facts: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """A noun whose record has a page at /record/<slug>/<id>/.

    `find` gives the object or None for any text. `sight` says what a request sees of it. `about` gives the
    urns whose entries make up the story for this request: those of which it may see no more than `sight`.
    `address` leads back to the subject's own page, as this request may open it.
    """

    slug: str
    noun: Any
    find: Callable[[str], Any | None]
    sight: Callable[[Any, Any], Sight]
    about: Callable[[Any, Any], list[str]]
    address: Callable[[Any, Any], str] = lambda found, request: str(found.get_absolute_url())


_stories: dict[str, Story] = {}
_subjects: dict[str, Subject] = {}
_withheld: list[Callable[[], Q]] = []


def story(kind: str, sentence: Any, *, disclosed: bool = False, facts: Sequence[Fact] = ()) -> None:
    """Register the sentence of a kind. Raises ValueError when it has one."""
    if kind in _stories:
        raise ValueError(f"{kind} has its sentence")
    _stories[kind] = Story(sentence, disclosed, facts)


def subject(made: Subject) -> None:
    """Register a noun whose record has a page."""
    _subjects[made.slug] = made


def withhold(which: Callable[[], Q]) -> None:
    """Register entries that are in nobody's lists for now, regulators' and staff's included: sealed bids."""
    _withheld.append(which)


def withheld() -> Q:
    """The entries that are in nobody's lists now; of none where nothing is withheld."""
    return functools.reduce(operator.or_, (which() for which in _withheld), Q(pk__in=[]))


def story_of(kind: str) -> Story | None:
    return _stories.get(kind)


def subject_of(slug: str) -> Subject | None:
    return _subjects.get(slug)


def tells_all(kind: str, body: dict[str, Any]) -> bool:
    """Whether all that such an entry says stands on the page of its subject: then it may be given whole."""
    told = _stories.get(kind)
    return told is not None and body.keys() <= {name for name, _label, form in told.facts if form != "count"}


def told_kinds() -> set[str]:
    """Kinds that have a sentence."""
    return set(_stories)


def disclosed_kinds() -> list[str]:
    """Kinds the public reads."""
    return sorted(kind for kind, told in _stories.items() if told.disclosed)
