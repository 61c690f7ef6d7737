"""The witnesses this site names (settings.LEDGER_WITNESSES), and what they said about a checkpoint.

A word of the setting is a verifier key, or a verifier key, "@" and the address at which the witness serves
c2sp.org/tlog-witness. Names are distinct: two keys of one name would be one witness counted twice.
"""

import datetime as dt
import http.client
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from .tlog import COSIGNATURE_V1, BadNote, Note, Signature, Verifier, hash_line, signatures_of

SECONDS = 3.0  # for one answer
MOST_BYTES = 20_000
SKEW = dt.timedelta(minutes=5)  # a witness's clock may be so much ahead of the database's


@dataclass(frozen=True, slots=True)
class Witness:
    """Whose cosignature counts, and where to ask for it; without an address its lines come by other ways."""

    verifier: Verifier
    address: str

    @property
    def name(self) -> str:
        return self.verifier.name

    @classmethod
    def parse(cls, word: str) -> "Witness":
        """Raises BadNote."""
        key, _at, address = word.partition("@")
        verifier = Verifier.parse(key)
        if verifier.kind != COSIGNATURE_V1:
            raise BadNote("the key of a witness is of type 04, cosignature/v1")
        if address and not address.startswith(("http://", "https://")):
            raise BadNote("the address of a witness begins with http:// or https://")
        return cls(verifier, address.rstrip("/"))


@lru_cache(maxsize=8)
def _parsed(words: tuple[str, ...]) -> tuple[Witness, ...]:
    found: dict[str, Witness] = {}
    for word in words:
        try:
            witness = Witness.parse(word)
        except BadNote:
            continue  # told by the system check
        found.setdefault(witness.name, witness)
    return tuple(found.values())


def named() -> tuple[Witness, ...]:
    """The witnesses; a word that cannot be read is none."""
    return _parsed(tuple(settings.LEDGER_WITNESSES))


def stated(note: str) -> dict[str, dt.datetime]:
    """Which witnesses truly cosigned a checkpoint, by name, with the time each states."""
    return _stated(note, named())


@lru_cache(maxsize=256)
def _stated(note: str, witnesses: tuple[Witness, ...]) -> dict[str, dt.datetime]:
    read, said = Note.parse(note), {}
    for witness in witnesses:
        when = read.signed_by(witness.verifier)
        if when is not None and when < 1 << 36:
            said[witness.name] = dt.datetime.fromtimestamp(when, dt.UTC)
    return said


def suffices(note: str) -> bool:
    """Whether as many witnesses cosigned a checkpoint as this site requires."""
    required = settings.LEDGER_WITNESSES_REQUIRED
    return required == 0 or len(stated(note)) >= required


class Refusal(Exception):
    """A witness's answer that is no cosignature: HTTP status, and the size it has seen, if it says so."""

    def __init__(self, status: int, size: int | None = None) -> None:
        super().__init__(f"status {status}, size {size}")
        self.status, self.size = status, size


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def ask(witness: Witness, *, note: str, old: int, proof: Sequence[bytes]) -> Signature:
    """A witness's line under a checkpoint (c2sp.org/tlog-witness, add-checkpoint), verified.

    Raises Refusal, OSError where it cannot be reached, BadNote where what it answers is not its signature.
    """
    body = f"old {old}\n{''.join(map(hash_line, proof))}\n{note}".encode()
    address = f"{witness.address}/add-checkpoint"
    asked = urllib.request.Request(address, body, {"Content-Type": "text/plain; charset=utf-8"})  # noqa: S310
    try:
        with _opener.open(asked, timeout=SECONDS) as reply:
            answer = reply.read(MOST_BYTES).decode()
    except urllib.error.HTTPError as refused:
        size = refused.read(40).decode(errors="replace").strip()
        sized = refused.headers.get("Content-Type", "").startswith("text/x.tlog.size") and size.isdecimal()
        raise Refusal(refused.code, int(size) if sized else None) from refused
    except (http.client.HTTPException, UnicodeDecodeError) as broken:
        raise BadNote(f"the answer cannot be read: {broken}") from broken
    text = Note.parse(note).text
    for line in signatures_of(answer.removesuffix("\n").split("\n")):
        if Note(text, (line,)).signed_by(witness.verifier) is not None:
            return line
    raise BadNote("the answer holds no signature of this witness")
