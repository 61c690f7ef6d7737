#!/usr/bin/env python3
"""A trustee's own program: makes the keys that seal bids, and hands over shares after the deadline.

    trustee.py init STORE --trustee REF           a new store; prints the identity to be registered
    trustee.py run STORE --site URL [--once]      keep spare keys registered, answer what is due
    trustee.py keys STORE NUMBER                  make keys; prints what the desk takes
    trustee.py answer STORE WAITING.json          shares for what the desk gave; prints what the desk takes
    trustee.py list STORE TENDER NUMBER DIGEST    a person says which list of a draw was frozen (see below)

STORE is one file. Private keys are wrapped in it (AES-256-GCM) under a passphrase (PBKDF2-SHA256), read from
the file named by --passphrase-file or asked for. The trustee's desk on the site reads the same file in the
browser. The store remembers for which tender a key is used and until when, and by this machine's clock never
answers before that: a site that asks early gets nothing. It needs `cryptography` and the folder it is in.

In a draw it commits to a value by itself, and opens it once the public value is on record and, by this
machine's clock, may be known, if it heard before that moment which list was frozen. If it did not, a list
made to fit could be told it: then a person who has seen on record when the list was frozen says which one it
is (`list`).
"""

import argparse
import contextlib
import datetime as dt
import fcntl
import getpass
import hashlib
import json
import os
import secrets
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402

from marketplace.tenders.sealing import (  # noqa: E402
    Unreadable,
    context_of,
    key_id,
    new_private_key,
    open_share,
    public_half,
)
from marketplace.tenders.sealing.envelope import boxes_of  # noqa: E402

FORMAT = "qinqing-trustee-store/1"
ITERATIONS = 600_000
IDENTITY = "identity"


class StoreError(Exception):
    """The store cannot be used; the message tells why."""


def key_statement(trustee: str, public: bytes) -> bytes:
    """What the identity signs when a key is registered."""
    return f"qinqing/trustee-key/1\n{trustee}\n{public.hex()}\n".encode()


def request_statement(path: str, moment: str, body: bytes) -> bytes:
    """What the identity signs with each request."""
    digest = hashlib.sha256(body).hexdigest()
    return f"qinqing/trustee-request/1\n{path}\n{moment}\n{digest}\n".encode()


