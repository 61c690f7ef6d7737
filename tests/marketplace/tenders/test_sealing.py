"""Sealed means sealed: same size, one key, one tender, one tenderer."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.tenders import sealing
from marketplace.tenders.sealing import Malformed, PlainBid, Unreadable, public_half, seal, unseal

KEY = bytes(range(32))
BOUND = {"tender": "tenders.tender/t-1", "tenderer": "parties.entity/7"}
BID = PlainBid(Decimal("19600.00"), 20, "现场踏勘一次")


def sealed(bid: PlainBid = BID, **bound: str) -> bytes:
    return seal(bid, public_key=public_half(KEY), **BOUND | bound)


def test_what_was_sealed_comes_back():
    assert unseal(sealed(), private_key=KEY, **BOUND) == BID


def test_the_envelope_does_not_hold_the_bid_in_the_clear():
    assert b"19600" not in sealed()


@given(
    st.decimals("0.01", "9999999999.99", places=2),
    st.integers(1, 3650),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=300),
)
def test_every_envelope_has_the_same_size_and_opens(price, days, note):
    bid = PlainBid(price, days, note)
    envelope = sealed(bid)
    assert len(envelope) == len(sealed())
    assert unseal(envelope, private_key=KEY, **BOUND) == bid


def test_the_same_bid_twice_gives_two_envelopes():
    assert sealed() != sealed()


@pytest.mark.parametrize("bound", [{"tender": "tenders.tender/t-2"}, {"tenderer": "parties.entity/8"}])
def test_a_copied_envelope_does_not_open_elsewhere(bound):
    with pytest.raises(Unreadable):
        unseal(sealed(), private_key=KEY, **BOUND | bound)


def test_another_key_does_not_open_it():
    with pytest.raises(Unreadable):
        unseal(sealed(), private_key=bytes(32)[:-1] + b"\1", **BOUND)


@pytest.mark.parametrize(
    "damage", [lambda e: e[:-1], lambda e: bytes([e[0] ^ 1]) + e[1:], lambda e: b"", lambda e: b"x"]
)
def test_a_damaged_envelope_is_unreadable(damage):
    with pytest.raises(Unreadable):
        unseal(damage(sealed()), private_key=KEY, **BOUND)


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b"[]",
        b"{}",
        {"price": "-1", "days": 1, "note": ""},
        {"price": "0", "days": 1, "note": ""},
        {"price": "NaN", "days": 1, "note": ""},
        {"price": "Infinity", "days": 1, "note": ""},
        {"price": "1.001", "days": 1, "note": ""},
        {"price": "1e30", "days": 1, "note": ""},
        {"price": "1", "days": 0, "note": ""},
        {"price": "1", "days": True, "note": ""},
        {"price": "1", "days": "1", "note": ""},
        {"price": "1", "days": 1, "note": "\0"},
        {"price": "1", "days": 1, "note": None},
        {"price": None, "days": 1, "note": ""},
    ],
)
def test_what_is_not_a_bid_is_malformed(content):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    padded = (len(body).to_bytes(4, "big") + body).ljust(sealing.PADDED_SIZE, b"\0")
    key = sealing.X25519PublicKey.from_public_bytes(public_half(KEY))
    envelope = sealing._SUITE.encrypt(padded, key, info=sealing._info(BOUND["tender"], BOUND["tenderer"]))
    with pytest.raises(Malformed):
        unseal(envelope, private_key=KEY, **BOUND)


def test_a_length_beyond_the_envelope_is_malformed():
    padded = b"\xff\xff\xff\xff".ljust(sealing.PADDED_SIZE, b"\0")
    key = sealing.X25519PublicKey.from_public_bytes(public_half(KEY))
    envelope = sealing._SUITE.encrypt(padded, key, info=sealing._info(BOUND["tender"], BOUND["tenderer"]))
    with pytest.raises(Malformed):
        unseal(envelope, private_key=KEY, **BOUND)


def test_a_bid_too_long_for_an_envelope_is_refused_before_sealing():
    with pytest.raises(ValueError, match="longer"):
        sealed(PlainBid(Decimal(1), 1, "x" * sealing.PADDED_SIZE))
