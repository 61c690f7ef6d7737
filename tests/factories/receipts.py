"""A small log with real keys by the naive definition of the tree; and receipts of it, good and bad."""

import base64
import hashlib
import json
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN, WITNESS = "qinqing.example/log", "witness.example/notary"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if len(leaves) == 1:
        return digest(b"\0", leaves[0])
    k = _split(len(leaves))
    return digest(b"\1", root(leaves[:k]), root(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), root(leaves[k:])]
    return [*path(m - k, leaves[k:]), root(leaves[:k])]


@dataclass
class Signer:
    """A key with its name; `kind` 1 signs as the log, 4 as a witness."""

    name: str
    kind: int
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def material(self) -> bytes:
        return bytes([self.kind]) + self.key.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return digest(self.name.encode(), b"\n", self.material)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(self.material)}"

    def line(self, text: str, time: int = 1_700_000_000) -> str:
        if self.kind == 4:
            said = f"cosignature/v1\ntime {time}\n{text}".encode()
            signed = time.to_bytes(8, "big") + self.key.sign(said)
        else:
            signed = self.key.sign(text.encode())
        return f"\u2014 {self.name} {b64(self.id + signed)}\n"


@dataclass
class Log:
    size: int = 11
    signer: Signer = field(default_factory=lambda: Signer(ORIGIN, 1))
    witness: Signer = field(default_factory=lambda: Signer(WITNESS, 4))

    def parts(self, index: int = 6) -> dict[str, bytes]:
        body = json.dumps({"price": "900.00", "n": index}, separators=(",", ":")).encode()
        salt, header_salt = digest(b"salt", bytes([index]))[:16], digest(b"head", bytes([index]))[:16]
        said = {"content": digest(salt, body).hex(), "kind": "test.happened", "subject": "s/1", "v": 1}
        header = json.dumps(said, separators=(",", ":")).encode()
        return {"salt": salt, "body": body, "header_salt": header_salt, "header": header}

    def leaves(self, size: int | None = None) -> list[bytes]:
        every = (self.parts(n) for n in range(size or self.size))
        return [digest(each["header_salt"], each["header"]) for each in every]

    def checkpoint(self, size: int | None = None, top: bytes | None = None, cosigned: bool = True) -> str:
        top = top or root(self.leaves(size))
        text = f"{ORIGIN}\n{size or self.size}\n{b64(top)}\n"
        return f"{text}\n{self.signer.line(text)}{self.witness.line(text) if cosigned else ''}"

    def receipt(self, index: int = 6, **changed: object) -> str:
        """A receipt; `changed` puts other parts in the place of the true ones."""
        parts = self.parts(index) | changed
        lines = ["qinqing-entry@v1", f"header {b64(parts['header_salt'])} {b64(parts['header'])}"]
        if not changed.get("erased"):
            lines.append(f"content {b64(parts['salt'])} {b64(parts['body'])}")
        hashes = changed.get("hashes", path(index, self.leaves()))
        note = changed.get("checkpoint", self.checkpoint())
        extra = b64("\n".join(lines).encode())
        shown = changed.get("shown", index)
        steps = "".join(f"{b64(step)}\n" for step in hashes)
        return f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex {shown}\n{steps}\n{note}"


def flipped(raw: bytes, at: int = 3) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def _flip_signature(note: str, line: int) -> str:
    lines = note.split("\n")
    name, raw = lines[line].rsplit(" ", 1)
    lines[line] = f"{name} {b64(flipped(base64.b64decode(raw), 20))}"
    return "\n".join(lines)


def cases(log: Log) -> list[tuple[str, str, str]]:
    """(name, receipt, verdict): good ones, and one with each part tampered with."""
    true, proof, note = log.parts(), path(6, log.leaves()), log.checkpoint()
    stranger = Signer(ORIGIN, 1)
    text = note.partition("\n\n")[0] + "\n"
    good = log.receipt()
    return [
        ("good", good, "valid"),
        *((f"good {n}", log.receipt(n), "valid") for n in (0, 7, 8, 10)),
        ("erased", log.receipt(erased=True), "valid"),
        ("salt", log.receipt(salt=flipped(true["salt"])), "body"),
        ("body", log.receipt(body=true["body"].replace(b"900", b"901")), "body"),
        ("header salt", log.receipt(header_salt=flipped(true["header_salt"])), "inclusion"),
        ("header", log.receipt(header=true["header"].replace(b"s/1", b"s/2")), "inclusion"),
        ("index", log.receipt(shown=5), "inclusion"),
        ("index beyond", log.receipt(shown=11), "inclusion"),
        ("index spelt", log.receipt(shown="06"), "malformed"),
        ("hash", log.receipt(hashes=[flipped(proof[0]), *proof[1:]]), "inclusion"),
        ("hash more", log.receipt(hashes=[*proof, proof[0]]), "inclusion"),
        ("hash fewer", log.receipt(hashes=proof[:-1]), "inclusion"),
        ("root", log.receipt(checkpoint=log.checkpoint(top=flipped(root(log.leaves())))), "inclusion"),
        ("signature", log.receipt(checkpoint=_flip_signature(note, 4)), "signature"),
        ("cosignature", log.receipt(checkpoint=_flip_signature(note, 5)), "witness"),
        ("no cosignature", log.receipt(checkpoint=log.checkpoint(cosigned=False)), "witness"),
        ("stranger", log.receipt(checkpoint=f"{text}\n{stranger.line(text)}"), "signature"),
        (
            "size 0",
            log.receipt(shown=0, hashes=[], checkpoint=log.checkpoint(top=None).replace("\n11\n", "\n0\n")),
            "inclusion",
        ),
        ("base64", good.replace("extra ", "extra A"), "malformed"),
        ("cut", good[: len(good) // 2], "malformed"),
        ("nothing", "x\n", "malformed"),
        ("nul", good.replace("index", "in\0dex"), "malformed"),
        ("not json", log.receipt(header=b"{"), "malformed"),
    ]
