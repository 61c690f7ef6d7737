"""What a witness decides: whether a checkpoint continues the last one it cosigned, and its line under it."""

import base64
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tools.verify_receipt import (
    NUMBER,
    Checkpoint,
    Key,
    Refused,
    Tiles,
    check_consistency,
    check_signatures,
    consistency_proof,
    follow,
    rotations_in,
)

from .state import State

MOST_HASHES = 63  # c2sp.org/tlog-witness
TEXT, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"
KEYS_EVERY = 5.0  # seconds between two looks at the log's rotations

FORK = "FORK: the log signed two trees of one size, or one that does not continue the other."
WENT_BACK = "WENT BACK: the log publishes a smaller tree than it published before."
UNSIGNED = "UNSIGNED: what the log publishes is no checkpoint of it that counts."


@dataclass(frozen=True)
class Answer:
    """An answer to an add-checkpoint: HTTP status, body, its type."""

    status: int
    body: str
    type: str = TEXT


def tell(text: str) -> None:
    """A line for whoever reads the witness's log."""
    print(text, file=sys.stderr, flush=True)


class Judge:
    """One log's witness. `fetch(path)` reads below the log's public address; LookupError where nothing is."""

    def __init__(
        self,
        state: State,
        keys: list[Key],
        fetch: Callable[[str], bytes],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Raises Refused("malformed") unless the keys are of one log."""
        if len({key.name for key in keys}) != 1:
            raise Refused("malformed", "the keys must be of one log")
        self.state, self.fetch, self.now = state, fetch, now
        self.origin, self.keys = keys[0].name, state.log_keys(keys)
        self._one = threading.Lock()
        self._keys_seen = -KEYS_EVERY

    def add_checkpoint(self, request: str) -> Answer:
        """The answer to a log that wants its checkpoint cosigned (c2sp.org/tlog-witness)."""
        try:
            old, proof, note = _request(request)
            point = Checkpoint.read(note)
            if point.origin != self.origin:
                return Answer(404, "This witness does not know that log.\n")
        except Refused as bad:
            return Answer(400, f"{bad}\n")
        try:
            self._signed(point)
        except Refused as bad:
            return Answer(403, f"{bad}\n")
        if old > point.size or point.size == 0:
            return Answer(400, "The old size is greater than the new one, or the tree is empty.\n")
        with self._one:
            return self._continue(old, proof, note, point)

    def _continue(self, old: int, proof: list[bytes], note: str, point: Checkpoint) -> Answer:
        last = self.state.last
        if last is not None and point.size == last.size and point.root != last.root:
            self.alarm(FORK, self.state.note, note)
            return Answer(409, f"{last.size}\n", SIZE)
        if old != (last.size if last else 0):
            return Answer(409, f"{last.size if last else 0}\n", SIZE)
        try:
            if last is None and proof:
                raise Refused("consistency", "there is nothing to be consistent with")
            if last is not None:
                check_consistency(last.size, last.root, point.size, point.root, proof)
        except Refused as refusal:
            self.suspect(note)
            return Answer(422, f"{refusal}\n")
        line = self.cosign(point)
        self.state.advance(note + line)
        return Answer(200, line)

    def cosign(self, point: Checkpoint) -> str:
        """My line under a checkpoint, with the time."""
        when = int(self.now())
        said = f"cosignature/v1\ntime {when}\n{point.text}".encode()
        raw = self.state.verifier.id + struct.pack(">Q", when) + self.state.key.sign(said)
        return f"\u2014 {self.state.name} {base64.b64encode(raw).decode()}\n"

    def _signed(self, point: Checkpoint) -> None:
        """Raises Refused where no key signed that counts; the log's rotations are asked before."""
        try:
            check_signatures(point, self.keys, [], 0)
        except Refused:
            if not self.look_for_keys():
                raise
            check_signatures(point, self.keys, [], 0)

    def look_for_keys(self) -> bool:
        """Follow the log's rotations; whether they changed which keys count."""
        if time.monotonic() - self._keys_seen < KEYS_EVERY:
            return False
        self._keys_seen = time.monotonic()
        try:
            found = follow(self.keys, rotations_in(self.fetch("rotations").decode()))
        except (Refused, LookupError, OSError, UnicodeDecodeError) as fault:
            tell(f"The log's rotations cannot be followed: {fault}")
            return False
        if list(map(str, found)) == list(map(str, self.keys)):
            return False
        self.state.keep_log_keys(found)
        self.keys = found
        tell("The log's keys that count now: " + " ".join(map(str, found)))
        return True

    def look(self) -> bool:
        """Compare what the log shows the public with what it showed before and with what was cosigned.

        Whether all is well. Raises LookupError or OSError where the log cannot be read just now.
        """
        self.look_for_keys()
        note = self.fetch("checkpoint").decode()
        try:
            point = Checkpoint.read(note)
            if point.origin != self.origin:
                raise Refused("signature", "this is the checkpoint of another log")
            self._signed(point)
        except Refused as refusal:
            self.alarm(UNSIGNED, str(refusal), note[:2000])
            return False
        with self._one:
            before, last, last_note = self.state.published, self.state.last, self.state.note
        if before is not None and point.size < before.size:
            self.alarm(WENT_BACK, note, f"before: {before.size}")
            return False
        fine = all(
            self._continues(known, point, note, said)
            for known, said in ((before, ""), (last, last_note))
            if known is not None and known.size <= point.size
        )
        if fine:
            self.state.keep_published(note)
        return fine

    def _continues(self, known: Checkpoint, point: Checkpoint, note: str, said: str) -> bool:
        """Whether the published checkpoint continues a known one, by a proof from the log's own tiles."""
        try:
            proof: list[bytes] = []
            if known.size < point.size:
                proof = consistency_proof(known.size, point.size, Tiles(point.size, self.fetch).root)
            check_consistency(known.size, known.root, point.size, point.root, proof)
        except Refused:
            self.alarm(FORK, said or known.text, note)
            return False
        return True

    def alarm(self, what: str, *parts: str) -> None:
        """Keep what speaks against the log, and say so."""
        path = self.state.keep_evidence(what, list(parts), always=what == FORK)
        tell(f"ALARM {self.origin}: {what} Evidence: {path or 'too many files, none kept'}")

    def suspect(self, note: str) -> None:
        """A checkpoint that came without a proof: anybody may send one, so it is told, and is no alarm."""
        said = " ".join(Checkpoint.read(note).text.split("\n")[1:3])
        tell(f"Refused: {self.origin} {said}: the proof does not show that it continues {self.state.last}")

    def told(self) -> str:
        """The witness about itself, for people."""
        last, alarms = self.state.last, self.state.evidence()
        lines = [
            f"witness   {self.state.verifier}",
            f"log       {self.origin}",
            f"cosigned  {f'{last.size} {base64.b64encode(last.root).decode()}' if last else 'nothing yet'}",
            f"alarms    {len(alarms)}",
            *(path.read_text(encoding="utf-8").split("\n", 1)[0] for path in alarms[:5]),
        ]
        return "\n".join(lines) + "\n"


def _request(text: str) -> tuple[int, list[bytes], str]:
    """Old size, proof and checkpoint of an add-checkpoint. Raises Refused("malformed")."""
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    number = lines[0].removeprefix("old ")
    if not gap or lines[0] != f"old {number}" or len(lines) - 1 > MOST_HASHES:
        raise Refused("malformed", "a request is an old size, up to 63 hashes and a checkpoint")
    if not NUMBER.fullmatch(number):
        raise Refused("malformed", "the old size is a decimal number")
    try:
        proof = [base64.b64decode(line, validate=True) for line in lines[1:]]
    except ValueError as bad:
        raise Refused("malformed", "a hash is not base64") from bad
    if any(len(one) != 32 for one in proof):
        raise Refused("malformed", "a hash has 32 bytes")
    return int(number), proof, note
