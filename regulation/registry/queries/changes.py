"""What changed, by topic: for feeds, digests and the page of changes."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import BigIntegerField, CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat, Upper
from django.utils.translation import gettext as _

from regulation.ledger.models import Entry
from regulation.parties.models import Entity, Region

from ..models import Approval, Instrument, Provision, Ruling, RulingBasis, Service, Topic
from .drafts import LAPSE_NOTED

SHOWN = 50
CHANGE_KINDS = PUBLISHED, REPLACED, ENDED, LAPSED, EDITED = (
    "published",
    "replaced",
    "ended",
    "lapsed",
    "edited",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that became different on the record. `about` is the ruling, or the thing edited."""

    at: dt.datetime
    what: str
    about: Any

    @property
    def ident(self) -> str:
        """The same for the same change, whenever it is asked for."""
        return f"{self.about.urn}/{self.what}/{self.at:%Y%m%dT%H%M%S}"

    @property
    def headline(self) -> str:
        """One line in the reader's language."""
        lines = {
            PUBLISHED: _("New ruling: %(about)s"),
            REPLACED: _("Changed ruling: %(about)s"),
            ENDED: _("Ended ruling: %(about)s"),
            LAPSED: _("Legal basis ended: %(about)s"),
            EDITED: _("Record changed: %(about)s"),
        }
        return lines[self.what] % {"about": self.about}


@dataclass(frozen=True, slots=True)
class Window:
    """[since, until), either end open, how many at most, and of which kind where one is named."""

    since: dt.datetime | None
    until: dt.datetime | None
    most: int
    only: str = ""

    def holds(self, field: str) -> Q:
        lower = Q((f"{field}__gte", self.since)) if self.since else Q()
        return lower & (Q((f"{field}__lt", self.until)) if self.until else Q())


@dataclass(frozen=True, slots=True)
class Followed:
    """A topic with the thing it is about; None for everything."""

    topic: Topic
    key: str = ""
    thing: Any = None


KEYED: dict[str, tuple[type[Any], str]] = {
    Topic.APPROVAL: (Approval, "ref"),
    Topic.SERVICE: (Service, "code"),
    Topic.DEPARTMENT: (Entity, "pk"),
    Topic.REGION: (Region, "code"),
    Topic.INSTRUMENT: (Instrument, "ref"),
    Topic.PROVISION: (Provision, "ref"),
}
EDITABLE = {Topic.APPROVAL, Topic.SERVICE, Topic.INSTRUMENT, Topic.PROVISION}


def followed(topic: str, key: str) -> Followed | None:
    """The topic, where it is on record."""
    if topic == Topic.EVERYTHING:
        return Followed(Topic.EVERYTHING) if not key else None
    if topic not in KEYED or "\0" in key or (topic == Topic.DEPARTMENT and not key.isdecimal()):
        return None
    model, field = KEYED[topic]
    if topic == Topic.DEPARTMENT and int(key) > 2**63 - 1:
        return None
    found = model._default_manager.filter(**{field: key})
    thing = found.select_related("instrument").first() if topic == Topic.PROVISION else found.first()
    return Followed(Topic(topic), key, thing) if thing is not None else None


def changes_of(
    what: Followed,
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    most: int = SHOWN,
    only: str = "",
) -> list[Change]:
    """The latest changes of a topic in [since, until), newest first, at most `most`; of one kind, if named.

    A ruling recorded again for what is left of its period is no change. With a larger `most` the same come
    first, in the same order, whatever happened at one moment.
    """
    window = Window(since, until, most, only)
    sources = SOURCES.values() if not only else [SOURCES[only]]
    found = [change for source in dict.fromkeys(sources) for change in source(what, window)]
    return sorted(found, key=attrgetter("at", "about.pk", "what"), reverse=True)[:most]


