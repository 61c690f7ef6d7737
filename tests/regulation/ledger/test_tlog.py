"""Notes, checkpoints, cosignatures, tiles and proofs: what is written is read back, and nothing else is."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from regulation.ledger.tlog import (
    COSIGNATURE_V1,
    ED25519,
    BadNote,
    Head,
    Note,
    Proof,
    Verifier,
    bundle,
    cosign,
    sign,
    tile_index,
    tile_path,
)

# The worked example of the note format: golang.org/x/mod/sumdb/note, key of PeterNeumann.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
WISDOM = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
SIGNED = f"{WISDOM}\n— PeterNeumann {SIGNATURE}\n"
KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
LOG = Verifier("log.example/qinqing", ED25519, KEY.public_key().public_bytes_raw())
WITNESS = Verifier("notary.example", COSIGNATURE_V1, OTHER.public_key().public_bytes_raw())
HEAD = Head("log.example/qinqing", 7, b"\x07" * 32)


def note() -> Note:
    text = HEAD.text()
    return Note(
        text, (sign(text, name=LOG.name, key=KEY), cosign(text, name=WITNESS.name, key=OTHER, when=9))
    )


def test_the_published_example_verifies_and_a_changed_one_does_not():
    verifier = Verifier.parse(NEUMANN)
    assert str(verifier) == NEUMANN
    assert Note.parse(SIGNED).signed_by(verifier) == 0
    assert str(Note.parse(SIGNED)) == SIGNED
    assert Note.parse(SIGNED.replace("problem is", "problem was")).signed_by(verifier) is None


def test_log_and_witness_sign_one_checkpoint():
    found = Note.parse(str(note()))
    assert (found.signed_by(LOG), found.signed_by(WITNESS)) == (0, 9)
    assert Head.parse(found.text) == HEAD
    assert Verifier.parse(str(WITNESS)) == WITNESS


def test_a_witness_signature_is_no_log_signature_and_another_time_does_not_verify():
    text = HEAD.text()
    as_log = Verifier(WITNESS.name, ED25519, WITNESS.public)
    assert note().signed_by(as_log) is None
    signature = cosign(text, name=WITNESS.name, key=OTHER, when=9)
    later = type(signature)(signature.name, signature.id, b"\0" * 7 + b"\x0a" + signature.body[8:])
    assert Note(text, (later,)).signed_by(WITNESS) is None


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x",
        "x\n",
        "x\n\n",
        "\n\n— a QQ==\n",
        "x\n\n— a QUFB\n",
        "x\n\na b\n",
        "x\r\n\n— a QUFBQUE=\n",
        "x\n\n— a+b QUFBQUE=\n",
    ],
)
def test_what_is_no_note_is_refused(source):
    with pytest.raises(BadNote):
        Note.parse(source)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\n01\nx\n",
        "a\n-1\nx\n",
        "\n1\nx\n",
        "a\n1\nAAAA\n",
        "a\n1\n" + "A" * 43 + "=",
        "a\n١\nx\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(BadNote):
        Head.parse(text)


@pytest.mark.parametrize(
    ("index", "width", "path"),
    [
        (0, 256, "tile/0/000"),
        (67, 256, "tile/0/067"),
        (1234067, 256, "tile/0/x001/x234/067"),
        (1, 3, "tile/0/001.p/3"),
        (1000, 255, "tile/0/x001/000.p/255"),
    ],
)
def test_tiles_have_the_paths_of_the_specification(index, width, path):
    assert tile_path(0, index, width) == path
    assert tile_index(path.removeprefix("tile/0/")) == (index, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0",
        "00",
        "0000",
        "001/002",
        "x001",
        "x1/000",
        "x000/001",
        "000.p/0",
        "000.p/256",
        "000.p/01",
        "000.p/",
        "٠٠٠",
        "-01",
        "000/",
    ],
)
def test_a_tile_has_one_spelling(path):
    with pytest.raises(BadNote):
        tile_index(path)


def test_an_entries_tile_tells_each_length():
    assert bundle([b"ab", b""]) == b"\0\x02ab\0\0"


@given(
    st.binary(max_size=90),
    st.integers(0, 2**60),
    st.lists(st.binary(min_size=32, max_size=32), max_size=5),
)
def test_a_proof_is_read_back_as_it_was_written(extra, index, hashes):
    proof = Proof(extra, index, tuple(hashes), str(note()))
    assert Proof.parse(str(proof)) == proof


@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(text):
    for read in (Note.parse, Head.parse, Proof.parse, Verifier.parse, tile_index):
        try:
            read(text)
        except BadNote:
            continue
