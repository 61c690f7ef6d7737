"""The record checked without the site: an export, the tiles, a range of checkpoints."""

import base64
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from regulation.ledger import logkey, merkle
from regulation.ledger.models import Checkpoint
from regulation.ledger.operations import record
from regulation.ledger.publication import next_moment
from regulation.ledger.tasks import integrate
from tests.factories import world
from tests.factories.logs import Log, tiles
from tests.factories.receipts import Signer
from tools import verify_receipt as tool

TOOL = Path(tool.__file__)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


LOG = Log()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 600), st.integers(1, 600))
def test_the_tool_proves_consistency_as_the_site_does(one, other):
    """Two implementations of RFC 9162, one of them from tiles; the verifier takes no other proof."""
    old, new = sorted((one, other))
    proof = tool.consistency_proof(old, new, tiles(LOG, new).root)
    assert proof == (merkle.consistency_proof(old, new, LOG.whole) if old < new else [])
    roots = [tool.Checkpoint.read(LOG.note(size)).root for size in (old, new)]
    tool.check_consistency(old, roots[0], new, roots[1], proof)
    for bad in ([*proof, b"\0" * 32], proof[:-1] if proof else [roots[0]]):
        with pytest.raises(tool.Refused):
            tool.check_consistency(old, roots[0], new, roots[1], bad)
    with pytest.raises(tool.Refused):
        tool.check_consistency(old, b"\0" * 32, new, roots[1], proof)
    with pytest.raises(tool.Refused):
        tool.check_consistency(old, roots[0], new, b"\0" * 32, proof)