def _of_topic(what: Followed) -> "QuerySet[Ruling]":
    rulings = Ruling.objects.published().select_related("approval", "service", "region")
    cited = RulingBasis.objects.filter(ruling=OuterRef("pk"))
    narrowed: dict[str, Q | Exists] = {
        Topic.EVERYTHING: Q(),
        Topic.APPROVAL: Q(approval__ref=what.key),
        Topic.SERVICE: Q(service__code=what.key),
        Topic.DEPARTMENT: Q(approval__department=what.key or None),
        Topic.REGION: Q(region=what.key),
        Topic.INSTRUMENT: Exists(cited.filter(provision__instrument__ref=what.key)),
        Topic.PROVISION: Exists(cited.filter(provision__ref=what.key)),
    }
    return rulings.filter(narrowed[what.topic])


def _same_place() -> "QuerySet[Ruling]":
    none = Value(0, BigIntegerField())
    return (
        Ruling.objects.published()
        .annotate(place=Coalesce(F("approval"), none))
        .filter(
            place=Coalesce(OuterRef("approval"), none), service=OuterRef("service"), region=OuterRef("region")
        )
    )


def _published(what: Followed, window: Window) -> Iterator[Change]:
    closed = _same_place().annotate(closed=Upper("recorded")).filter(closed=OuterRef("published_at"))
    copied = closed.filter(
        necessity=OuterRef("necessity"),
        reason=OuterRef("reason"),
        source=OuterRef("source"),
        in_force__contains=OuterRef("in_force"),
    )
    found = (
        _of_topic(what)
        .filter(window.holds("published_at"))
        .annotate(published=F("published_at"), replaces=Exists(closed), copy=Exists(copied))
        .filter(Q(replaces=window.only == REPLACED) if window.only else Q(), copy=False)
        .order_by("-published_at", "-pk")[: window.most]
    )
    for ruling in found:
        yield Change(ruling.published, REPLACED if ruling.replaces else PUBLISHED, ruling)


def _ended(what: Followed, window: Window) -> Iterator[Change]:
    """Rulings whose record closed without another verdict in their place: what a region above ended."""
    next_ones = _same_place().filter(published_at=OuterRef("closed"))
    other = next_ones.exclude(necessity=OuterRef("necessity"), reason=OuterRef("reason"))
    found = (
        _of_topic(what)
        .filter(recorded__upper_inf=False)
        .annotate(closed=Upper("recorded"))
        .filter(window.holds("closed"))
        .exclude(Exists(other))
        .order_by("-closed", "-pk")[: window.most]
    )
    for ruling in found:
        yield Change(ruling.closed, ENDED, ruling)


def _lapsed(what: Followed, window: Window) -> Iterator[Change]:
    noted = Entry.objects.filter(window.holds("recorded_at"), kind=LAPSE_NOTED)
    if what.topic != Topic.EVERYTHING:
        urn = Concat(Value("registry.ruling/"), Cast("pk", CharField()))
        noted = noted.filter(subject__in=_of_topic(what).order_by().annotate(named=urn).values("named"))
    at = {
        int(entry.subject.rpartition("/")[2]): entry.recorded_at
        for entry in noted.order_by("-pk")[: window.most]
    }
    rulings = Ruling.objects.select_related("approval", "service", "region").in_bulk(at)
    for pk, ruling in rulings.items():
        yield Change(at[pk], LAPSED, ruling)


def _edited(what: Followed, window: Window) -> Iterator[Change]:
    """Edits of the thing itself: an approval, a service, a law, an article."""
    if what.topic not in EDITABLE:
        return
    kinds = [f"registry.{what.topic}_created", f"registry.{what.topic}_changed"]
    entries = Entry.objects.filter(window.holds("recorded_at"), kind__in=kinds)
    for entry in entries.filter(subject=what.thing.urn).order_by("-pk")[: window.most]:
        yield Change(entry.recorded_at, EDITED, what.thing)


SOURCES: dict[str, Callable[[Followed, Window], Iterator[Change]]] = {
    PUBLISHED: _published,
    REPLACED: _published,
    ENDED: _ended,
    LAPSED: _lapsed,
    EDITED: _edited,
}
