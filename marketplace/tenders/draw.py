"""A draw that anyone can repeat: the structure of RFC 3797 with SHA-256 and rejection sampling.

Pure. docs/choosing.md has the definition; SCRIPT repeats a draw without this module.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

FORMAT = "qinqing-draw-v1"
SPACE = 2**256
SECRET = re.compile(r"[0-9a-f]{64}")
PLAIN = re.compile(r"[0-9a-z][0-9a-z .,:+/-]{0,199}")


class Unusable(ValueError):
    """An input that a draw cannot take; the message says which."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that decides a draw. `secrets` are (trustee, value as 64 hexadecimal digits, commitment)."""

    tender: str
    number: int
    candidates: tuple[str, ...]
    public_value: str
    secrets: tuple[tuple[str, str, str], ...]


def frozen_list(names: Sequence[str]) -> tuple[str, ...]:
    """The list in its one order: sorted by code point. Raises Unusable for an empty or a double name."""
    ordered = tuple(sorted(names))
    if not ordered or len(set(ordered)) < len(ordered) or any(not n or "\n" in n for n in ordered):
        raise Unusable("candidates")
    return ordered


def list_digest(candidates: Sequence[str]) -> str:
    """SHA-256 of the names, one a line, in hex."""
    return hashlib.sha256("\n".join(candidates).encode()).hexdigest()


def plain_value(typed: str) -> str:
    """A public value in its one spelling: full-width made narrow, small letters, single blanks.

    Raises Unusable for what is no short line of digits and Latin letters.
    """
    value = " ".join(unicodedata.normalize("NFKC", typed).lower().split())
    if not PLAIN.fullmatch(value):
        raise Unusable("public_value")
    return value


def commitment(*, tender: str, number: int, trustee: str, secret: str) -> str:
    """What a trustee publishes before the freeze: SHA-256 over its secret and what it is for."""
    if not SECRET.fullmatch(secret):
        raise Unusable("secret")
    lines = [f"{FORMAT} secret", tender, str(number), trustee, secret]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def key(inputs: Inputs) -> bytes:
    """All sources in a fixed order, one a line (RFC 3797, section 4)."""
    secrets = sorted(f"{trustee} {secret}" for trustee, secret, _committed in inputs.secrets)
    head = [FORMAT, inputs.tender, str(inputs.number), list_digest(inputs.candidates), inputs.public_value]
    return "\n".join([*head, *secrets]).encode()


def numbers(of: bytes, pick: int) -> Iterator[int]:
    """The numbers of one pick: below 2^256, one an attempt."""
    for attempt in count():
        mark = pick.to_bytes(4, "big") + attempt.to_bytes(4, "big")
        yield int.from_bytes(hashlib.sha256(mark + of + mark).digest(), "big")


def below(size: int, stream: Iterator[int], *, space: int = SPACE) -> int:
    """A place below `size`, each as likely as the other: numbers of the last, shorter round are rejected."""
    limit = space // size * size
    return next(number for number in stream if number < limit) % size


def draw(inputs: Inputs, *, stream: Callable[[bytes, int], Iterator[int]] = numbers) -> list[str]:
    """The candidates in the order drawn. Raises Unusable for inputs that do not hold together."""
    left = list(inputs.candidates)
    if tuple(left) != frozen_list(left) or not inputs.secrets:
        raise Unusable("candidates")
    for trustee, secret, committed in inputs.secrets:
        if committed != commitment(
            tender=inputs.tender, number=inputs.number, trustee=trustee, secret=secret
        ):
            raise Unusable(trustee)
    of = key(inputs)
    return [left.pop(below(len(left), stream(of, pick))) for pick in range(len(left))]


SCRIPT = '''\
import hashlib, json
draw = json.loads(r"""%(inputs)s""")
sha = lambda *lines: hashlib.sha256("\\n".join(lines).encode()).hexdigest()
tender, number, names, left = draw["tender"], str(draw["number"]), draw["candidates"], draw["candidates"][:]
assert names == sorted(set(names)) and sha(*names) == draw["list"]
for trustee, secret, committed in draw["secrets"]:
    assert sha("qinqing-draw-v1 secret", tender, number, trustee, secret) == committed, trustee
secrets = sorted(trustee + " " + secret for trustee, secret, committed in draw["secrets"])
key = "\\n".join(["qinqing-draw-v1", tender, number, draw["list"], draw["public_value"], *secrets]).encode()
for pick in range(len(names)):
    limit = 2**256 // len(left) * len(left)
    for attempt in range(1000):
        mark = pick.to_bytes(4, "big") + attempt.to_bytes(4, "big")
        drawn = int.from_bytes(hashlib.sha256(mark + key + mark).digest(), "big")
        if drawn < limit:
            break
    print(left.pop(drawn %% len(left)))
'''


def script(inputs: Inputs) -> str:
    """A script for any Python 3 that checks the commitments, repeats the draw and prints the order."""
    return SCRIPT % {"inputs": as_json(inputs)}


def as_json(inputs: Inputs) -> str:
    """The inputs as one line of JSON in ASCII, as the script and the file beside it have them."""
    held = {
        "format": FORMAT,
        "tender": inputs.tender,
        "number": inputs.number,
        "candidates": list(inputs.candidates),
        "list": list_digest(inputs.candidates),
        "public_value": inputs.public_value,
        "secrets": [list(secret) for secret in inputs.secrets],
    }
    text = json.dumps(held, sort_keys=True)
    if '"""' in text:
        raise Unusable("quotes")
    return text
