"""What the public sees of the tree: the checkpoint of the last full period, and the tiles below it.

The tree grows with every entry, so whoever could poll its size would learn of each sealed bid as it comes in
(招标投标法 art. 22). Therefore a checkpoint is public only at fixed moments: multiples of
settings.LEDGER_PUBLISH_SECONDS since 1970-01-01 UTC, by the database's clock. Nothing beyond it is served.

The newest checkpoint of the last moment is due. It is published once as many witnesses have cosigned it as
settings.LEDGER_WITNESSES_REQUIRED says; until then it is pending, and the one before stays published.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Max, Q, QuerySet, Value
from django.db.models.functions import Ceil, Extract

from .merkle import HASH_BYTES
from .models import Checkpoint, Leaf, Tile
from .tiles import HEIGHT
from .tlog import TILE_WIDTH, BadNote, bundle, tile_index
from .witnesses import named, stated, suffices

LEVELS = 63 // HEIGHT + 1  # rows of tiles over indices of 63 bits
ENTRIES = "entries"
TRIES = 20  # checkpoints looked through for one whose cosignatures are true


def last_moment(*, at: dt.datetime) -> dt.datetime:
    """The last moment of publication at or before `at`."""
    every = settings.LEDGER_PUBLISH_SECONDS
    return dt.datetime.fromtimestamp(int(at.timestamp()) // every * every, dt.UTC)


def next_moment(*, at: dt.datetime) -> dt.datetime:
    """The first moment of publication after `at`."""
    return last_moment(at=at) + dt.timedelta(seconds=settings.LEDGER_PUBLISH_SECONDS)


def _due(at: dt.datetime) -> QuerySet[Checkpoint]:
    signed = Checkpoint.objects.filter(signed_at__lte=last_moment(at=at))
    return signed.prefetch_related("cosignatures").order_by("-size")


def due(*, at: dt.datetime) -> Checkpoint | None:
    """The newest checkpoint signed at or before the last moment of publication; None while there is none."""
    return _due(at).first()


def cosigned_note(point: Checkpoint) -> str:
    """A checkpoint with the lines of the witnesses under the log's own."""
    return point.note + "".join(one.line for one in point.cosignatures.all())


def published(*, at: dt.datetime) -> Checkpoint | None:
    """The newest checkpoint that was due and has the required cosignatures, each verified anew."""
    return standing(at=at).published


@dataclass(frozen=True, slots=True)
class Standing:
    """What is due, and what is published: the same, unless what is due is pending."""

    due: Checkpoint | None
    published: Checkpoint | None

    @property
    def pending(self) -> Checkpoint | None:
        """What is due and lacks the required cosignatures; None while all that is due is published."""
        return self.due if self.due != self.published else None


def standing(*, at: dt.datetime) -> Standing:
    """How publication stands."""
    newest = due(at=at)
    if newest is None or suffices(cosigned_note(newest)):
        return Standing(newest, newest)
    return Standing(newest, _before(at))


def _before(at: dt.datetime) -> Checkpoint | None:
    found = _cosigned(_due(at))
    return next((point for point in found[:TRIES] if suffices(cosigned_note(point))), None)


def _cosigned(points: QuerySet[Checkpoint]) -> QuerySet[Checkpoint]:
    """Those under which as many of the witnesses named stand as are required."""
    required = settings.LEDGER_WITNESSES_REQUIRED
    if required == 0:
        return points
    mine = Q(cosignatures__name__in=[one.name for one in named()])
    return points.annotate(lines=Count("cosignatures", filter=mine)).filter(lines__gte=required)


def published_note(*, at: dt.datetime) -> str | None:
    """The published checkpoint as text, with the lines of the witnesses."""
    point = published(at=at)
    return cosigned_note(point) if point else None


def published_list(*, at: dt.datetime) -> QuerySet[Checkpoint]:
    """Every checkpoint that was due at a moment and has the required cosignatures, the newest first."""
    period = Ceil(Extract(F("signed_at"), "epoch") / float(settings.LEDGER_PUBLISH_SECONDS))
    had = _cosigned(Checkpoint.objects.filter(signed_at__lte=last_moment(at=at))).order_by().values("size")
    newest = Checkpoint.objects.filter(size__in=had).annotate(period=period).order_by()
    sizes = newest.values("period").annotate(newest=Max("size")).values("newest")
    found = Checkpoint.objects.filter(size__in=sizes).order_by("-size")
    there = Q(cosignatures__isnull=False)
    names = ArrayAgg("cosignatures__name", filter=there, order_by="cosignatures__name", default=Value([]))
    return found.annotate(cosigned_by=names)


@dataclass(frozen=True, slots=True)
class WitnessState:
    """A witness this site names, and when it says it saw a checkpoint; None while it has not cosigned."""

    name: str
    verifier: str
    stated_at: dt.datetime | None


def witness_states(point: Checkpoint | None) -> list[WitnessState]:
    """What each witness named has said about a checkpoint, verified anew."""
    said = stated(cosigned_note(point)) if point else {}
    return [WitnessState(one.name, str(one.verifier), said.get(one.name)) for one in named()]


def published_tile(level: str, path: str, *, at: dt.datetime) -> bytes | None:
    """A tile by its address below /ledger/tile/; None unless it lies wholly within the published size.

    `level` is a number or "entries". A tile that is full at the published size is also given in part, as any
    client that read it earlier asked for it.
    """
    if level != ENTRIES and level not in map(str, range(LEVELS)):
        return None
    try:
        index, width = tile_index(path)
    except BadNote:
        return None
    row = 0 if level == ENTRIES else int(level)
    point = published(at=at)
    if point is None or index * TILE_WIDTH + width > point.size >> HEIGHT * row:
        return None
    return _entries(index, width) if level == ENTRIES else _hashes(row, index, width)


def _hashes(row: int, index: int, width: int) -> bytes | None:
    found = Tile.objects.filter(level=row, index=index).values_list("hashes", flat=True).first()
    part = bytes(found or b"")[: width * HASH_BYTES]
    return part if len(part) == width * HASH_BYTES else None


def _entries(index: int, width: int) -> bytes | None:
    start = index * TILE_WIDTH
    leaves = Leaf.objects.filter(index__gte=start, index__lt=start + width).order_by("index")
    data = [bytes(one) for one in leaves.values_list("data", flat=True)]
    return bundle(data) if len(data) == width else None
