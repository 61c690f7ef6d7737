"""The worked example in docs/ledger.md holds: every value is computed again from the others."""

import datetime as dt
import hashlib
import json
import re
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from regulation.ledger.leaves import header, leaf_data
from regulation.ledger.merkle import leaf_hash, root_of, verify_inclusion
from regulation.ledger.tlog import (
    ED25519,
    PLANNED,
    Head,
    Note,
    Proof,
    Turn,
    Verifier,
    bundle,
    cosign,
    sign,
    tile_path,
)
from tools.verify_receipt import Key, check_receipt, follow

DOCUMENT = Path(__file__).parents[3] / "docs" / "ledger.md"


@pytest.fixture(scope="module")
def blocks() -> dict[str, str]:
    found = re.findall(r"^```text ([^\n]+)\n(.*?)\n```$", DOCUMENT.read_text(encoding="utf-8"), re.M | re.S)
    return dict(found)


@pytest.fixture(scope="module")
def entries(blocks) -> list[dict[str, str]]:
    made = [blocks[f"entry {n}"].splitlines() for n in range(3)]
    return [dict(line.split(" ", 1) for line in lines) for lines in made]


def test_each_entry_leads_to_its_leaf(entries):
    for entry in entries:
        for name in ("body", "header"):
            assert rfc8785.dumps(json.loads(entry[name])) == entry[name].encode()
        salt, body = bytes.fromhex(entry["salt"]), entry["body"].encode()
        assert hashlib.sha256(salt + body).hexdigest() == entry["commitment"]
        assert json.loads(entry["header"])["content"] == entry["commitment"]
        data = leaf_data(bytes.fromhex(entry["header-salt"]), entry["header"].encode())
        assert data.hex() == entry["leaf-data"]
        assert leaf_hash(data).hex() == entry["leaf-hash"]


def test_the_tiles_are_those_of_the_leaves(blocks, entries):
    assert blocks["tile 0/000.p/3"] == "".join(entry["leaf-hash"] for entry in entries)
    data = [bytes.fromhex(entry["leaf-data"]) for entry in entries]
    assert blocks["tile entries/000.p/3"] == bundle(data).hex()
    assert {f"tile {level}/000.p/3" for level in ("0", "entries")} < set(blocks)
    assert tile_path("entries", 0, 3) == "tile/entries/000.p/3"
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"


def keys(blocks) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in blocks["keys"].splitlines())


def test_the_checkpoint_says_the_root_and_both_signed_it(blocks, entries):
    note = Note.parse(blocks["checkpoint"] + "\n")
    head = Head.parse(note.text)
    assert (head.size, head.root) == (3, root_of(bytes.fromhex(entry["leaf-hash"]) for entry in entries))
    log, witness = (Verifier.parse(keys(blocks)[name]) for name in ("log", "witness"))
    when = note.signed_by(witness)
    assert note.signed_by(log) == 0
    assert when
    mine = [Ed25519PrivateKey.from_private_bytes(bytes(range(n, n + 32))) for n in (0, 32)]
    signatures = (
        sign(note.text, name=log.name, key=mine[0]),
        cosign(note.text, name=witness.name, key=mine[1], when=when),
    )
    assert str(Note(note.text, signatures)) == blocks["checkpoint"] + "\n"


def test_the_rotation_is_a_checkpoint_of_the_log_that_leads_to_its_next_key(blocks):
    note = blocks["rotation"] + "\n"
    mine = [Ed25519PrivateKey.from_private_bytes(bytes(range(n, n + 32))) for n in (0, 64)]
    log = Verifier.parse(keys(blocks)["log"])
    new = Verifier(log.name, ED25519, mine[1].public_key().public_bytes_raw())
    head = Head.parse(Note.parse(blocks["checkpoint"] + "\n").text)
    text = Turn(head, PLANNED, log, new).text()
    assert str(Note(text, tuple(sign(text, name=log.name, key=key) for key in mine))) == note
    assert Head.parse(text) == head
    assert [str(key) for key in follow([Key.read(str(log))], [note])] == [f"{log}@3", str(new)]


def test_the_receipt_is_of_the_first_entry_and_verifies(blocks, entries):
    text = blocks["receipt"] + "\n"
    proof = Proof.parse(text)
    assert proof.extra.decode() == blocks["extra"]
    assert proof.checkpoint == blocks["checkpoint"] + "\n"
    head = Head.parse(Note.parse(proof.checkpoint).text)
    leaf = bytes.fromhex(entries[0]["leaf-hash"])
    verify_inclusion(leaf=leaf, index=0, size=head.size, proof=proof.hashes, root=head.root)
    log, witness = (Key.read(keys(blocks)[name]) for name in ("log", "witness"))
    assert check_receipt(text, [log], [witness], 1).code == "valid"
    assert check_receipt(text.replace("index 0", "index 1"), [log], [witness], 1).code != "valid"


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.none() | st.integers(0, 2**53 - 1),
    st.datetimes(timezones=st.timezones()),
    st.binary(min_size=32, max_size=32),
)
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_a_header_is_what_the_canonical_serialiser_makes(kind, subject, actor, recorded_at, commitment):
    assume(2 < recorded_at.year < 9998)
    value = {
        "v": 1,
        "kind": kind,
        "subject": subject,
        "actor": actor,
        "recorded_at": recorded_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "content": commitment.hex(),
    }
    assert header(kind, subject, actor, recorded_at, commitment) == rfc8785.dumps(value)
