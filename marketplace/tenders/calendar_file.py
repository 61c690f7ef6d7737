"""Deadlines as an iCalendar file (RFC 5545). Pure: no ORM, no clock."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

OCTETS = 75  # a longer line is folded (RFC 5545 3.1)


@dataclass(frozen=True, slots=True)
class Event:
    """A moment in a calendar; `uid` stays the same for good, `changed` moves when the event does, and where
    it will not happen any more it is `cancelled`, so that a calendar that has it strikes it out; where nobody
    knows whether it will, `uncertain`."""

    uid: str
    at: dt.datetime
    summary: str
    url: str
    changed: dt.datetime
    cancelled: bool = False
    uncertain: bool = False


def _text(value: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line break escaped; other control signs left out."""
    for sign, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        value = value.replace(sign, escaped)
    return "".join(sign for sign in value if sign >= " ")


def _stamp(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def fold(line: str) -> str:
    """Lines of at most 75 octets, none broken inside a character; what follows begins with a space."""
    lines, current, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > OCTETS:
            lines.append(current)
            current, size = " ", 1
        current, size = current + sign, size + width
    return "\r\n".join([*lines, current])


def _status(event: Event) -> list[str]:
    if event.cancelled:
        return ["STATUS:CANCELLED"]
    return ["STATUS:TENTATIVE"] if event.uncertain else []


def calendar(name: str, events: Iterable[Event]) -> str:
    """The whole file."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Qinqing//Tenders//ZH",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{_stamp(event.changed)}",
            f"DTSTART:{_stamp(event.at)}",
            f"DTEND:{_stamp(event.at)}",
            f"SUMMARY:{_text(event.summary)}",
            f"URL:{event.url}",
            *_status(event),
            "END:VEVENT",
        ]
    return "".join(fold(line) + "\r\n" for line in [*lines, "END:VCALENDAR"])
