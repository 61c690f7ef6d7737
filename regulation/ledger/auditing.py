"""The audit: everything that can be computed again is, and the first entry that differs is named."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from .merkle import Frontier, leaf_hash
from .models import ERASED, Alarm, Checkpoint, Cosignature, Entry, Leaf, LogKey, Pending
from .operations import commitment, record
from .queries import body_of
from .sequencing import header_of_entry
from .tiles import TileReader
from .tlog import PLANNED, BadNote, Head, Note, Turn, Verifier
from .witnesses import named, stated

CHUNK = 2000
ENDLESS = 1 << 63
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the record says: what, where (a URN or an index), and the two values."""

    what: str
    where: str
    detail: str = ""


def audit(*, against: str = "", progress: Progress = lambda done: None) -> list[Difference]:
    """Recompute commitments, leaves, tree, tiles, checkpoints and signatures; streaming, in one snapshot.

    `against` is a checkpoint somebody outside kept: the present tree must continue it. Differences come in
    the order of the record. Raises tlog.BadNote where `against` is no checkpoint.
    """
    kept = Note.parse(against) if against else None
    with _snapshot():
        frontier = Frontier()
        signed = {point.size: point for point in Checkpoint.objects.order_by("size")}
        if kept is not None:
            head = Head.parse(kept.text)
        found = list(_leaves(frontier, signed, progress))
        found += _unplaced()
        found += _checkpoints_beyond(frontier, signed)
        found += _signatures(signed)
        found += _keys(signed)
        found += _cosignatures(signed)
        found += _alarms()
        if kept is not None:
            found += _against(head, frontier.size, signed)
    return found


@contextlib.contextmanager
def _snapshot() -> Iterator[None]:
    """Every query sees the record as of one moment, whatever is recorded meanwhile; within a transaction of
    the caller's, as that one does."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _leaves(frontier: Frontier, signed: dict[int, Checkpoint], progress: Progress) -> Iterator[Difference]:
    """Each leaf in order: its place, its entry, its data, its tile, and the checkpoint signed at its size."""
    reader = TileReader()
    leaves = Leaf.objects.order_by("index").select_related("entry")
    for n, leaf in enumerate(leaves.iterator(chunk_size=CHUNK)):
        where = f"ledger.entry/{leaf.entry_id}"
        if leaf.index != frontier.size:
            yield Difference("leaf missing", f"ledger.leaf/{frontier.size}", f"next is {leaf.index}")
            return
        yield from _content(leaf.entry, where)
        salt, data = bytes(leaf.header_salt), bytes(leaf.data)
        if hashlib.sha256(salt + header_of_entry(leaf.entry)).digest() != data:
            yield Difference("entry altered", where, "kind, subject, actor, time or commitment")
        hashed = leaf_hash(data)
        if _stored(reader, leaf.index) != hashed:
            yield Difference("tree altered", f"ledger.leaf/{leaf.index}", "the tile holds another hash")
        frontier.append(hashed)
        point = signed.get(frontier.size)
        if point is not None and bytes(point.root) != frontier.root():
            yield Difference("checkpoint does not fit", point.urn, "another root was signed")
        if n % CHUNK == 0:
            progress(n)


def _stored(reader: TileReader, index: int) -> bytes | None:
    try:
        return reader(0, index)
    except LookupError:
        return None


def _content(entry: Entry, where: str) -> Iterator[Difference]:
    """Salt and body give the commitment; where they are gone, an entry says that they were erased."""
    if entry.salt is None or entry.body is None:
        if not _told(entry):
            yield Difference("content missing", where, "no entry says that it was erased")
    elif hashlib.sha256(bytes(entry.salt) + entry.body.encode()).digest() != bytes(entry.commitment):
        yield Difference("body altered", where, "salt or body do not give the commitment")


def _told(entry: Entry) -> bool:
    """Whether an entry that is whole itself names this one's commitment; its own leaf is audited like any."""
    for said in Entry.objects.filter(kind=ERASED, subject=entry.urn):
        if said.salt is None or said.body is None:
            continue
        whole = commitment(bytes(said.salt), said.body.encode()) == bytes(said.commitment)
        if whole and body_of(said).get("commitment") == bytes(entry.commitment).hex():
            return True
    return False


def _unplaced() -> list[Difference]:
    """Entries that have no leaf and do not wait for one."""
    lost = Entry.objects.filter(leaf__isnull=True).exclude(pk__in=Pending.objects.values("entry"))
    keys = lost.order_by("pk").values_list("pk", flat=True)[:100]
    return [Difference("entry without a place", f"ledger.entry/{key}") for key in keys]


def _checkpoints_beyond(frontier: Frontier, signed: dict[int, Checkpoint]) -> list[Difference]:
    beyond = [point for size, point in signed.items() if size > frontier.size]
    return [Difference("leaves missing", point.urn, f"the tree has {frontier.size}") for point in beyond]


