"""Sealed means sealed: same size, any two of three trustees, one tender, one tenderer."""

import itertools
import json
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives import hpke as library
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.tenders.sealing import (
    PADDED_SIZE,
    Attached,
    Key,
    Malformed,
    PlainBid,
    Unreadable,
    bid,
    envelope,
    envelope_size,
    hpke,
    new_private_key,
    open_share,
    public_half,
    read_header,
    seal,
    shamir,
    unseal,
)

PRIVATE = [new_private_key() for _ in range(3)]
TRUSTEES = [Key(public_half(private)) for private in PRIVATE]
BOUND = {"tender": "tenders.tender/t-1", "tenderer": "parties.entity/7"}
BID = PlainBid(Decimal("19600.00"), 20, "现场踏勘一次", (Attached("0" * 32, "方案.pdf", 12, "a" * 64),))
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=bid.NOTE_LIMIT)
PAIRS = list(itertools.combinations((1, 2, 3), 2))


def sealed(plain: PlainBid = BID, **bound: str) -> bytes:
    return seal(plain, trustees=TRUSTEES, needed=2, **BOUND | bound)


def shares_of(sent: bytes) -> dict[int, bytes]:
    """What each honest trustee gets out of its box."""
    header = read_header(sent)
    opened = {
        box.x: open_share(box, context=header.context, private_key=PRIVATE[box.x - 1]) for box in header.boxes
    }
    return {x: share for x, share in opened.items() if share is not None}


def opened(sent: bytes, *which: int, **bound: str) -> PlainBid:
    shares = shares_of(sent)
    given_ = {x: shares[x] for x in which or shares if x in shares}
    return unseal(sent, shares=given_, trustees=TRUSTEES, **BOUND | bound).bid


def verdicts(sent: bytes) -> set[str]:
    """What every pair of honest trustees arrives at."""
    found = set()
    for pair in PAIRS:
        try:
            opened(sent, *pair)
            found.add("opens")
        except (Unreadable, Malformed) as refusal:
            found.add(type(refusal).__name__)
    return found


@pytest.mark.parametrize("pair", PAIRS)
def test_any_two_trustees_open_what_was_sealed(pair):
    assert opened(sealed(), *pair) == BID


def test_one_trustee_alone_opens_nothing():
    sent = sealed()
    for x in (1, 2, 3):
        with pytest.raises(Unreadable):
            opened(sent, x)


def test_one_share_fits_every_seed():
    """Whatever the seed, there is a coefficient that gives this very share: it says nothing."""
    share = shamir.split(b"\x07" * 32, coefficients=[b"\x55" * 32], shares=3)[0]
    for seed in (bytes(32), b"\xff" * 32, b"\x07" * 32):
        coefficient = bytes(a ^ b for a, b in zip(seed, share, strict=True))  # at x = 1
        assert shamir.split(seed, coefficients=[coefficient], shares=3)[0] == share


@given(st.binary(min_size=1, max_size=64), st.integers(2, 6), st.integers(0, 3), st.randoms())
def test_as_many_shares_as_needed_recover_the_secret(secret, needed, more, chance):
    coefficients = [chance.randbytes(len(secret)) for _ in range(needed - 1)]
    shares = shamir.split(secret, coefficients=coefficients, shares=needed + more)
    points = dict(chance.sample(list(enumerate(shares, start=1)), needed))
    assert shamir.value_at(0, points) == secret
    assert [shamir.value_at(x, points) for x in range(1, needed + more + 1)] == shares


@settings(max_examples=40)
@given(st.decimals("0.01", "9999999999.99", places=2), st.integers(1, 3650), TEXT)
def test_every_envelope_has_the_same_size_and_opens(price, days, note):
    plain = PlainBid(price, days, note)
    sent = sealed(plain, tenderer=f"parties.entity/{days}")
    assert len(sent) == envelope_size(3)
    assert opened(sent, 1, 3, tenderer=f"parties.entity/{days}") == plain