def draw_commitment(tender: str, number: int, trustee: str, secret: str) -> str:
    """What a trustee publishes before the freeze of a draw, as docs/choosing.md has it."""
    lines = ["qinqing-draw-v1 secret", tender, str(number), trustee, secret]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Store:
    """A trustee's keys in one file, private halves wrapped; written anew and at once, or not at all."""

    def __init__(self, path: Path, passphrase: str) -> None:
        self.path = path
        self.said: dict[str, Any] = json.loads(path.read_text())
        if self.said.get("format") != FORMAT:
            raise StoreError(f"{path} is no store of a trustee")
        kdf = self.said["kdf"]
        self._kek = AESGCM(_wrapping_key(passphrase, bytes.fromhex(kdf["salt"]), kdf["iterations"]))
        identity = self._unwrap(IDENTITY, self.said["identity"]["wrapped"])
        self.identity = Ed25519PrivateKey.from_private_bytes(identity)

    @classmethod
    def create(cls, path: Path, *, trustee: str, passphrase: str, iterations: int = ITERATIONS) -> "Store":
        """A new store with an identity and no keys. Raises FileExistsError."""
        salt = secrets.token_bytes(16)
        kek = AESGCM(_wrapping_key(passphrase, salt, iterations))
        identity = Ed25519PrivateKey.generate()
        said = {
            "format": FORMAT,
            "trustee": trustee,
            "kdf": {"name": "PBKDF2-SHA256", "salt": salt.hex(), "iterations": iterations},
            "identity": {
                "public": identity.public_key().public_bytes_raw().hex(),
                "wrapped": _wrap(kek, trustee, IDENTITY, identity.private_bytes_raw()),
            },
            "keys": {},
        }
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(said, file, indent=1)
        return cls(path, passphrase)

    @property
    def trustee(self) -> str:
        return str(self.said["trustee"])

    @property
    def identity_public(self) -> bytes:
        return self.identity.public_key().public_bytes_raw()

    def make_keys(self, number: int) -> list[bytes]:
        """Make keys and keep them; returns their public halves."""
        publics = []
        for _ in range(number):
            private = new_private_key()
            public = public_half(private)
            kid = key_id(public).hex()
            wrapped = _wrap(self._kek, self.trustee, kid, private)
            self.said["keys"][kid] = {"public": public.hex(), "wrapped": wrapped}
            publics.append(public)
        self._write()
        return publics

    def unregistered(self) -> list[bytes]:
        """Public halves the site has not confirmed yet."""
        rows = self.said["keys"].values()
        return [bytes.fromhex(row["public"]) for row in rows if not row.get("registered")]

    def note_registered(self, publics: list[bytes]) -> None:
        for public in publics:
            self.said["keys"][key_id(public).hex()]["registered"] = True
        self._write()

    def note_appointed(self, kid: str, *, tender: str, closes_at: dt.datetime) -> bool:
        """Remember for which tender a key is used and until when; a deadline only ever moves later.

        Raises StoreError for a key this store did not make, and for one that is used for another tender: the
        site, or somebody in its place, then says something wrong. True where it is heard of for the first
        time.
        """
        row = self.said["keys"].get(kid)
        if row is None:
            raise StoreError(f"the site names key {kid} as ours for {tender}; this store did not make it")
        if row.get("tender", tender) != tender:
            raise StoreError(f"the site asks key {kid} of {row['tender']} for {tender} as well")
        known = row.get("not_before")
        later = max(closes_at, dt.datetime.fromisoformat(known)) if known else closes_at
        if row.get("tender") != tender or known != later.isoformat():
            row["tender"], row["not_before"] = tender, later.isoformat()
            self._write()
        return known is None

    def share(self, *, kid: str, tender: str, tenderer: str, header: bytes, now: dt.datetime) -> bytes | None:
        """This trustee's share of one bid; None where its box does not open for this tender and tenderer.

        Raises StoreError before the deadline this store remembers.
        """
        row = self.said["keys"].get(kid)
        if row is None or row.get("tender") != tender:
            raise StoreError(f"key {kid} is not for {tender}")
        if now < dt.datetime.fromisoformat(row["not_before"]):
            raise StoreError(f"{tender} is not closed before {row['not_before']} by this machine's clock")
        context = context_of(tender=tender, tenderer=tenderer)
        try:
            boxes = {box.key.hex(): box for box in boxes_of(header)}
        except Unreadable:
            return None
        if kid not in boxes:
            return None
        private = self._unwrap(kid, row["wrapped"])
        return open_share(boxes[kid], context=context, private_key=private)

    def draw_commitment(self, *, tender: str, number: int, known_from: dt.datetime, now: dt.datetime) -> str:
        """The commitment to this trustee's secret value for a draw: made and kept at the first asking, the
        same at every other. Raises StoreError once the public value may be known, and where its moment
        differs."""
        name = f"draw {tender} {number}"
        rows = self.said.setdefault("draws", {})
        if now >= known_from:
            raise StoreError(f"{name}: the public value may be known since {known_from.isoformat()}")
        if name not in rows:
            secret = secrets.token_hex(32)
            wrapped = _wrap(self._kek, self.trustee, name, bytes.fromhex(secret))
            rows[name] = {"known_from": known_from.isoformat(), "wrapped": wrapped}
            self._write()
        if rows[name]["known_from"] != known_from.isoformat():
            raise StoreError(f"{name}: the site moved the moment from which the public value is known")
        return draw_commitment(tender, number, self.urn, self._draw_value(name))

    def note_frozen(self, *, tender: str, number: int, frozen: str, now: dt.datetime | None) -> None:
        """Remember the digest of the frozen list, which stands from then on.

        Raises StoreError for another list than was said before, and for one first said when the public value
        may be known: whoever says it could have made the list to fit. Without `now` a person vouches for it.
        """
        name = f"draw {tender} {number}"
        row = self._draw(name)
        if row.get("list", frozen) != frozen:
            raise StoreError(f"{name}: the site says another list than before")
        if "list" not in row:
            if now is not None and now >= dt.datetime.fromisoformat(row["known_from"]):
                raise StoreError(f"{name}: first heard of its list when the public value may be known")
            row["list"] = frozen
            self._write()

    def draw_secret(self, *, tender: str, number: int, now: dt.datetime) -> str | None:
        """The secret value of a draw whose list this store knows; None before the public value may be known,
        by this machine's clock."""
        name = f"draw {tender} {number}"
        row = self._draw(name)
        if "list" not in row or now < dt.datetime.fromisoformat(row["known_from"]):
            return None
        return self._draw_value(name)

    @property
    def urn(self) -> str:
        """The trustee's name in the record."""
        return f"tenders.trustee/{self.trustee}"

    def _draw(self, name: str) -> dict[str, Any]:
        row: dict[str, Any] | None = self.said.get("draws", {}).get(name)
        if row is None:
            raise StoreError(f"{name}: this store made no value for it")
        return row

    def _draw_value(self, name: str) -> str:
        return self._unwrap(name, self._draw(name)["wrapped"]).hex()

    def _unwrap(self, name: str, wrapped: str) -> bytes:
        raw = bytes.fromhex(wrapped)
        try:
            return self._kek.decrypt(raw[:12], raw[12:], f"{FORMAT}\0{self.trustee}\0{name}".encode())
        except Exception as failure:
            raise StoreError("the passphrase does not open this store") from failure

    def _write(self) -> None:
        new = self.path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self.said, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)


