"""What the public sees of the tree: the checkpoint of the last full period, and the tiles below it.

The tree grows with every entry, so whoever could poll its size would learn of each sealed bid as it comes in
(招标投标法 art. 22). Therefore a checkpoint is public only at fixed moments: multiples of
settings.LEDGER_PUBLISH_SECONDS since 1970-01-01 UTC, by the database's clock. Nothing beyond it is served.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Ceil, Extract

from .merkle import HASH_BYTES
from .models import Checkpoint, Leaf, LogKey, Tile
from .proofs import cosigned_note
from .tiles import HEIGHT
from .tlog import TILE_WIDTH, BadNote, Note, Verifier, bundle, tile_index

LEVELS = 63 // HEIGHT + 1  # rows of tiles over indices of 63 bits
ENTRIES = "entries"


def last_moment(*, at: dt.datetime) -> dt.datetime:
    """The last moment of publication at or before `at`."""
    every = settings.LEDGER_PUBLISH_SECONDS
    return dt.datetime.fromtimestamp(int(at.timestamp()) // every * every, dt.UTC)


def next_moment(*, at: dt.datetime) -> dt.datetime:
    """The first moment of publication after `at`."""
    return last_moment(at=at) + dt.timedelta(seconds=settings.LEDGER_PUBLISH_SECONDS)


def published(*, at: dt.datetime) -> Checkpoint | None:
    """The newest checkpoint signed at or before the last moment of publication; None while there is none."""
    signed = Checkpoint.objects.filter(signed_at__lte=last_moment(at=at))
    return signed.prefetch_related("cosignatures").order_by("-size").first()


def published_note(*, at: dt.datetime) -> str | None:
    """The published checkpoint as text, with the lines of the witnesses."""
    point = published(at=at)
    return cosigned_note(point) if point else None


def published_list(*, at: dt.datetime) -> QuerySet[Checkpoint]:
    """Every checkpoint that was the newest at a moment of publication, the newest first."""
    period = Ceil(Extract(F("signed_at"), "epoch") / float(settings.LEDGER_PUBLISH_SECONDS))
    signed = Checkpoint.objects.filter(signed_at__lte=last_moment(at=at)).annotate(period=period)
    return signed.order_by("-period", "-size").distinct("period")


@dataclass(frozen=True, slots=True)
class WitnessState:
    """A witness this site names, and when it says it saw a checkpoint; None while it has not cosigned."""

    name: str
    verifier: str
    stated_at: dt.datetime | None


def witness_states(point: Checkpoint | None) -> list[WitnessState]:
    """What each witness named in settings.LEDGER_WITNESSES has said about a checkpoint, verified anew."""
    note = Note.parse(cosigned_note(point)) if point else None
    states = []
    for text in settings.LEDGER_WITNESSES:
        try:
            verifier = Verifier.parse(text)
        except BadNote:
            states.append(WitnessState(text, text, None))
            continue
        when = note.signed_by(verifier) if note else None
        stated = dt.datetime.fromtimestamp(when, dt.UTC) if when is not None else None
        states.append(WitnessState(verifier.name, text, stated))
    return states


def log_keys() -> list[str]:
    """The verifier keys of this log, the newest first."""
    return list(LogKey.objects.order_by("-since", "-pk").values_list("verifier", flat=True))


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
