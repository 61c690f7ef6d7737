"""What waits for a trustee, and what it answers, as JSON: for its program and its browser alike."""

import datetime as dt
import re
from typing import Any

from .models import Appointment, Bid, Draw, Trustee
from .queries import appointments_due, appointments_running, bids_to_answer, draws_waiting_for, spare_keys
from .sealing import Unreadable, read_header

WANTED = 20  # keys of a trustee that shall lie ready
AT_ONCE = 20  # tenders that are due, in one answer
_HEX32 = re.compile("[0-9a-f]{64}")


class BadAnswer(Exception):
    """What was sent is not an answer; the message names the field."""


def waiting_for(trustee: Trustee, *, now: dt.datetime) -> dict[str, Any]:
    """Keys wanted, tenders that run with their deadlines, what is due with its bids' headers, and draws that
    want a secret value of this trustee's program."""
    return {
        "format": "qinqing-trustee-waiting/1",
        "trustee": trustee.ref,
        "now": now.isoformat(),
        "wanted": max(0, WANTED - spare_keys(trustee)),
        "appointed": [_appointed(a) for a in appointments_running(trustee, now=now)],
        "due": [
            _appointed(a) | {"bids": [_bid(bid) for bid in bids_to_answer(a, now=now)]}
            for a in appointments_due(trustee, now=now)[:AT_ONCE]
        ],
        "draws": [_draw(draw) for draw in draws_waiting_for(trustee)[:AT_ONCE]],
    }


def _draw(draw: Draw) -> dict[str, Any]:
    """`list` is the digest of the frozen list, empty before the freeze; `value` the public value once it is
    on record: before that no secret is taken."""
    return {
        "tender": draw.tender.urn,
        "number": draw.number,
        "known_from": draw.known_from.isoformat(),
        "list": draw.list_digest,
        "value": draw.public_value,
        "committed": draw.committed,  # type: ignore[attr-defined]
    }


def _appointed(appointment: Appointment) -> dict[str, Any]:
    closes_at = appointment.tender.closes_at
    return {
        "tender": appointment.tender.urn,
        "title": appointment.tender.title,
        "key": appointment.key_id,
        "position": appointment.position,
        "closes_at": closes_at.isoformat() if closes_at else "",
    }


def _bid(bid: Bid) -> dict[str, Any]:
    envelope = bytes(bid.envelope)
    try:
        header = envelope[: read_header(envelope).size]
    except Unreadable:
        header = b""
    return {"bid": str(bid.ref), "tenderer": bid.tenderer.urn, "header": header.hex()}


def keys_in(said: Any) -> tuple[list[bytes], list[bytes]]:
    """Public keys and, where every key has one, their signatures. Raises BadAnswer."""
    rows = said.get("keys") if isinstance(said, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadAnswer("keys: a list of objects")
    publics, signatures = [], []
    for n, row in enumerate(rows, start=1):
        public, signature = row.get("public"), row.get("signature")
        if not isinstance(public, str) or not _HEX32.fullmatch(public):
            raise BadAnswer(f"keys[{n}].public: 64 hexadecimal digits")
        publics.append(bytes.fromhex(public))
        if signature is not None:
            if not isinstance(signature, str) or not re.fullmatch("[0-9a-f]{128}", signature):
                raise BadAnswer(f"keys[{n}].signature: 128 hexadecimal digits")
            signatures.append(bytes.fromhex(signature))
    if signatures and len(signatures) != len(publics):
        raise BadAnswer("keys: all signed, or none")
    return publics, signatures


def shares_in(trustee: Trustee, said: Any) -> tuple[Appointment, dict[str, bytes | None]]:
    """The appointment an answer is for, and its shares by the bid's ref. Raises BadAnswer."""
    if not isinstance(said, dict) or not isinstance(said.get("shares"), dict):
        raise BadAnswer("shares: an object")
    ref = str(said.get("tender", "")).removeprefix("tenders.tender/").replace("\0", "")
    appointment = trustee.appointments.select_related("tender", "key").filter(tender__ref=ref).first()
    if appointment is None:
        raise BadAnswer("tender: none of this trustee's")
    shares: dict[str, bytes | None] = {}
    for bid, value in said["shares"].items():
        if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bid):
            raise BadAnswer("shares: named by the ref of a bid")
        if value is not None and (not isinstance(value, str) or not _HEX32.fullmatch(value)):
            raise BadAnswer(f"shares.{bid}: 64 hexadecimal digits, or null")
        shares[bid] = bytes.fromhex(value) if value is not None else None
    return appointment, shares


def draws_in(trustee: Trustee, said: Any) -> tuple[list[tuple[Draw, str]], list[tuple[Draw, str]]]:
    """Commitments and opened values for draws of this trustee's tenders. Raises BadAnswer."""
    if not isinstance(said, dict):
        raise BadAnswer("draws: an object")
    return _of_draws(trustee, said, "commitments", "commitment"), _of_draws(
        trustee, said, "secrets", "secret"
    )


def _of_draws(trustee: Trustee, said: dict[str, Any], name: str, value: str) -> list[tuple[Draw, str]]:
    rows = said.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadAnswer(f"{name}: a list of objects")
    found = []
    for n, row in enumerate(rows, start=1):
        ref = str(row.get("tender", "")).removeprefix("tenders.tender/").replace("\0", "")
        number, text = row.get("number"), row.get(value)
        if type(number) is not int or not 0 < number < 10_000:
            raise BadAnswer(f"{name}[{n}].number: a number")
        if not isinstance(text, str) or not _HEX32.fullmatch(text):
            raise BadAnswer(f"{name}[{n}].{value}: 64 hexadecimal digits")
        draws = Draw.objects.filter(tender__appointments__trustee=trustee, tender__ref=ref, number=number)
        draw = draws.select_related("tender").first()
        if draw is None:
            raise BadAnswer(f"{name}[{n}].tender: none of this trustee's draws")
        found.append((draw, text))
    return found
