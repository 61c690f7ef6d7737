"""Shamir's secret sharing, byte by byte over GF(256) with the polynomial of AES (0x11b). Pure."""

from collections.abc import Mapping, Sequence


def _multiply(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


_TIMES = [bytes(_multiply(factor, value) for value in range(256)) for factor in range(256)]
_INVERSE = [0, *(next(b for b in range(1, 256) if _TIMES[a][b] == 1) for a in range(1, 256))]


def _add(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


def split(secret: bytes, *, coefficients: Sequence[bytes], shares: int) -> list[bytes]:
    """The shares at x = 1 … `shares`; one more than there are coefficients recover the secret.

    Each coefficient is as long as the secret and has to be uniformly random: fewer shares than needed then
    say nothing at all about the secret.
    """
    if not 0 < len(coefficients) < shares < 256 or any(len(c) != len(secret) for c in coefficients):
        raise ValueError("shares, coefficients and secret do not fit each other")
    made = []
    for x in range(1, shares + 1):
        value = bytes(len(secret))
        for coefficient in reversed(coefficients):
            value = _add(value, coefficient).translate(_TIMES[x])
        made.append(_add(value, secret))
    return made


def value_at(x: int, points: Mapping[int, bytes]) -> bytes:
    """The polynomial through these points at `x`; at 0 it is the secret."""
    total = bytes(len(next(iter(points.values()))))
    for at, value in points.items():
        weight = 1
        for other in points:
            if other != at:
                weight = _TIMES[weight][_TIMES[x ^ other][_INVERSE[at ^ other]]]
        total = _add(total, value.translate(_TIMES[weight]))
    return total