def test_the_envelope_holds_neither_the_bid_nor_its_place_in_the_clear():
    sent = sealed()
    assert not any(word in sent for word in (b"19600", b"price", b"t-1", b"entity", "踏勘".encode()))


def test_the_same_bid_twice_gives_two_envelopes():
    assert sealed() != sealed()


@pytest.mark.parametrize("bound", [{"tender": "tenders.tender/t-2"}, {"tenderer": "parties.entity/8"}])
def test_a_copied_envelope_does_not_open_elsewhere(bound):
    sent = sealed()
    with pytest.raises(Unreadable):
        opened(sent, **bound)
    header = read_header(sent)
    elsewhere = envelope.context_of(**BOUND | bound)
    assert all(
        open_share(box, context=elsewhere, private_key=PRIVATE[box.x - 1]) is None for box in header.boxes
    )


def test_a_copied_envelope_with_its_context_rewritten_does_not_open_either():
    sent = sealed()
    other = envelope.context_of(tender=BOUND["tender"], tenderer="parties.entity/8")
    forged = sent[:6] + other + sent[38:]
    assert shares_of(forged) == {}
    with pytest.raises(Unreadable):
        unseal(forged, shares=shares_of(sent), trustees=TRUSTEES, **BOUND | {"tenderer": "parties.entity/8"})


def test_what_seals_a_box_here_the_library_opens_and_the_reverse():
    """Our HPKE, whose ephemeral key is given, against the one of `cryptography`."""
    suite = library.Suite(library.KEM.X25519, library.KDF.HKDF_SHA256, library.AEAD.AES_256_GCM)
    private = X25519PrivateKey.from_private_bytes(PRIVATE[0])
    enc, box = hpke.seal(b"share", to=TRUSTEES[0].public, info=b"place", ephemeral=new_private_key())
    assert suite.decrypt(enc + box, private, info=b"place") == b"share"
    made = suite.encrypt(b"share", private.public_key(), info=b"place")
    assert hpke.unseal(made[:32], made[32:], private_key=PRIVATE[0], info=b"place") == b"share"
    assert hpke.unseal(made[:32], made[32:], private_key=PRIVATE[0], info=b"elsewhere") is None


@pytest.mark.parametrize("at", [0, 4, 5, 6, 40, 54, 55, 60, 90, 120, 200, 330, 424, 425, 9000, -1])
def test_a_changed_byte_anywhere_gives_the_same_verdict_whichever_two_open(at):
    sent = bytearray(sealed())
    sent[at] ^= 1
    assert verdicts(bytes(sent)) == {"Unreadable"}


@settings(max_examples=60)
@given(st.integers(0, envelope_size(3) - 1), st.integers(1, 255))
def test_no_change_makes_the_verdict_depend_on_who_comes(at, flip):
    sent = bytearray(sealed())
    sent[at] ^= flip
    assert len(verdicts(bytes(sent))) == 1


def test_a_bidder_cannot_have_two_bids_in_one_envelope():
    """Shares of two polynomials, each with its hash and its box: whoever opens, it is void."""
    seeds = [b"\x01" * 32, b"\x02" * 32]
    context = envelope.context_of(**BOUND)
    shares = [shamir.split(seed, coefficients=[b"\x03" * 32], shares=3) for seed in seeds]
    mixed = [shares[0][0], shares[0][1], shares[1][2]]
    keys = [key.public for key in TRUSTEES]
    header = envelope._header(seeds[0], mixed, needed=2, context=context, trustees=keys)
    key = envelope.derived(seeds[0], b"content", context)
    sent = header + AESGCM(key).encrypt(bytes(12), bid.padded(BID), header)
    assert sorted(shares_of(sent)) == [1, 2, 3]
    assert verdicts(sent) == {"Unreadable"}


