"""A log outside the database: it forks, rotates its key, and serves checkpoint, tiles and rotations."""

import hashlib
from dataclasses import dataclass, field

from regulation.ledger.merkle import Frontier, consistency_proof, leaf_hash
from tools.verify_receipt import WIDE, Tiles, node

from .receipts import Signer, b64

ORIGIN = "log.example/ledger"


def hashes(n: int, word: bytes = b"entry") -> list[bytes]:
    return [leaf_hash(hashlib.sha256(word + str(i).encode()).digest()) for i in range(n)]


@dataclass
class Log:
    """`leaves` are leaf hashes; `shown` is the size of the checkpoint at the public address."""

    leaves: list[bytes] = field(default_factory=lambda: hashes(600))
    signer: Signer = field(default_factory=lambda: Signer(ORIGIN, 1))
    shown: int = 0
    turns: list[str] = field(default_factory=list)

    def forked(self, at: int) -> "Log":
        """The same log, with other entries from an index on."""
        other = hashes(len(self.leaves), b"other")
        return Log(self.leaves[:at] + other[at:], self.signer, self.shown, self.turns)

    def text(self, size: int) -> str:
        frontier = Frontier()
        for leaf in self.leaves[:size]:
            frontier.append(leaf)
        return f"{ORIGIN}\n{size}\n{b64(frontier.root())}\n"

    def note(self, size: int, *signers: Signer) -> str:
        text = self.text(size)
        return text + "\n" + "".join(one.line(text) for one in signers or [self.signer])

    def whole(self, level: int, index: int) -> bytes:
        found = self.leaves[index << level : (index + 1) << level]
        while len(found) > 1:
            found = [node(*pair) for pair in zip(found[::2], found[1::2], strict=True)]
        return found[0]

    def request(self, old: int, new: int, note: str = "") -> str:
        proof = consistency_proof(old, new, self.whole) if 0 < old < new else []
        return f"old {old}\n" + "".join(f"{b64(one)}\n" for one in proof) + "\n" + (note or self.note(new))

    def rotate(self, size: int, reason: str = "planned", *, by: list[Signer] | None = None) -> Signer:
        """A new key from a size on; signed as the reason has it, or by those named."""
        new = Signer(ORIGIN, 1)
        text = f"{self.text(size)}rotation {reason}\nfrom {self.signer.vkey}\nto {new.vkey}\n"
        signers = by if by is not None else [self.signer, new] if reason == "planned" else [new]
        self.turns.append(f"{text}\n" + "".join(one.line(text) for one in signers))
        self.signer = new
        return new

    def fetch(self, path: str) -> bytes:
        """What the public address serves. LookupError for anything else."""
        if path == "rotations":
            return "\n".join(self.turns).encode()
        if path == "checkpoint" and self.shown:
            return self.note(self.shown).encode()
        parts = path.split("/")
        if parts[0] == "tile" and len(parts) > 2:
            row, index, width = int(parts[1]), int(parts[2].partition(".")[0]), WIDE
            if parts[2].endswith(".p"):
                width = int(parts[3])
            count = self.shown >> 8 * row
            if index * WIDE + width <= count:
                return b"".join(self.whole(8 * row, n) for n in range(index * WIDE, index * WIDE + width))
        raise LookupError(path)


def tiles(log: Log, size: int) -> Tiles:
    log.shown = size
    return Tiles(size, log.fetch)
