#!/usr/bin/env python3
"""Verify a receipt of Qinqing 亲清 offline, without trusting the site. Standard library only; signatures are
checked where the package `cryptography` is installed.

    verify_receipt.py receipt FILE…                       each with [--log-key VKEY …] [--rotations FILE]
    verify_receipt.py export LEAVES CHECKPOINT…           [--witness-key VKEY …] [--quorum N]
    verify_receipt.py export CHECKPOINT… --tiles FOLDER
    verify_receipt.py range CHECKPOINT… --tiles FOLDER

FILE is a proof in the format c2sp.org/tlog-proof@v1. Its extra data discloses the entry, in lines:

    qinqing-entry@v1
    header SALT HEADER          base64 of the salt and of the canonical JSON (RFC 8785) of the header
    content SALT BODY           the same of the body; left out where the body was erased

header["content"] is the SHA-256 of salt and body in hexadecimal; the leaf is SHA-256 of salt and header.
LEAVES has the base64 of one leaf a line, in the order of the log, and where the entry is disclosed " header
SALT HEADER" and " content SALT BODY" after it, which are checked. Each checkpoint is compared with the tree
of as many leaves as it says: a range of checkpoints that all fit are consistent with each other.
With --tiles the leaves are read from the log's entries tiles (c2sp.org/tlog-tiles), saved or served.
`range` needs no leaves: from one checkpoint to the next larger one a consistency proof (RFC 9162) is made of
the log's tiles. FOLDER holds what was saved below the log's address; the address does as well.
VKEY is a verifier key of C2SP's signed-note, name+hash+base64; with @SIZE it counts up to that size only.
--rotations names what the log serves at /ledger/rotations: it leads from a known key to its successor.
Exit status 0 valid, 1 not, 2 not checked.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

FIRST_LINE, EXTRA_LINE = "c2sp.org/tlog-proof@v1", "qinqing-entry@v1"
LOG_KEY, WITNESS_KEY = 1, 4
WIDE = 256  # hashes in a full tile
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
MOST = 1_000_000  # characters of a receipt


class Refused(Exception):
    """`code` is the step: malformed, body, inclusion, consistency, signature, retired or witness."""

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
    until: int | None = None  # the size of the last tree it counts for

    def __str__(self) -> str:
        said = base64.b64encode(bytes([self.type]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{said}" + ("" if self.until is None else f"@{self.until}")

    @classmethod
    def read(cls, text: str) -> "Key":
        """Raises Refused("malformed") on anything but name+hash+base64 whose hash fits."""
        said, limited, until = text.strip().partition("@")
        parts = said.split("+", 2)
        if len(parts) != 3 or not parts[0] or not re.fullmatch(r"[0-9a-f]{8}", parts[1]):
            raise Refused("malformed", "not a verifier key")
        material = _base64(parts[2])
        if len(material) != 33 or material[0] not in (LOG_KEY, WITNESS_KEY):
            raise Refused("malformed", "not an Ed25519 verifier key")
        digest = hashlib.sha256(parts[0].encode() + b"\n" + material).digest()[:4]
        if digest.hex() != parts[1]:
            raise Refused("malformed", "the key's hash does not fit")
        return cls(parts[0], digest, material[0], material[1:], _number(until) if limited else None)


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


def check_consistency(old, old_root, new, new_root, proof):
    """RFC 9162, 2.1.4.2: raises Refused("consistency") unless the new tree begins with the old one."""
    refused = Refused("consistency", f"the tree of {new} does not begin with the tree of {old}")
    if not 0 < old <= new or (old == new and (proof or old_root != new_root)):
        raise refused
    if old == new:
        return
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise refused
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = path[0]
    for step in path[1:]:
        if last == 0:
            raise refused
        if at & 1 or at == last:
            was, now = node(step, was), node(step, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node(now, step)
        at, last = at >> 1, last >> 1
    if last or was != old_root or now != new_root:
        raise refused


def consistency_proof(old, new, read):
    """RFC 9162, 2.1.4: the hashes from a tree to a larger one; read(start, end) is the root of leaves."""

    def part(count, start, end, known):
        if count == end - start:
            return [] if known else [read(start, end)]
        cut = 1 << (end - start - 1).bit_length() - 1
        if count <= cut:
            return [*part(count, start, start + cut, known), read(start + cut, end)]
        return [*part(count - cut, start + cut, end, False), read(start, start + cut)]

    return part(old, 0, new, True)


def tile_path(row, index, width):
    """The path of a tile below the log's address (c2sp.org/tlog-tiles)."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{row}/{'/'.join(groups)}" + ("" if width == WIDE else f".p/{width}")