@pytest.fixture
def saved(tmp_path) -> Path:
    """What somebody saved of a log of 600 leaves: its tiles, and four checkpoints."""
    LOG.shown = 600
    for path in ("tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(LOG.fetch(path))
    for size in (3, 256, 257, 600):
        (tmp_path / f"c{size}").write_text(LOG.note(size))
    return tmp_path


def test_a_range_of_checkpoints_is_one_history(saved):
    words = ["range", "c600", "c3", "c257", "c256", "--tiles", ".", "--log-key", LOG.signer.vkey]
    done = run(saved, *words)
    assert (done.returncode, done.stdout) == (0, "3 valid\n256 valid\n257 valid\n600 valid\n"), done.stderr
    assert run(saved, *words[:-2]).returncode == 2, "without a key signatures are not checked"


def test_a_checkpoint_of_another_history_is_told(saved):
    (saved / "c257").write_text(LOG.forked(100).note(257))
    done = run(saved, "range", "c3", "c257", "c600", "--tiles", ".", "--log-key", LOG.signer.vkey)
    assert (done.returncode, done.stdout.split()[1]) == (1, "valid")
    assert "257 inclusion" in done.stdout
    (saved / "c3").write_text(LOG.forked(1).note(3))
    assert "3 inclusion" in run(saved, "range", "c3", "--tiles", ".").stdout
    (saved / "tile/0/001").unlink()
    done = run(saved, "range", "c257", "c600", "--tiles", ".")
    assert (done.returncode, "tile/0/001" in done.stderr) == (1, True)


def test_it_needs_tiles_and_reads_keys_and_rotations(saved):
    assert run(saved, "range", "c3").returncode == 2
    assert run(saved, "range", "c3", "--tiles", ".", "--log-key", "x").returncode == 1
    assert run(saved, "range", "nothing", "--tiles", ".").returncode == 1
    log = Log(signer=Signer(LOG.signer.name, 1))
    first = log.signer
    log.rotate(256)
    (saved / "rotations").write_bytes(log.fetch("rotations"))
    for size, signer in ((3, first), (600, log.signer)):
        (saved / f"c{size}").write_text(log.note(size, signer))
    words = ["range", "c3", "c600", "--tiles", ".", "--log-key", first.vkey]
    assert "600 signature" in run(saved, *words).stdout
    assert run(saved, *words, "--rotations", "rotations").returncode == 0
    (saved / "c600").write_text(log.note(600, first))
    assert "600 retired" in run(saved, *words, "--rotations", "rotations").stdout


@pytest.fixture
def published(db, monkeypatch) -> Checkpoint:
    logkey.create()
    about = world.entity()
    for n in range(300):
        record(kind="test.happened", subject=about, actor=None, body={"n": n, "词": "句"})
    integrate()
    point = Checkpoint.objects.get()
    moment = next_moment(at=point.signed_at)
    for module in ("management.commands.ledger_export", "views.machine"):
        __import__(f"regulation.ledger.{module}")
        monkeypatch.setattr(f"regulation.ledger.{module}.database_now", lambda: moment)
    return point


@pytest.mark.parametrize("words", [[], ["--commitments"]], ids=["whole", "commitments"])
def test_a_whole_export_is_checked_offline(published, tmp_path, words):
    out = StringIO()
    call_command("ledger_export", str(tmp_path / "record"), *words, stdout=out)
    assert f"{published.size} leaves" in out.getvalue()
    lines = (tmp_path / "record").read_text().splitlines()
    assert len(lines) == published.size
    assert all((" content " in line) is not words for line in lines) or words
    key = ["--log-key", str(logkey.verifier_of(logkey.read()))]
    check = ["export", "record", "record.checkpoint", *key]
    assert run(tmp_path, *check).returncode == 0
    lines[7], lines[8] = lines[8], lines[7]
    (tmp_path / "record").write_text("\n".join(lines) + "\n")
    assert "inclusion" in run(tmp_path, *check).stdout
    with pytest.raises(CommandError, match="exists already"):
        call_command("ledger_export", str(tmp_path / "record"), stdout=out)


@pytest.mark.parametrize(("word", "code"), [(2, "body"), (3, "body"), (5, "body"), (6, "body"), (0, "body")])
def test_what_an_export_discloses_is_held_against_its_leaf(published, tmp_path, word, code):
    call_command("ledger_export", str(tmp_path / "record"), stdout=StringIO())
    lines = (tmp_path / "record").read_text().splitlines()
    words, other = lines[40].split(" "), lines[41].split(" ")
    words[word] = other[word]
    lines[40] = " ".join(words)
    (tmp_path / "record").write_text("\n".join(lines) + "\n")
    done = run(tmp_path, "export", "record", "record.checkpoint")
    assert (done.returncode, "line 41" in done.stderr, code in done.stderr) == (1, True, True), done.stderr


def test_the_public_part_is_checked_from_saved_tiles(published, client, tmp_path):
    for path in ("checkpoint", "tile/entries/000", f"tile/entries/001.p/{published.size - 256}"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(client.get(f"/ledger/{path}").content)
    words = ["export", "checkpoint", "--tiles", ".", "--log-key", str(logkey.verifier_of(logkey.read()))]
    done = run(tmp_path, *words)
    assert (done.returncode, done.stdout) == (0, f"{published.size} valid\n"), done.stderr
    tile = tmp_path / "tile/entries/000"
    tile.write_bytes(tile.read_bytes()[:-1] + b"\0")
    assert run(tmp_path, *words).returncode == 1


@pytest.mark.django_db
def test_there_is_no_export_before_a_checkpoint_is_published(tmp_path):
    with pytest.raises(CommandError, match="No checkpoint"):
        call_command("ledger_export", str(tmp_path / "record"))
    assert not (tmp_path / "record").exists()


def test_base64_has_one_spelling_in_an_export():
    leaf = base64.b64encode(b"\1" * 32).decode()
    assert tool.leaf_of_line(leaf) == b"\1" * 32
    for bad in (leaf[:-1], leaf + "=", f" {leaf}", f"{leaf} ", f"{leaf} header", leaf.replace("=", "")):
        with pytest.raises(tool.Refused):
            tool.leaf_of_line(bad)
