"""The fields of a statement: each either plain and within bounds, or a fault with its place. Pure."""

import datetime as dt
import difflib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from .faults import ERROR, Fault, shown

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
ID_MOST = 64
_ID_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Staged:
    """One party or one interest as it stands in a file; the fields are StagedRow's."""

    line: int
    record_type: str
    statement_id: str
    record_id: str
    status: str
    statement_date: dt.date | None
    digest: bytes = b""
    ordinal: int = 0
    own: int | None = None
    name: str = ""
    pinyin: str = ""
    party_kind: str = ""
    credit_code: str = ""
    identity_digest: bytes | None = None
    birth_month: str = ""
    region: str = ""
    address: str = ""
    phone: str = ""
    holder_ref: str = ""
    holder_name: str = ""
    subject_ref: str = ""
    subject_name: str = ""
    declared_ref: str = ""
    kind: str = ""
    share_min: Decimal | None = None
    share_max: Decimal | None = None
    post: str = ""
    rank: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    source: str = ""
    source_url: str = ""
    is_invented: bool = False


def holds_identity_number(text: str) -> bool:
    """Whether a resident identity number (GB 11643, its check character agreeing) stands in a text."""
    for found in _ID_NUMBER.findall(text):
        total = sum(int(digit) * weight for digit, weight in zip(found[:17], _WEIGHTS, strict=True))
        if "10X98765432"[total % 11] == found[17].upper() and found[6:8] in ("18", "19", "20"):
            return True
    return False


class Hashing(Protocol):
    """Whoever reads: knows the site and hashes numbers."""

    site: str

    def number_digest(self, scheme: str, number: str) -> bytes: ...

    def redacted(self, value: Any) -> Any: ...


class Fields:
    """Takes fields out of one statement and puts down what is wrong with them."""

    def __init__(self, reader: Hashing, line: int, value: Any) -> None:
        self.reader, self.line, self.value = reader, line, value
        self.faults: list[Fault] = []
        self.statement_id = ""

    def fault(self, path: str, value: object, code: str, severity: str = ERROR, **more: Any) -> None:
        meant = more.pop("meant", "")
        at = shown(path)[:120]
        self.faults.append(
            Fault(self.line, shown(self.statement_id)[:64], at, shown(value), code, severity, meant, more)
        )

    def text(self, of: dict[str, Any], key: str, path: str, *, most: int, needed: bool = False) -> str:
        value = of.get(key)
        if value is None or value == "":
            if needed:
                self.fault(f"{path}{key}", "", "needed")
            return ""
        return self.plain(value, f"{path}{key}", most=most)

    def plain(self, value: Any, path: str, *, most: int) -> str:
        if not isinstance(value, str):
            self.fault(path, value if not isinstance(value, dict | list) else "", "not_text")
            return ""
        if CONTROL.search(value):
            self.fault(path, value, "control")
            return ""
        if holds_identity_number(value):
            self.fault(path, "", "identity_number_in_text")
            return ""
        said = " ".join(value.split())
        if len(said) > most:
            self.fault(path, said, "too_long", most=most)
            return ""
        return said

    def object(self, of: dict[str, Any], key: str, path: str, *, needed: bool = False) -> dict[str, Any]:
        value = of.get(key)
        if value is None:
            if needed:
                self.fault(f"{path}{key}", "", "needed")
            return {}
        if not isinstance(value, dict):
            self.fault(f"{path}{key}", "", "not_an_object")
            return {}
        return value

    def array(self, of: dict[str, Any], key: str, path: str) -> list[Any]:
        value = of.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(f"{path}{key}", "", "not_an_array")
            return []
        return value

    def choice(
        self, of: dict[str, Any], key: str, path: str, known: Any, *, fallback: str | None = None
    ) -> str:
        value = of.get(key)
        if value is None and fallback is not None:
            return fallback
        if isinstance(value, str) and value in known:
            return value
        if value is None:
            self.fault(f"{path}{key}", "", "needed")
        else:
            near = (
                difflib.get_close_matches(str(value)[:64], sorted(known), 1) if isinstance(value, str) else []
            )
            said = value if isinstance(value, str) else ""
            self.fault(f"{path}{key}", said, "not_a_choice", meant=near[0] if near else "")
        return ""

    def day(self, of: dict[str, Any], key: str, path: str) -> dt.date | None:
        """A day; of a moment its day. None where absent."""
        value = of.get(key)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                found = dt.date.fromisoformat(value[:10])
                if len(value) > 10:
                    dt.datetime.fromisoformat(value)
                if len(value) >= 10 and EARLIEST <= found <= LATEST:
                    return found
            except ValueError:
                pass
        said = value if isinstance(value, str) else ""
        self.fault(f"{path}{key}", said, "not_a_day")
        return None