class Tiles:
    """Roots of parts of a tree of `size` leaves, from tiles: fetch(path) or LookupError."""

    def __init__(self, size, fetch):
        self.size, self._fetch, self._kept = size, fetch, {}

    def root(self, start, end):
        """The root over leaves [start, end), a part that the tree itself is made of."""
        parts = []
        while start < end:
            level = (end - start).bit_length() - 1
            parts.append(self._whole(level, start >> level))
            start += 1 << level
        found = parts.pop()
        while parts:
            found = node(parts.pop(), found)
        return found

    def _whole(self, level, index):
        row, rest = divmod(level, 8)
        hashes = self._tile(row, (index << rest) // WIDE)
        at = (index << rest) % WIDE
        found = [hashes[n * 32 : n * 32 + 32] for n in range(at, at + (1 << rest))]
        if len(found[-1]) != 32:
            raise Refused("consistency", "the tiles end too early")
        while len(found) > 1:
            found = [node(*pair) for pair in zip(found[::2], found[1::2], strict=True)]
        return found[0]

    def _tile(self, row, index):
        if (row, index) not in self._kept:
            width = min(WIDE, (self.size >> 8 * row) - index * WIDE)
            try:
                hashes = self._fetch(tile_path(row, index, width))
            except LookupError:
                if width == WIDE:
                    raise
                hashes = self._fetch(tile_path(row, index, WIDE))  # the whole has replaced the part
            self._kept[row, index] = hashes[: width * 32]
        return self._kept[row, index]


def reader_of(place):
    """fetch(path) over a folder of saved files, or over a log's web address."""

    def from_web(path):
        try:
            with urllib.request.urlopen(f"{place.rstrip('/')}/{path}", timeout=20) as reply:  # noqa: S310 - http(s)
                return reply.read(MOST)
        except urllib.error.HTTPError as gone:
            raise LookupError(f"{path}: {gone.code}") from gone

    def from_folder(path):
        try:
            return (Path(place) / path).read_bytes()
        except OSError as gone:
            raise LookupError(f"{path} is not there") from gone

    return from_web if place.startswith(("http://", "https://")) else from_folder


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


def signed_by(checkpoint, key, check):
    """Whether a key signed, or cosigned, a checkpoint."""
    mine = [line for line in checkpoint.signatures if line[:2] == (key.name, key.id)]
    return any(_fits(check, key, checkpoint, signature) for _name, _id, signature in mine)


def check_signatures(checkpoint, log_keys, witness_keys, quorum, check=None):
    """The names of the witnesses that cosigned; None where signatures cannot be checked here.

    Raises Refused: "signature" where the log did not sign, "retired" where only a key did that no longer
    counted, "witness" where a cosignature of a known witness is false or fewer than `quorum` are there. Lines
    of unknown keys are passed over.
    """
    check = check or ed25519()
    if check is None or not log_keys:
        return None
    keys = {(key.name, key.id): key for key in [*log_keys, *witness_keys]}
    signed, retired, seen = False, False, set()
    for name, key_id, signature in checkpoint.signatures:
        key = keys.get((name, key_id))
        if key is None:
            continue
        witness = key.type == WITNESS_KEY
        if not _fits(check, key, checkpoint, signature):
            raise Refused("witness" if witness else "signature", f"the signature of {name} is false")
        if witness:
            seen.add(name)
        elif name == checkpoint.origin and (key.until is None or checkpoint.size <= key.until):
            signed = True
        elif name == checkpoint.origin:
            retired = True
    if not signed and retired:
        raise Refused("retired", "the key that signed did not count any more")
    if not signed:
        raise Refused("signature", "the log did not sign")
    if len(seen) < quorum:
        raise Refused("witness", f"{len(seen)} of {quorum} witnesses cosigned")
    return tuple(sorted(seen))


PLANNED, REASONS = "planned", ("planned", "lost", "compromised")


@dataclass(frozen=True)
class Rotation:
    """One key of the log in the place of another: the old one's last checkpoint with three lines more."""

    checkpoint: Checkpoint
    reason: str
    old: Key
    new: Key

    @classmethod
    def read(cls, note):
        """Raises Refused("malformed")."""
        checkpoint = Checkpoint.read(note)
        lines = checkpoint.text.split("\n")[3:-1]
        words = [line.split(" ") for line in lines]
        if [word[0] for word in words] != ["rotation", "from", "to"] or any(len(word) != 2 for word in words):
            raise Refused("malformed", "no rotation")
        old, new = Key.read(words[1][1]), Key.read(words[2][1])
        if words[0][1] not in REASONS or {old.name, new.name} != {checkpoint.origin} or old.id == new.id:
            raise Refused("malformed", "no rotation of this log")
        return cls(checkpoint, words[0][1], old, new)


def rotations_in(text):
    """The notes of what the log serves at /ledger/rotations: one after the other, an empty line between."""
    parts = text.strip("\n").split("\n\n") if text.strip("\n") else []
    if len(parts) % 2:
        raise Refused("malformed", "no list of rotations")
    return [f"{said}\n\n{lines}\n" for said, lines in zip(parts[::2], parts[1::2], strict=True)]


def follow(keys, notes, check=None):
    """The keys of the log that count once its rotations are known, beginning with those known from outside.

    A planned rotation is signed by both keys: whoever trusts the old one trusts the new one, and the old one
    only up to that size. One after a loss or a theft adds no key, the new one must be known from outside;
    then the old one counts up to that size after a loss, and not at all after a theft.
    Raises Refused: "malformed", or "signature" where a known key is said to have signed what it did not.
    """
    check = check or ed25519()
    if check is None:
        return list(keys)
    known = {(key.name, key.id): key for key in keys}
    for note in notes:
        turn = Rotation.read(note)
        old, new = (turn.old.name, turn.old.id), (turn.new.name, turn.new.id)
        planned = turn.reason == PLANNED
        if (old if planned else new) not in known or (planned and known[old].until is not None):
            continue  # a key passes on once
        signers = [turn.old, turn.new] if planned else [turn.new]
        if not all(signed_by(turn.checkpoint, key, check) for key in signers):
            raise Refused("signature", "a rotation is not signed as it must be")
        until = 0 if turn.reason == "compromised" else turn.checkpoint.size
        before = known.get(old, turn.old).until
        limit = until if before is None else min(before, until)
        known[old] = replace(known.get(old, turn.old), until=limit)
        known.setdefault(new, replace(turn.new, until=None))
    return list(known.values())


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


def leaf_of_line(line):
    """The leaf of a line of an export. Raises Refused where the line discloses what it does not commit to."""
    said, gap, rest = line.partition(" ")
    leaf = _base64(said, 32)
    if gap:
        extra = "\n".join([EXTRA_LINE, rest.replace(" content ", "\ncontent ")])
        if _disclosed(extra.encode())[0] != leaf:
            raise Refused("body", "the header is not the one the leaf commits to")
    return leaf


def leaves_of(lines):
    """The leaves of an export, in order. Raises Refused with the number of the first line that is untrue."""
    for number, line in enumerate(lines, 1):
        try:
            yield leaf_of_line(line)
        except Refused as refusal:
            raise Refused(refusal.code, f"line {number}: {refusal}") from refusal


def leaves_of_tiles(size, fetch):
    """The first leaves of a log, from its entries tiles. Raises Refused where a tile is not one."""
    for index in range(-(-size // WIDE)):
        width = min(WIDE, size - index * WIDE)
        tile = fetch(tile_path("entries", index, width))
        for _ in range(width):
            length = int.from_bytes(tile[:2], "big")
            leaf, tile = tile[2 : 2 + length], tile[2 + length :]
            if length != 32 or len(leaf) != length:
                raise Refused("malformed", "an entries tile holds 32 bytes a leaf")
            yield leaf


def check_range(notes, fetch, log_keys=(), witness_keys=(), quorum=0):
    """(size, code) for each checkpoint: its signatures, its root, whether it continues the one before."""
    read, answers = sorted(map(Checkpoint.read, notes), key=lambda point: point.size), []
    tiles = Tiles(read[-1].size if read else 0, fetch)  # those of the largest tree hold the smaller ones
    for before, point in zip([None, *read], read, strict=False):
        try:
            if point.size and tiles.root(0, point.size) != point.root:
                raise Refused("inclusion", "the tiles lead to another root")
            if before is not None and before.size:
                proof = consistency_proof(before.size, point.size, tiles.root)
                check_consistency(before.size, before.root, point.size, point.root, proof)
            seen = check_signatures(point, log_keys, witness_keys, quorum)
            answers.append((point.size, "unsigned" if seen is None else "valid"))
        except Refused as refusal:
            answers.append((point.size, refusal.code))
    return answers


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


def _arguments(given):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", choices=["receipt", "export", "range"])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--log-key", action="append", default=[])
    parser.add_argument("--rotations")
    parser.add_argument("--witness-key", action="append", default=[])
    parser.add_argument("--quorum", type=int, default=0)
    parser.add_argument("--tiles")
    asked = parser.parse_args(given)
    if asked.what == "range" and not asked.tiles:
        parser.error("range needs --tiles")
    return asked


def _text(name):
    with open(name, encoding="utf-8", newline="") as file:
        return file.read()


def _points(asked, log_keys, witness_keys):
    """Codes of checkpoints, told line by line."""
    if asked.what == "range":
        notes = [_text(name) for name in asked.files]
        answers = check_range(notes, reader_of(asked.tiles), log_keys, witness_keys, asked.quorum)
    elif asked.tiles:
        notes = [_text(name) for name in asked.files]
        size = max(Checkpoint.read(note).size for note in notes)
        leaves = leaves_of_tiles(size, reader_of(asked.tiles))
        answers = check_export(leaves, notes, log_keys, witness_keys, asked.quorum)
    else:
        notes = [_text(name) for name in asked.files[1:]]
        with open(asked.files[0], encoding="utf-8", newline="\n") as file:
            leaves = leaves_of(line.rstrip("\n") for line in file if line != "\n")
            answers = check_export(leaves, notes, log_keys, witness_keys, asked.quorum)
    for size, code in answers:
        print(size, code)
    return {code for _size, code in answers}


def _receipts(asked, log_keys, witness_keys):
    codes = set()
    for name in asked.files:
        verdict = check_receipt(_text(name), log_keys, witness_keys, asked.quorum)
        print(name, verdict.code, verdict.why)
        if verdict.header:
            print(json.dumps({"entry": verdict.header, "body": verdict.body}, ensure_ascii=False))
        codes.add(verdict.code)
    return codes


def main(arguments=None):
    asked = _arguments(arguments)
    try:
        log_keys, witness_keys = ([Key.read(k) for k in keys] for keys in (asked.log_key, asked.witness_key))
        if asked.rotations:
            log_keys = follow(log_keys, rotations_in(_text(asked.rotations)))
        codes = (_receipts if asked.what == "receipt" else _points)(asked, log_keys, witness_keys)
    except (Refused, LookupError, OSError, UnicodeDecodeError) as fault:
        print(getattr(fault, "code", "unreadable"), fault, file=sys.stderr)
        return 1
    return 0 if codes == {"valid"} else 2 if codes and codes <= {"valid", "unsigned"} else 1


if __name__ == "__main__":
    sys.exit(main())