def _wrapping_key(passphrase: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, iterations)


def _wrap(kek: AESGCM, trustee: str, name: str, private: bytes) -> str:
    nonce = secrets.token_bytes(12)
    return (nonce + kek.encrypt(nonce, private, f"{FORMAT}\0{trustee}\0{name}".encode())).hex()


class Site:
    """The site as a trustee's program speaks to it: signed requests, JSON both ways."""

    def __init__(self, address: str, store: Store) -> None:
        self.address, self.store = address.rstrip("/"), store

    def ask(self, what: str, said: dict[str, Any]) -> dict[str, Any]:
        path = f"/trustees/{self.store.trustee}/{what}/"
        body = json.dumps(said).encode()
        moment = dt.datetime.now(dt.UTC).isoformat()
        request = urllib.request.Request(  # noqa: S310 - the address is the trustee's own choice
            self.address + path,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Qinqing-Moment": moment,
                "Qinqing-Signature": self.store.identity.sign(request_statement(path, moment, body)).hex(),
            },
        )
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
            answer: dict[str, Any] = json.load(reply)
            return answer


def register(store: Store, site: Site, wanted: int) -> None:
    """Register keys until as many lie ready as the site wants."""
    publics = store.unregistered()
    if len(publics) < wanted:
        publics += store.make_keys(wanted - len(publics))
    if publics:
        keys = [
            {"public": p.hex(), "signature": store.identity.sign(key_statement(store.trustee, p)).hex()}
            for p in publics
        ]
        site.ask("keys", {"keys": keys})
        store.note_registered(publics)


