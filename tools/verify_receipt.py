#!/usr/bin/env python3
"""Verify a receipt of Qinqing 亲清 offline, without trusting the site. Standard library only; signatures are
checked where the package `cryptography` is installed.

    verify_receipt.py receipt FILE --log-key VKEY [--witness-key VKEY …] [--quorum N]
    verify_receipt.py export LEAVES CHECKPOINT… [--log-key VKEY] [--witness-key VKEY …] [--quorum N]

FILE is a proof in the format c2sp.org/tlog-proof@v1. Its extra data discloses the entry, in lines:

    qinqing-entry@v1
    header SALT HEADER          base64 of the salt and of the canonical JSON (RFC 8785) of the header
    content SALT BODY           the same of the body; left out where the body was erased

header["content"] is the SHA-256 of salt and body in hexadecimal; the leaf is SHA-256 of salt and header.
LEAVES has the base64 of one leaf a line, in the order of the log. Each checkpoint is compared with the tree
of as many leaves as it says: a range of checkpoints that all fit are consistent with each other.
VKEY is a verifier key of C2SP's signed-note: name+hash+base64. Exit status 0 valid, 1 not, 2 not checked.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

FIRST_LINE, EXTRA_LINE = "c2sp.org/tlog-proof@v1", "qinqing-entry@v1"
LOG_KEY, WITNESS_KEY = 1, 4
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
MOST = 1_000_000  # characters of a receipt


class Refused(Exception):
    """`code` says which step failed: malformed, body, inclusion, signature or witness."""

    def __init__(self, code, why=""):
        super().__init__(why or code)
        self.code = code


@dataclass(frozen=True)
class Key:
    """A verifier key: Ed25519, of the log or of a witness."""

    name: str
    id: bytes
    type: int
    public: bytes

    @classmethod
    def read(cls, text: str) -> "Key":
        """Raises Refused("malformed") on anything but name+hash+base64 whose hash fits."""
        parts = text.strip().split("+", 2)
        if len(parts) != 3 or not parts[0] or not re.fullmatch(r"[0-9a-f]{8}", parts[1]):
            raise Refused("malformed", "not a verifier key")
        material = _base64(parts[2])
        if len(material) != 33 or material[0] not in (LOG_KEY, WITNESS_KEY):
            raise Refused("malformed", "not an Ed25519 verifier key")
        digest = hashlib.sha256(parts[0].encode() + b"\n" + material).digest()[:4]
        if digest.hex() != parts[1]:
            raise Refused("malformed", "the key's hash does not fit")
        return cls(parts[0], digest, material[0], material[1:])


@dataclass(frozen=True)
class Verdict:
    """`code` is valid, unsigned (all but the signatures could be checked) or a step that failed."""

    code: str
    why: str = ""
    header: dict = field(default_factory=dict)
    body: object = None
    index: int = -1
    size: int = 0
    origin: str = ""
    witnesses: tuple = ()


def _base64(text, length=None):
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as bad:
        raise Refused("malformed", "not base64") from bad
    if base64.b64encode(raw).decode() != text or (length is not None and len(raw) != length):
        raise Refused("malformed", "not canonical base64")
    return raw


def _number(text):
    if not NUMBER.fullmatch(text):
        raise Refused("malformed", "not a number")
    return int(text)


def node(left, right):
    """RFC 6962, 2.1: the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_hash(leaf):
    """RFC 6962, 2.1: the hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def root_from(index, size, leaf, proof):
    """RFC 9162, 2.1.3.2: the root that an inclusion proof leads to. Raises Refused("inclusion")."""
    if index >= size:
        raise Refused("inclusion", "the index lies outside the tree")
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise Refused("inclusion", "the proof is too long")
        if at & 1 or at == last:
            found = node(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, step)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise Refused("inclusion", "the proof is too short")
    return found


@dataclass(frozen=True)
class Checkpoint:
    """A signed note over origin, size and root. `text` is what was signed."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple

    @classmethod
    def read(cls, note):
        """Raises Refused("malformed")."""
        text, blank, signed = note.rpartition("\n\n")
        if not blank or not signed.endswith("\n"):
            raise Refused("malformed", "no signed note")
        lines = text.split("\n")
        if len(lines) < 3 or not lines[0] or "" in lines:
            raise Refused("malformed", "no checkpoint")
        size, root = _number(lines[1]), _base64(lines[2], 32)
        return cls(text + "\n", lines[0], size, root, tuple(map(_signature, signed[:-1].split("\n"))))


