"""What waits for a trustee, and what it answers, as JSON: for its program and its browser alike."""

import datetime as dt
import re
from typing import Any

from .models import Appointment, Bid, Trustee
from .queries import appointments_due, appointments_running, bids_to_answer, spare_keys
from .sealing import Unreadable, read_header

WANTED = 20  # keys of a trustee that shall lie ready
AT_ONCE = 20  # tenders that are due, in one answer
_HEX32 = re.compile("[0-9a-f]{64}")


class BadAnswer(Exception):
    """What was sent is not an answer; the message names the field."""


def waiting_for(trustee: Trustee, *, now: dt.datetime) -> dict[str, Any]:
    """Keys wanted, tenders that run with their deadlines, and what is due with its bids' headers."""
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