def answer(store: Store, due: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    """The shares of one tender that is due, as the site takes them."""
    shares = {}
    for bid in due["bids"]:
        share = store.share(
            kid=due["key"],
            tender=due["tender"],
            tenderer=bid["tenderer"],
            header=bytes.fromhex(bid["header"]),
            now=now,
        )
        shares[bid["bid"]] = share.hex() if share else None
    return {"tender": due["tender"], "shares": shares}


def answer_draw(store: Store, draw: dict[str, Any], now: dt.datetime) -> dict[str, Any] | None:
    """What to say of a draw that waits: the commitment before the freeze; the value once the list is frozen
    and the public value may be known; None while there is nothing to say yet. Raises StoreError."""
    place: dict[str, Any] = {"tender": str(draw["tender"]), "number": int(draw["number"])}
    if not draw["list"]:
        if draw["committed"]:
            return None
        known_from = dt.datetime.fromisoformat(draw["known_from"])
        made = store.draw_commitment(known_from=known_from, now=now, **place)
        return {"commitments": [place | {"commitment": made}]}
    store.note_frozen(frozen=str(draw["list"]), now=now, **place)
    secret = store.draw_secret(now=now, **place) if draw.get("value") else None
    return {"secrets": [place | {"secret": secret}]} if secret else None


def answer_draws(store: Store, site: Site, draws: list[dict[str, Any]], say: Any) -> None:
    """Each draw by itself, so that one which is refused keeps no other waiting."""
    for draw in draws:
        try:
            told = answer_draw(store, draw, dt.datetime.now(dt.UTC))
            if told is not None:
                site.ask("draws", told)
                act = "committed to a value for" if "commitments" in told else "opened the value of"
                say(f"{act} draw {draw['number']} of {draw['tender']}")
        except StoreError as refusal:
            say(f"ALARM: {refusal}")
        except urllib.error.HTTPError as refusal:
            say(f"the site refused: {refusal.code} {refusal.read(500).decode(errors='replace')}")


def once(store: Store, site: Site, say: Any = print) -> int:
    """One round: register keys, remember deadlines, answer what is due and draws. How many tenders."""
    waiting = site.ask("waiting", {})
    register(store, site, waiting["wanted"])
    done = 0
    for appointed in [*waiting["appointed"], *waiting["due"]]:
        closes_at = dt.datetime.fromisoformat(appointed["closes_at"])
        try:
            first = store.note_appointed(appointed["key"], tender=appointed["tender"], closes_at=closes_at)
            if first and "bids" in appointed:
                say(f"first heard of {appointed['tender']} after its deadline: see its page")
            if "bids" in appointed:
                site.ask("shares", answer(store, appointed, dt.datetime.now(dt.UTC)))
                say(f"handed over the shares of {appointed['tender']}")
                done += 1
        except StoreError as refusal:
            say(f"ALARM: {refusal}")
    answer_draws(store, site, waiting.get("draws", []), say)
    return done


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """One program at a time uses a store."""
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{path} is in use by another program") from None
        yield


def _run(store: Store, arguments: argparse.Namespace) -> int:
    site = Site(arguments.site, store)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        try:
            once(store, site, lambda text: print(text, flush=True))
        except urllib.error.HTTPError as refusal:
            print(
                f"the site refused: {refusal.code} {refusal.read(500).decode(errors='replace')}", flush=True
            )
        except OSError as failure:
            print(f"the site does not answer: {failure}", flush=True)
        if arguments.once:
            return 0
        time.sleep(arguments.interval)


def _passphrase(arguments: argparse.Namespace) -> str:
    if arguments.passphrase_file:
        return str(Path(arguments.passphrase_file).read_text().strip())
    return getpass.getpass("Passphrase of the store: ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trustee.py", description=__doc__.split("\n\n")[0])
    parser.add_argument("--passphrase-file")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in ("init", "run", "keys", "answer", "list"):
        verb = verbs.add_parser(name)
        verb.add_argument("store", type=Path)
        if name == "init":
            verb.add_argument("--trustee", required=True)
        if name == "run":
            verb.add_argument("--site", required=True)
            verb.add_argument("--once", action="store_true")
            verb.add_argument("--interval", type=float, default=2.0)
        if name == "keys":
            verb.add_argument("number", type=int)
        if name == "answer":
            verb.add_argument("waiting", type=Path)
        if name == "list":
            verb.add_argument("tender")
            verb.add_argument("number", type=int)
            verb.add_argument("digest")
    return parser


def main(words: list[str] | None = None) -> int:
    arguments = _parser().parse_args(words)
    try:
        if arguments.verb == "init":
            made = Store.create(arguments.store, trustee=arguments.trustee, passphrase=_passphrase(arguments))
            print(made.identity_public.hex())
            return 0
        with held(arguments.store):
            store = Store(arguments.store, _passphrase(arguments))
            if arguments.verb == "run":
                return _run(store, arguments)
            if arguments.verb == "list":
                place = {"tender": arguments.tender, "number": arguments.number}
                store.note_frozen(frozen=arguments.digest, now=None, **place)
                return 0
            if arguments.verb == "keys":
                store.make_keys(arguments.number)
                print(json.dumps({"keys": [{"public": p.hex()} for p in store.unregistered()]}))
                return 0
            said = json.loads(arguments.waiting.read_text())
            for due in said["due"]:
                moment = dt.datetime.fromisoformat(due["closes_at"])
                store.note_appointed(due["key"], tender=due["tender"], closes_at=moment)
            now = dt.datetime.now(dt.UTC)
            told = [answer_draw(store, draw, now) for draw in said.get("draws", [])]
            draws = {
                name: [row for one in told if one for row in one.get(name, [])]
                for name in ("commitments", "secrets")
            }
            answers = [answer(store, due, now) for due in said["due"]]
            print(json.dumps({"answers": answers, "draws": draws}))
            return 0
    except (StoreError, OSError, ValueError, KeyError) as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