def _signature(line):
    found = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", line)
    if not found:
        raise Refused("malformed", "not a signature line")
    raw = _base64(found[2])
    if len(raw) < 5:
        raise Refused("malformed", "not a signature")
    return found[1], raw[:4], raw[4:]


def ed25519():
    """The function (public, message, signature) -> bool, or None where `cryptography` is missing."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None

    def fits(public, message, signature):
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    return fits


def _fits(check, key, checkpoint, signature):
    message = checkpoint.text.encode()
    if key.type == WITNESS_KEY:
        if len(signature) != 72:
            return False
        time = int.from_bytes(signature[:8], "big")
        message, signature = f"cosignature/v1\ntime {time}\n".encode() + message, signature[8:]
    return len(signature) == 64 and check(key.public, message, signature)


def check_signatures(checkpoint, log_keys, witness_keys, quorum, check=None):
    """The names of the witnesses that cosigned; None where signatures cannot be checked here.

    Raises Refused: "signature" where the log did not sign, "witness" where a cosignature of a known witness
    is false or fewer than `quorum` are there. Lines of unknown keys are passed over.
    """
    check = check or ed25519()
    if check is None or not log_keys:
        return None
    keys = {(key.name, key.id): key for key in [*log_keys, *witness_keys]}
    signed, seen = False, set()
    for name, key_id, signature in checkpoint.signatures:
        key = keys.get((name, key_id))
        if key is None:
            continue
        witness = key.type == WITNESS_KEY
        if not _fits(check, key, checkpoint, signature):
            raise Refused("witness" if witness else "signature", f"the signature of {name} is false")
        if witness:
            seen.add(name)
        elif name == checkpoint.origin:
            signed = True
    if not signed:
        raise Refused("signature", "the log did not sign")
    if len(seen) < quorum:
        raise Refused("witness", f"{len(seen)} of {quorum} witnesses cosigned")
    return tuple(sorted(seen))


def _disclosed(extra):
    """(leaf, header, body) of the extra data. Raises Refused: "malformed", or "body" where that is false."""
    try:
        lines = extra.decode().split("\n")
    except UnicodeDecodeError as bad:
        raise Refused("malformed", "no entry") from bad
    parts = [line.split(" ") for line in lines[1:]]
    names = [part[0] for part in parts]
    if lines[0] != EXTRA_LINE or names not in (["header"], ["header", "content"]):
        raise Refused("malformed", "no entry")
    if any(len(part) != 3 for part in parts):
        raise Refused("malformed", "no entry")
    salt, said = _base64(parts[0][1]), _base64(parts[0][2])
    header, body = _json(said), None
    if not isinstance(header, dict) or not isinstance(header.get("content"), str):
        raise Refused("malformed", "no header")
    if len(parts) == 2:
        body_salt, body_said = _base64(parts[1][1]), _base64(parts[1][2])
        if hashlib.sha256(body_salt + body_said).hexdigest() != header["content"]:
            raise Refused("body", "the body is not the one the entry commits to")
        body = _json(body_said)
    return hashlib.sha256(salt + said).digest(), header, body


def _refuse_constant(name):
    raise ValueError(name)


def _json(raw):
    try:
        return json.loads(raw.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as bad:
        raise Refused("malformed", "not JSON") from bad


def check_receipt(
    text: str,
    log_keys: Sequence[Key] = (),
    witness_keys: Sequence[Key] = (),
    quorum: int = 0,
    check: Any = None,
) -> Verdict:
    """The Verdict on the text of a receipt. Raises nothing: whatever is not a receipt is malformed."""
    try:
        return _check(text, log_keys, witness_keys, quorum, check)
    except Refused as refusal:
        return Verdict(refusal.code, str(refusal))


def _check(text, log_keys, witness_keys, quorum, check):
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if len(text) > MOST or not blank or lines[0] != FIRST_LINE or len(lines) < 3:
        raise Refused("malformed", "not a receipt")
    if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise Refused("malformed", "not a receipt")
    index, proof = _number(lines[2][6:]), [_base64(line, 32) for line in lines[3:]]
    checkpoint = Checkpoint.read(note)
    leaf, header, body = _disclosed(_base64(lines[1][6:]))
    if root_from(index, checkpoint.size, leaf_hash(leaf), proof) != checkpoint.root:
        raise Refused("inclusion", "the proof does not lead to the root of the checkpoint")
    seen = check_signatures(checkpoint, log_keys, witness_keys, quorum, check)
    code = "unsigned" if seen is None else "valid"
    said = {"header": header, "body": body, "index": index, "size": checkpoint.size}
    return Verdict(code, "", origin=checkpoint.origin, witnesses=seen or (), **said)


def roots_at(leaves, sizes):
    """The root of the first n leaves for each n of `sizes`. Sizes beyond the leaves are left out."""
    wanted, found, stack = set(sizes), {}, []  # stack: (height, hash), the frontier of the tree
    for count, leaf in enumerate(leaves, 1):
        stack.append((0, leaf_hash(leaf)))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            right, left = stack.pop(), stack.pop()
            stack.append((left[0] + 1, node(left[1], right[1])))
        if count in wanted:
            root = stack[-1][1]
            for _height, left in reversed(stack[:-1]):
                root = node(left, root)
            found[count] = root
    return found


def check_export(leaves, notes, log_keys=(), witness_keys=(), quorum=0):
    """(size, code) for each checkpoint against the leaves, as check_receipt names the codes."""
    answers, read = [], []
    for note in notes:
        try:
            read.append(Checkpoint.read(note))
        except Refused as refusal:
            answers.append((0, refusal.code))
    roots = roots_at(leaves, [checkpoint.size for checkpoint in read])
    for checkpoint in read:
        try:
            if roots.get(checkpoint.size) != checkpoint.root:
                raise Refused("inclusion")
            seen = check_signatures(checkpoint, log_keys, witness_keys, quorum)
            answers.append((checkpoint.size, "unsigned" if seen is None else "valid"))
        except Refused as refusal:
            answers.append((checkpoint.size, refusal.code))
    return answers


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", choices=["receipt", "export"])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--log-key", action="append", default=[])
    parser.add_argument("--witness-key", action="append", default=[])
    parser.add_argument("--quorum", type=int, default=0)
    asked = parser.parse_args(arguments)
    keys = [Key.read(k) for k in asked.log_key], [Key.read(k) for k in asked.witness_key]
    texts = []
    for name in asked.files:
        with open(name, encoding="utf-8", newline="") as file:
            texts.append(file.read())
    if asked.what == "export":
        leaves = (_base64(line, 32) for line in texts[0].split("\n") if line)
        answers = check_export(leaves, texts[1:], *keys, asked.quorum)
        for size, code in answers:
            print(size, code)
        codes = {code for _size, code in answers}
    else:
        verdicts = [check_receipt(text, *keys, asked.quorum) for text in texts]
        for name, verdict in zip(asked.files, verdicts, strict=True):
            print(name, verdict.code, verdict.why)
            if verdict.header:
                print(json.dumps({"entry": verdict.header, "body": verdict.body}, ensure_ascii=False))
        codes = {verdict.code for verdict in verdicts}
    return 0 if codes == {"valid"} else 2 if codes <= {"valid", "unsigned"} else 1


if __name__ == "__main__":
    sys.exit(main())