def _terms() -> list[tuple[Verifier, int]]:
    """The log's keys in order, each with the last size it signed."""
    terms: list[tuple[Verifier, int]] = []
    for row in LogKey.objects.order_by("pk"):
        if row.rotation and terms:
            with contextlib.suppress(BadNote):  # told by _keys
                terms[-1] = terms[-1][0], Turn.parse(Note.parse(row.rotation).text).head.size
        terms.append((Verifier.parse(row.verifier), ENDLESS))
    return terms


def _keys(signed: dict[int, Checkpoint]) -> Iterator[Difference]:
    """Each key but the first follows the one before by a note that is signed as it must be."""
    before: Verifier | None = None
    for row in LogKey.objects.order_by("pk"):
        verifier = Verifier.parse(row.verifier)
        if before is not None and not _follows(row.rotation, before, verifier, signed):
            yield Difference("key does not follow", row.urn, row.verifier)
        before = verifier


def _follows(rotation: str, old: Verifier, new: Verifier, signed: dict[int, Checkpoint]) -> bool:
    try:
        note = Note.parse(rotation)
        turn = Turn.parse(note.text)
    except BadNote:
        return False
    point = signed.get(turn.head.size)
    signers = [old, new] if turn.reason == PLANNED else [new]
    return (
        (turn.old, turn.new) == (old, new)
        and all(note.signed_by(key) is not None for key in signers)
        and point is not None
        and bytes(point.root) == turn.head.root
    )


def _cosignatures(signed: dict[int, Checkpoint]) -> Iterator[Difference]:
    """Lines of the witnesses this site names are theirs; of one that it names no more no key is known."""
    names = {one.name for one in named()}
    for size, name, line in Cosignature.objects.values_list("checkpoint", "name", "line"):
        if name in names and name not in stated(signed[size].note + line):
            yield Difference("cosignature false", signed[size].urn, name)


def _alarms() -> Iterator[Difference]:
    """An alarm and its entries tell the same: none was removed, none explained without an entry."""
    alarms = {alarm.urn: alarm for alarm in Alarm.objects.all()}
    told = Entry.objects.filter(kind__in=["ledger.alarm_raised", "ledger.alarm_explained"]).order_by("pk")
    reasons: dict[str, str] = {}
    for entry in told:
        said, alarm = body_of(entry), alarms.get(entry.subject)
        if alarm is None or (alarm.what, alarm.where) != (said.get("what"), said.get("where")):
            yield Difference("alarm altered", f"ledger.entry/{entry.pk}", "no such alarm stands")
        reasons[entry.subject] = said.get("reason", reasons.get(entry.subject, ""))
    for urn, alarm in alarms.items():
        if alarm.explanation != reasons.get(urn, ""):
            yield Difference("alarm altered", urn, "its explanation is not the one on record")


def _signatures(signed: dict[int, Checkpoint]) -> Iterator[Difference]:
    keys = _terms()
    for point in signed.values():
        try:
            note = Note.parse(point.note)
            head = Head.parse(note.text)
        except BadNote as fault:
            yield Difference("checkpoint unreadable", point.urn, str(fault))
            continue
        if (head.size, head.root) != (point.size, bytes(point.root)):
            yield Difference("checkpoint altered", point.urn, "the note says another size or root")
        if all(note.signed_by(key) is None for key, until in keys if point.size <= until):
            yield Difference("checkpoint not signed", point.urn, "no key of this log signed it")


def _against(head: Head, size: int, signed: dict[int, Checkpoint]) -> list[Difference]:
    where = f"outside checkpoint {head.size}"
    if head.size > size:
        return [Difference("leaves missing", where, f"the tree has {size}")]
    if head.size == 0:
        return []
    frontier = Frontier()
    for data in Leaf.objects.order_by("index").values_list("data", flat=True).iterator(chunk_size=CHUNK):
        frontier.append(leaf_hash(bytes(data)))
        if frontier.size == head.size:
            break
    if frontier.root() != head.root:
        return [Difference("history rewritten", where, "the first leaves give another root")]
    if head.size not in signed:
        return [Difference("checkpoint missing", where, "the tree fits, and no such checkpoint stands")]
    return []


@transaction.atomic
def raise_alarms(found: list[Difference]) -> list[Alarm]:
    """An alarm for each difference that has none open; that a new one was raised is an entry."""
    return [_alarm(one) for one in found]


def _alarm(one: Difference) -> Alarm:
    alarm, new = Alarm.objects.get_or_create(
        what=one.what, where=one.where, explained_at=None, defaults={"detail": one.detail}
    )
    if new:
        body = {"what": one.what, "where": one.where, "detail": one.detail}
        record(kind="ledger.alarm_raised", subject=alarm, actor=None, body=body, noticeable=False)
    return alarm
