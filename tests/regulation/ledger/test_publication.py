"""The published tree: whoever has nothing but its addresses can rebuild it, and sees nothing beyond it."""

import datetime as dt
import struct

import pytest

from regulation.ledger import logkey
from regulation.ledger.merkle import Frontier, leaf_hash, root_of
from regulation.ledger.models import Checkpoint, LogKey
from regulation.ledger.operations import record
from regulation.ledger.publication import last_moment, next_moment, published, published_list
from regulation.ledger.tasks import integrate
from regulation.ledger.tlog import TILE_WIDTH, Head, Note, Verifier, tile_path
from tests.factories import world

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def grow(n: int) -> Checkpoint:
    about = world.entity()
    for i in range(n):
        record(kind="test.happened", subject=about, actor=None, body={"n": i})
    integrate()
    return Checkpoint.objects.order_by("-size")[0]


@pytest.fixture
def clock(monkeypatch):
    """Sets what the pages take for now."""

    def at(moment: dt.datetime) -> None:
        for module in ("machine", "receipts"):
            monkeypatch.setattr(f"regulation.ledger.views.{module}.database_now", lambda: moment)

    return at


def test_moments_are_multiples_of_the_period_and_half_open():
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    assert last_moment(at=noon) == noon
    assert next_moment(at=noon) == noon + HOUR
    assert last_moment(at=noon + dt.timedelta(minutes=59, seconds=59)) == noon


def signed_at(size: int, moment: dt.datetime) -> Checkpoint:
    return Checkpoint.objects.create(size=size, root=b"r" * 32, note=f"o\n{size}\nx\n\n", signed_at=moment)


def test_what_came_after_the_last_full_hour_is_not_published():
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    second = dt.timedelta(seconds=1)
    for size, moment in ((1, noon - HOUR - second), (2, noon - second), (3, noon), (4, noon + second)):
        signed_at(size, moment)
    signed_at(9, noon + 4 * HOUR)

    def size(at: dt.datetime) -> int | None:
        point = published(at=at)
        return point.size if point else None

    assert size(noon - 2 * HOUR) is None
    assert size(noon - second) == 1
    assert size(noon) == 3
    assert size(noon + HOUR - second) == 3, "the fourth waits for the full hour"
    assert size(noon + HOUR) == 4
    assert [p.size for p in published_list(at=noon + HOUR - second)] == [3, 1]
    assert [p.size for p in published_list(at=noon + 5 * HOUR)] == [9, 4, 3, 1]


def test_nothing_is_there_before_the_first_moment(client, clock):
    logkey.create()
    point = grow(3)
    clock(point.signed_at)
    for path in ("checkpoint", "tile/0/000.p/3", "tile/entries/000.p/3"):
        answer = client.get(f"/ledger/{path}")
        assert answer.status_code == 404
        assert answer["Cache-Control"] == "no-store"
    assert point.note.split("\n")[2] not in client.get("/en/verify/").content.decode()
    clock(next_moment(at=point.signed_at))
    assert point.note.split("\n")[2] in client.get("/en/verify/").content.decode()


