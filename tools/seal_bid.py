#!/usr/bin/env python3
"""Seal a bid on a computer of your own, without a connection to anything.

    seal_bid.py CARD.json --price 19600.00 | --rate 92.50 --days 20 [--note TEXT] [--file A.pdf] --out bid.qq2

CARD.json is downloaded from the tender's bid page; bid.qq2 is uploaded there, with bid-1.qq2f and so on: each
file (up to five of 200 MB, 400 MB together) sealed the same way beside it. Compare the trustees' keys that
are printed with those named on the tender's page and in its entry of the record. Needs Python, `cryptography`
and the folder this lies in. The format is told in docs/sealing.md.
"""

import argparse
import datetime as dt
import hashlib
import json
import secrets
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, BinaryIO

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from marketplace.tenders.rates import price_of  # noqa: E402
from marketplace.tenders.sealing import (  # noqa: E402
    NAME_LIMIT,
    NOTE_LIMIT,
    SUITE_ID,
    Attached,
    Key,
    PlainBid,
    context_of,
    seal,
)
from marketplace.tenders.sealing.attachments import (  # noqa: E402
    CHUNK,
    chunks_for,
    digest_of,
    file_head,
    seal_chunks,
)
from marketplace.tenders.sealing.bid import ATTACHED_LIMIT  # noqa: E402

MOST_CHUNKS = 400  # of one MB, all files together; the site takes no more


class CannotSeal(Exception):
    """The message tells why."""


def amount_of(card: dict[str, Any], rate: str) -> str:
    """The price that a rate amounts to by a card. Raises CannotSeal."""
    if not card.get("base_amount"):
        raise CannotSeal("the tender asks for a price, not for a rate")
    low, high = card["rates"]
    try:
        share = Decimal(rate)
    except InvalidOperation as failure:
        raise CannotSeal(f"{rate} is no rate") from failure
    if share != share.quantize(Decimal("0.01")) or not Decimal(low) <= share <= Decimal(high):
        raise CannotSeal(f"the rate: from {low} to {high} percent, two places at the most")
    return str(price_of(Decimal(card["base_amount"]), share))


def sealed(
    card: dict[str, Any],
    *,
    price: str,
    days: int,
    note: str,
    rate: str = "",
    seed: bytes | None = None,
    files: Sequence[Attached] = (),
) -> bytes:
    """The envelope of a bid for the tender and bidder of a card. `files` were sealed with the same `seed`.

    Raises CannotSeal.
    """
    if card.get("base_amount") and not rate:
        raise CannotSeal("the tender asks for a rate, not for a price")
    price = amount_of(card, rate) if rate else price
    if card.get("suite") != SUITE_ID:
        raise CannotSeal(f"the card asks for suite {card.get('suite')}, this program knows {SUITE_ID}")
    keys = [Key(bytes.fromhex(each["public"])) for each in card["trustees"]]
    if any(key.id.hex() != each["key"] for key, each in zip(keys, card["trustees"], strict=True)):
        raise CannotSeal("the card names a key that is not the one it holds")
    try:
        amount = Decimal(price).quantize(Decimal("0.01"))
    except InvalidOperation as failure:
        raise CannotSeal(f"{price} is no amount") from failure
    if amount != Decimal(price) or not 0 < amount < Decimal("1e10"):
        raise CannotSeal("the price: yuan, more than 0, two places at the most")
    if card.get("ceiling") and amount > Decimal(card["ceiling"]):
        raise CannotSeal(f"the price is above the ceiling of {card['ceiling']}; such a bid does not count")
    if not 0 < days <= card["days"]:
        raise CannotSeal(f"the tender allows 1 to {card['days']} working days")
    if len(note) > NOTE_LIMIT or "\0" in note:
        raise CannotSeal(f"the note: {NOTE_LIMIT} characters at the most")
    place = {"tender": card["tender"], "tenderer": card["tenderer"]}
    bid = PlainBid(amount, days, note, tuple(files))
    return seal(bid, trustees=keys, needed=card["needed"], seed=seed, **place)


def seal_files(card: dict[str, Any], paths: Sequence[Path], *, out: Path, seed: bytes) -> list[Attached]:
    """Seal files beside a bid: OUT-1.qq2f and so on; what the bid says of each. Raises CannotSeal."""
    sizes = [path.stat().st_size for path in paths]
    try:
        counts = [chunks_for(size) for size in sizes]
    except ValueError as failure:
        raise CannotSeal(str(failure)) from failure
    if len(paths) > ATTACHED_LIMIT or sum(counts) > MOST_CHUNKS:
        raise CannotSeal(f"up to {ATTACHED_LIMIT} files of 200 MB each, {MOST_CHUNKS} MB together")
    context = context_of(tender=card["tender"], tenderer=card["tenderer"])
    made = []
    for number, (path, size) in enumerate(zip(paths, sizes, strict=True), start=1):
        ref, digests = secrets.token_hex(16), []
        with path.open("rb") as source, sealed_path(out, number).open("wb") as target:
            target.write(file_head(ref))
            for chunk in seal_chunks(_pieces(source), size, seed=seed, context=context, file=ref):
                target.write(chunk)
                digests.append(hashlib.sha256(chunk).digest())
        made.append(Attached(ref, path.name[-NAME_LIMIT:], size, digest_of(digests)))
    return made


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(CHUNK):
        yield piece


def sealed_path(out: Path, number: int) -> Path:
    """Where a sealed file lies: beside the envelope, with its number."""
    return out.with_name(f"{out.stem}-{number}.qq2f")


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="seal_bid.py", description="Seal a bid on a computer of your own.")
    parser.add_argument("card", type=Path)
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--price", default="", help="total in yuan without tax")
    either.add_argument("--rate", default="", help="percent of the base amount, for a tender by rate")
    parser.add_argument("--days", required=True, type=int, help="working days you need")
    parser.add_argument("--note", default="", help="becomes public at the opening")
    parser.add_argument("--file", action="append", default=[], type=Path, help="sealed beside it; repeat it")
    parser.add_argument("--out", required=True, type=Path)
    said = parser.parse_args(words)
    try:
        card = json.loads(said.card.read_text(encoding="utf-8"))
        stated: dict[str, Any] = {
            "price": said.price,
            "days": said.days,
            "note": said.note,
            "rate": said.rate,
        }
        seed = secrets.token_bytes(32)
        sealed(card, **stated)  # refused before anything is written
        files = seal_files(card, said.file, out=said.out, seed=seed)
        envelope = sealed(card, **stated, seed=seed, files=files)
        said.out.write_bytes(envelope)
    except (CannotSeal, OSError, ValueError, KeyError, TypeError) as failure:
        print(f"Not sealed: {failure}", file=sys.stderr)
        return 1
    deadline = dt.datetime.fromisoformat(card["closes_at"])
    print(f"{card['title']}\n{card['bidder']}\ndeadline {deadline:%Y-%m-%d %H:%M %Z}")
    for trustee in card["trustees"]:
        print(f"trustee {trustee['name']}: key {trustee['key']}")
    for number, path in enumerate(said.file, start=1):
        print(f"{path.name}: {sealed_path(said.out, number).name}")
    print(f"envelope SHA-256 {hashlib.sha256(envelope).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