def test_a_box_that_holds_rubbish_voids_the_bid_for_every_pair():
    """The two whose boxes are good make the third once more and see that it is not what was sent."""
    sent = bytearray(sealed())
    box = 38 + 2 * 129 + 81
    sent[box : box + 48] = bytes(48)
    good = {x: share for x, share in shares_of(bytes(sent)).items() if x != 3}
    assert sorted(good) == [1, 2]
    with pytest.raises(Unreadable):
        unseal(bytes(sent), shares=good, trustees=TRUSTEES, **BOUND)


def test_another_trustee_does_not_open_it():
    sent = sealed()
    header = read_header(sent)
    assert open_share(header.boxes[0], context=header.context, private_key=PRIVATE[1]) is None
    with pytest.raises(Unreadable):
        unseal(sent, shares=shares_of(sent), trustees=TRUSTEES[::-1], **BOUND)


def test_a_share_nobody_sealed_counts_for_nothing():
    sent = sealed()
    shares = shares_of(sent)
    with pytest.raises(Unreadable):
        unseal(sent, shares={1: shares[1], 2: bytes(32)}, trustees=TRUSTEES, **BOUND)
    assert unseal(sent, shares=shares | {2: bytes(32)}, trustees=TRUSTEES, **BOUND).bid == BID


@pytest.mark.parametrize("damage", [lambda e: e[:-1], lambda e: e + b"\0", lambda e: b"", lambda e: b"x"])
def test_an_envelope_of_another_length_is_unreadable(damage):
    with pytest.raises(Unreadable):
        read_header(damage(sealed()))


FILE = {"id": "0" * 32, "name": "a.pdf", "size": 1, "sha256": "a" * 64}


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b"[]",
        b"{}",
        b"[" * 9000,
        {"price": "-1", "days": 1, "note": ""},
        {"price": "0", "days": 1, "note": ""},
        {"price": "NaN", "days": 1, "note": ""},
        {"price": "Infinity", "days": 1, "note": ""},
        {"price": "1.001", "days": 1, "note": ""},
        {"price": "1e30", "days": 1, "note": ""},
        {"price": 1, "days": 1, "note": ""},
        {"price": "1", "days": 0, "note": ""},
        {"price": "1", "days": True, "note": ""},
        {"price": "1", "days": "1", "note": ""},
        {"price": "1", "days": 1, "note": "\0"},
        {"price": "1", "days": 1, "note": "\ud800"},
        {"price": "1", "days": 1, "note": None},
        {"price": None, "days": 1, "note": ""},
        {"price": "1", "days": 1, "note": "", "files": 1},
        {"price": "1", "days": 1, "note": "", "files": ["x"]},
        {"price": "1", "days": 1, "note": "", "files": [FILE, FILE]},
        {"price": "1", "days": 1, "note": "", "files": [FILE | {"id": "../x"}]},
        {"price": "1", "days": 1, "note": "", "files": [FILE | {"size": -1}]},
        {"price": "1", "days": 1, "note": "", "files": [FILE | {"name": ""}]},
    ],
)
def test_what_is_not_a_bid_is_malformed(content, monkeypatch):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    raw = (len(body).to_bytes(4, "big") + body).ljust(PADDED_SIZE, b"\0")
    monkeypatch.setattr(envelope, "padded", lambda _bid: raw)
    assert verdicts(sealed()) == {"Malformed"}


def test_a_length_beyond_the_envelope_is_malformed(monkeypatch):
    monkeypatch.setattr(envelope, "padded", lambda _bid: b"\xff\xff\xff\xff".ljust(PADDED_SIZE, b"\0"))
    assert verdicts(sealed()) == {"Malformed"}


def test_a_bid_too_long_for_an_envelope_is_refused_before_sealing():
    with pytest.raises(ValueError, match="longer"):
        sealed(PlainBid(Decimal(1), 1, "x" * PADDED_SIZE))


def test_the_longest_bid_fits():
    files = tuple(Attached(f"{n:032x}", "\x01" * bid.NAME_LIMIT, 209_715_192, "a" * 64) for n in range(5))
    sent = sealed(PlainBid(Decimal("9999999999.99"), 3650, "\x01" * bid.NOTE_LIMIT, files))
    assert len(sent) == envelope_size(3)
