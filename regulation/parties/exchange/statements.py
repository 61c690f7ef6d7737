"""One BODS 0.4 statement as staged rows and faults. Pure: no ORM, no clock; identity numbers leave hashed."""

import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ..identifiers import identity_digest
from . import vocabulary as words
from .faults import ERROR, Fault
from .fields import ID_MOST, Staged
from .parties import Parties
from .relationships import Relationships

STATEMENT_ID_LEAST = 32


def digest_of(statement: Any) -> bytes:
    """SHA-256 of a statement as JSON with sorted keys, whenever it was published. Numbers have to be replaced
    before."""
    if isinstance(publication := statement.get("publicationDetails"), dict):
        statement = {**statement, "publicationDetails": publication | {"publicationDate": None}}
    text = json.dumps(statement, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).digest()


def _plain(value: Any) -> str:
    return str(value.normalize()) if isinstance(value, Decimal) else str(value)


class Reader:
    """Reads statements one at a time. `key` hashes identity numbers; `site` tells our own ids."""

    def __init__(self, *, key: bytes, site: str) -> None:
        self.key, self.site = key, site

    def read(self, line: int, value: Any) -> tuple[list[Staged], list[Fault]]:
        """The rows of one statement, none of them where a fault is an error, and what was found."""
        one = _Statement(self, line, value)
        try:
            rows = one.rows()
        except RecursionError:
            one.fault("", "", "bad_json", detail="nested too deeply")
        broken = any(fault.severity == ERROR for fault in one.faults)
        return ([] if broken else rows), one.faults

    def number_digest(self, scheme: str, number: str) -> bytes:
        said = number if scheme == words.IDENTITY_CARD else f"{scheme}:{number}"
        return identity_digest(said, key=self.key)

    def redacted(self, value: Any) -> Any:
        """The statement with the numbers of a person's identifiers replaced by their keyed digests."""
        details = value.get("recordDetails")
        if value.get("recordType") != "person" or not isinstance(details, dict):
            return value
        if not isinstance(listed := details.get("identifiers"), list):
            return value
        hashed = [
            {
                "scheme": str(one.get("scheme")),
                "id": self.number_digest("any", str(one.get("id"))).hex(),
            }
            if isinstance(one, dict)
            else None
            for one in listed
        ]
        return {**value, "recordDetails": {**details, "identifiers": hashed}}


class _Statement(Parties, Relationships):
    def rows(self) -> list[Staged]:
        value = self.value
        if not isinstance(value, dict):
            self.fault("", "", "not_an_object")
            return []
        if isinstance(raw := value.get("statementId"), str):
            self.statement_id = raw
        statement_id = self.text(value, "statementId", "", most=10_000, needed=True)
        if statement_id and not STATEMENT_ID_LEAST <= len(statement_id) <= ID_MOST:
            self.fault("statementId", statement_id, "bad_statement_id")
        record_type = self.choice(value, "recordType", "", ("entity", "person", "relationship"))
        base = Staged(
            line=self.line,
            record_type=record_type,
            statement_id=statement_id,
            record_id=self.text(value, "recordId", "", most=ID_MOST, needed=True),
            status=self.choice(value, "recordStatus", "", ("new", "updated", "closed"), fallback="new"),
            statement_date=self.day(value, "statementDate", ""),
            declared_ref=self.text(value, "declarationSubject", "", most=ID_MOST, needed=True),
        )
        details = self.object(value, "recordDetails", "", needed=True)
        self.invented(base, details)
        rows = self.by_type(base, details)
        if any(fault.severity == ERROR for fault in self.faults):
            return []
        digest = digest_of(self.reader.redacted(self.value))
        return [replace(row, digest=digest) for row in rows]

    def invented(self, base: Staged, details: dict[str, Any]) -> None:
        extension = self.object(details, words.EXTENSION, "recordDetails.")
        base.is_invented = extension.get("invented") is True

    def by_type(self, base: Staged, details: dict[str, Any]) -> list[Staged]:
        noun = "interest" if base.record_type == "relationship" else base.record_type
        base.own = words.own_key(self.reader.site, noun, base.record_id)
        if base.record_type == "entity":
            return [self.entity(base, details)]
        if base.record_type == "person":
            return [self.person(base, details)]
        return self.relationship(base, details) if base.record_type else []
