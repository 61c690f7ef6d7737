"""The published vectors of suite QQ2 (docs/sealing-vectors.json), made and opened here."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest

from marketplace.tenders.sealing import (
    SUITE_ID,
    Attached,
    Key,
    PlainBid,
    Unreadable,
    attachments,
    context_of,
    envelope,
    open_share,
    public_half,
    read_header,
    seal,
    unseal,
)

SAID = json.loads((Path(__file__).parents[3] / "docs" / "sealing-vectors.json").read_text())
PLACE = {"tender": SAID["tender"], "tenderer": SAID["tenderer"]}
SEED = bytes.fromhex(SAID["seed"])
BID = PlainBid(
    Decimal(SAID["bid"]["price"]),
    SAID["bid"]["days"],
    SAID["bid"]["note"],
    tuple(Attached(**file) for file in SAID["bid"]["files"]),
)
TRUSTEES = [Key(bytes.fromhex(public)) for public in SAID["public"]]


def sealed() -> bytes:
    coefficients = [bytes.fromhex(each) for each in SAID["coefficients"]]
    given = {"trustees": TRUSTEES, "needed": SAID["needed"], "seed": SEED, "coefficients": coefficients}
    return seal(BID, **given, **PLACE)


def test_the_envelope_is_the_published_one():
    sent = sealed()
    assert SAID["suite"] == SUITE_ID
    assert [public_half(bytes.fromhex(each)).hex() for each in SAID["private"]] == SAID["public"]
    assert context_of(**PLACE).hex() == SAID["context"]
    assert sent[:425].hex() == SAID["header"]
    assert (len(sent), hashlib.sha256(sent).hexdigest()) == (SAID["envelope_size"], SAID["envelope_sha256"])


def test_the_derived_keys_and_shares_are_the_published_ones():
    context, header = context_of(**PLACE), read_header(sealed())
    assert envelope.derived(SEED, b"content", context).hex() == SAID["content_key"]
    made = [envelope.derived(SEED, b"ephemeral", context, bytes([x])).hex() for x in (1, 2, 3)]
    assert made == SAID["ephemeral"]
    private = [bytes.fromhex(each) for each in SAID["private"]]
    opened = [
        open_share(box, context=context, private_key=key)
        for box, key in zip(header.boxes, private, strict=True)
    ]
    assert [share.hex() for share in opened if share] == SAID["shares"]
    shares = {2: bytes.fromhex(SAID["shares"][1]), 3: bytes.fromhex(SAID["shares"][2])}
    assert unseal(sealed(), shares=shares, trustees=TRUSTEES, **PLACE).bid == BID


def content() -> bytes:
    return bytes.fromhex(SAID["file"]["content_unit"]) * SAID["file"]["content_times"]


def chunks_of(plain: bytes, *pieces: bytes) -> list[bytes]:
    given = {"seed": SEED, "context": context_of(**PLACE), "file": SAID["file"]["id"]}
    return list(attachments.seal_chunks(pieces or [plain], len(plain), **given))


def opened(chunks: list[bytes], count: int) -> bytes:
    given = {"seed": SEED, "context": context_of(**PLACE), "file": SAID["file"]["id"]}
    return b"".join(attachments.open_chunks(chunks, count, **given))


def test_the_file_is_the_published_one_and_opens():
    chunks = chunks_of(content())
    assert len(chunks) == SAID["file"]["chunks"]
    digest = attachments.digest_of(hashlib.sha256(chunk).digest() for chunk in chunks)
    assert digest == SAID["file"]["sha256"] == BID.files[0].sha256
    assert opened(chunks, len(chunks)) == content()


@pytest.mark.parametrize("size", [0, 1, attachments.CHUNK - 9, attachments.CHUNK - 8, attachments.CHUNK - 7])
def test_a_file_of_any_size_comes_back_and_has_the_length_of_its_class(size):
    plain = bytes(n % 251 for n in range(1000)) * (size // 1000 + 1)
    plain = plain[:size]
    chunks = chunks_of(plain, plain[: size // 3], plain[size // 3 :])
    assert {len(chunk) for chunk in chunks} == {attachments.SEALED_CHUNK}
    assert len(chunks) == attachments.chunks_for(size) == (1 if size + 8 <= attachments.CHUNK else 2)
    assert opened(chunks, len(chunks)) == plain


def test_no_chunk_can_be_left_out_moved_added_or_changed():
    plain = b"x" * (2 * attachments.CHUNK)  # four chunks
    chunks = chunks_of(plain)
    changed = chunks[0][:-1] + bytes([chunks[0][-1] ^ 1])
    for wrong in (chunks[:3], chunks[::-1], [*chunks, chunks[0]], [changed, *chunks[1:]], []):
        with pytest.raises(Unreadable):
            opened(wrong, 4)
    with pytest.raises(Unreadable):
        opened(chunks[:3], 3)
    with pytest.raises(Unreadable):
        opened(chunks[:2], 2)


def test_a_file_too_large_for_the_last_class_is_refused():
    assert attachments.chunks_for(attachments.LARGEST) == 200
    with pytest.raises(ValueError, match="200 MB"):
        attachments.chunks_for(attachments.LARGEST + 1)


@pytest.mark.parametrize("said", [5, 7])
def test_a_file_that_changes_while_it_is_read_is_not_sealed(said):
    given = {"seed": SEED, "context": context_of(**PLACE), "file": SAID["file"]["id"]}
    with pytest.raises(ValueError, match="changed"):
        list(attachments.seal_chunks([b"123456"], said, **given))