def test_a_client_of_checkpoint_and_tiles_alone_rebuilds_and_verifies(client, clock):
    logkey.create()
    point = grow(300)
    clock(next_moment(at=point.signed_at))
    note = Note.parse(client.get("/ledger/checkpoint").content.decode())
    head = Head.parse(note.text)
    assert head.size == 300
    assert note.signed_by(Verifier.parse(LogKey.objects.get().verifier)) == 0
    hashes, data = b"", []
    for index in range(-(-head.size // TILE_WIDTH)):
        width = min(TILE_WIDTH, head.size - index * TILE_WIDTH)
        hashes += client.get(f"/ledger/{tile_path(0, index, width)}").content
        rest = client.get(f"/ledger/{tile_path('entries', index, width)}").content
        while rest:
            (length,) = struct.unpack(">H", rest[:2])
            data.append(rest[2 : 2 + length])
            rest = rest[2 + length :]
    assert hashes == b"".join(leaf_hash(one) for one in data)
    assert root_of(hashes[n : n + 32] for n in range(0, len(hashes), 32)) == head.root
    upper = client.get("/ledger/tile/1/000.p/1").content
    tail = [hashes[n : n + 32] for n in range(TILE_WIDTH * 32, len(hashes), 32)]
    frontier = Frontier(TILE_WIDTH, [upper])
    for one in tail:
        frontier.append(one)
    assert frontier.root() == head.root


@pytest.fixture
def partly(client, clock, monkeypatch):
    """300 leaves stand in the tree; 290 of them are published."""
    logkey.create()
    point = grow(290)
    grow(10)
    monkeypatch.setattr("regulation.ledger.publication.due", lambda *, at: point)
    return client


@pytest.mark.parametrize("level", ["0", "entries"])
def test_nothing_beyond_the_published_size_is_served(partly, level):
    status = {w: partly.get(f"/ledger/tile/{level}/001.p/{w}").status_code for w in (1, 33, 34, 35, 44)}
    assert status == {1: 200, 33: 200, 34: 200, 35: 404, 44: 404}
    assert partly.get(f"/ledger/tile/{level}/001").status_code == 404
    assert partly.get(f"/ledger/tile/{level}/000").status_code == 200
    assert len(partly.get("/ledger/tile/0/001.p/34").content) == 34 * 32
    assert partly.get("/ledger/checkpoint").content.decode().split("\n")[1] == "290"


OTHER_SPELLINGS = [
    "0/0",
    "0/1",
    "0/0000",
    "0/000.p/0",
    "0/000.p/256",
    "0/000.p/044",
    "0/000.p/-1",
    "0/000.p/٣",
    "0/x000/000",
    "0/x001/000",
    "0/%00",
    "0/000%00",
    "0/000/",
    "0/../0/000",
    "0/000.p/1/",
    "0/" + "x999/" * 7 + "999",
    "0/" + "x999/" * 1600 + "999",
    "00/000",
    "1/000",
    "2/000",
    "8/000",
    "64/000",
    "-1/000",
    "٠/000",
    "Entries/000",
    "entries/0",
    "data/000",
]


def test_a_tile_has_one_address(partly):
    answers = {path: partly.get(f"/ledger/tile/{path}").status_code for path in OTHER_SPELLINGS}
    assert set(answers.values()) == {404}, answers


def test_both_are_kept_by_caches_and_know_no_visitor(client, clock):
    logkey.create()
    point = grow(257)
    moment = next_moment(at=point.signed_at)
    clock(moment + dt.timedelta(minutes=50))
    client.force_login(world.user(), backend="django.contrib.auth.backends.ModelBackend")
    answers = {p: client.get(f"/ledger/{p}") for p in ("checkpoint", "tile/0/000", "tile/entries/001.p/1")}
    assert answers["checkpoint"]["Cache-Control"] == "public, max-age=600"
    assert answers["checkpoint"]["Content-Type"].startswith("text/plain")
    for answer in answers.values():
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
    for path in ("tile/0/000", "tile/entries/001.p/1"):
        assert answers[path]["Cache-Control"] == "public, immutable, max-age=31536000"
        assert answers[path]["Content-Type"] == "application/octet-stream"
    assert client.post("/ledger/checkpoint").status_code == 405


def test_the_page_cache_does_not_keep_them(client, clock, settings):
    settings.PAGE_CACHE_SECONDS = 60
    logkey.create()
    point = grow(2)
    clock(next_moment(at=point.signed_at))
    first = client.get("/ledger/checkpoint")["Cache-Control"]
    clock(next_moment(at=point.signed_at) + dt.timedelta(minutes=30))
    assert client.get("/ledger/checkpoint")["Cache-Control"] != first
