"""Rows of a table of interests as BODS 0.4 statements, which are then read like any others. Pure.

An id belongs to its publisher: what one calls P-001 is not what another calls so. A statement id that is not
given follows from what the row says, so that the same row again is the same statement.
"""

import difflib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from regulation.tables.cells import day_of, has_control
from regulation.tables.columns import Column, Holds, Sheet
from regulation.tables.errors import FileRefused
from regulation.tables.header import marks, read_header, sheet_of, spoken
from regulation.tables.reading import Formula, Row, open_sheets
from regulation.tables.template import is_explanation

from ..identifiers import is_credit_code, is_identity_number, normal_credit_code
from . import vocabulary as words
from .errors import InterestFileRefused
from .faults import ERROR, WARNING, Fault, shown
from .places import line_of
from .sheets import ENTITIES, ID_MOST, PEOPLE, SHEETS
from .statements import Reader
from .streaming import Read

_OLD_NUMBER = re.compile(r"[0-9]{15}")
_FOREIGN = re.compile(r"qinqing-[0-9a-f]{8}-(entity|person|interest)-[0-9]{12}")
_SHARES = {"share": "exact", "share_min": "minimum", "share_max": "maximum"}


def _is_card(number: str) -> bool:
    return is_identity_number(number) or bool(_OLD_NUMBER.fullmatch(number))


class Rows:
    """Reads the rows of a file. `regions` are codes by the names that only one region has."""

    def __init__(self, content: bytes, *, reader: Reader, regions: Mapping[str, str]) -> None:
        self.content, self.reader, self.regions = content, reader, regions

    def reads(self) -> Iterator[Read]:
        """A statement a row, or what is wrong with the row. Raises InterestFileRefused."""
        try:
            yield from self._reads()
        except FileRefused as refused:
            raise InterestFileRefused(refused.code, **refused.params) from refused

    def _reads(self) -> Iterator[Read]:
        seen: set[str] = set()
        for title, rows in open_sheets(self.content):
            if is_explanation(title):
                continue
            sheet, rows = sheet_of(SHEETS, rows)
            if sheet.kind in seen:
                raise FileRefused("repeated_sheet", sheet=title[:40])
            seen.add(sheet.kind)
            columns, rows = read_header(sheet, rows)
            at = marks(columns)
            for number, cells in rows:
                if at is None or not (at < len(cells) and cells[at]):
                    yield self._read(sheet, columns, (number, cells))

    def _read(self, sheet: Sheet, columns: list[Column | None], row: Row) -> Read:
        one = _Row(self, sheet, line_of(sheet, row[0]))
        said = one.cells(columns, row[1])
        statement = None if one.broken else one.statement(said)
        return Read(one.line, statement, faults=tuple(one.faults))


class _Row:
    """One row: its cells, what is wrong with them, and the statement they make."""

    def __init__(self, rows: Rows, sheet: Sheet, line: int) -> None:
        self.rows, self.sheet, self.line = rows, sheet, line
        self.faults: list[Fault] = []

    @property
    def broken(self) -> bool:
        return any(fault.severity == ERROR for fault in self.faults)

    def fault(
        self, column: str, value: str, code: str, meant: str = "", severity: str = ERROR, **more: Any
    ) -> None:
        said = "" if column == "identity_number" else shown(value)
        self.faults.append(Fault(self.line, "", column, said, code, severity, shown(meant)[:200], more))

    def cells(self, columns: list[Column | None], cells: list[str]) -> dict[str, str]:
        """What each column says: choices by their code, days in ISO, the rest as it stands."""
        said: dict[str, str] = {}
        for n, column in enumerate(columns):
            text = cells[n] if column and n < len(cells) else ""
            if column is None or column.holds == Holds.MARK:
                continue
            said[column.name] = self._cell(column, text)
        for column in self.sheet.columns:
            told = any(fault.path == column.name for fault in self.faults)
            if column.needed and not said.get(column.name) and not told:
                self.fault(column.name, "", "needed")
        return said

    def _cell(self, column: Column, text: str) -> str:
        if has_control(text):
            self.fault(column.name, text, "control")
        elif isinstance(text, Formula):
            self.fault(column.name, text, "formula")
        elif not text:
            return ""
        elif column.holds == Holds.CHOICE:
            return self._choice(column, text)
        elif column.holds == Holds.DAY:
            return self._day(text) or text
        elif column.holds == Holds.REGION:
            return self.rows.regions.get(text, text)
        else:
            return text
        return ""

    def _choice(self, column: Column, text: str) -> str:
        known = spoken(column)
        if text.lower() in known:
            return known[text.lower()]
        near = next(iter(difflib.get_close_matches(text.lower(), known, 1)), "")
        self.fault(column.name, text, "not_a_choice", str(column.choices[known[near]]) if near else "")
        return ""

    def _day(self, text: str) -> str:
        day = day_of(text.removesuffix(" 00:00:00"))
        if day is not None:
            return day.isoformat()
        month = re.fullmatch(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})月?", text)
        return f"{month[1]}-{int(month[2]):02d}" if month else ""

    # --- statements ----------------------------------------------------------------------------------------

    def statement(self, said: dict[str, str]) -> dict[str, Any]:
        """The BODS 0.4 statement of a row whose cells each make sense."""
        if self.sheet is ENTITIES:
            key, record_type, details = "entity_id", "entity", self._entity(said)
        elif self.sheet is PEOPLE:
            key, record_type, details = "person_id", "person", self._person(said)
        else:
            key, record_type, details = "interest_id", "relationship", self._relationship(said)
        record_id = self._id(said, key)
        subject = self._party(said, "declared_by") if said.get("declared_by") else record_id
        type_ = "selfDeclaration" if said.get("declared_by") else "thirdParty"
        source = {"type": [type_], "description": said.get("source", ""), "url": said.get("source_url", "")}
        if said.get("invented") == "yes":
            details[words.EXTENSION]["invented"] = True
        body: dict[str, Any] = {
            "declarationSubject": subject,
            "recordId": record_id,
            "recordType": record_type,
            "recordStatus": said.get("status") or self._status(record_type, record_id),
            "statementDate": said.get("statement_date") or None,
            "publicationDetails": {"publisher": {"name": said.get("publisher", "")}},
            "source": source,
            "recordDetails": details,
        }
        return {"statementId": said.get("statement_id") or self._derived(body), **body}

    def _status(self, record_type: str, record_id: str) -> str:
        """A party is said anew each time; an interest is new unless it is one of our own."""
        own = record_type == "relationship" and words.own_key(self.rows.reader.site, "interest", record_id)
        return "new" if record_type == "relationship" and not own else "updated"

    def _derived(self, body: dict[str, Any]) -> str:
        said = json.dumps(self.rows.reader.redacted(body), sort_keys=True, default=str)
        return f"{words.DERIVED}{hashlib.sha256(said.encode()).hexdigest()[:48]}"

    def _id(self, said: dict[str, str], key: str) -> str:
        text = said.get(key, "")
        if _FOREIGN.fullmatch(text):
            return text
        if len(text) > ID_MOST:
            self.fault(key, text, "too_long", most=ID_MOST)
        return words.table_id(said.get("publisher", ""), text)

    def _party(self, said: dict[str, str], key: str) -> str:
        code = normal_credit_code(said.get(key, ""))
        return f"{words.BY_CODE}{code}" if is_credit_code(code) else self._id(said, key)

    def _entity(self, said: dict[str, str]) -> dict[str, Any]:
        kind = said["kind"]
        identifiers = []
        if said.get("credit_code"):
            identifiers.append({"id": said["credit_code"], "schemeName": words.CREDIT_CODE_SCHEME})
        return {
            "entityType": words.ENTITY_TYPES[kind],
            "name": said["name"],
            "identifiers": identifiers,
            "addresses": [{"address": said.get("address", "")}],
            words.EXTENSION: {"kind": kind, "region": said.get("region", ""), "phone": said.get("phone", "")},
        }

    def _person(self, said: dict[str, str]) -> dict[str, Any]:
        return {
            "personType": "knownPerson",
            "names": [{"fullName": said["name"]}],
            "identifiers": self._number(said),
            "birthDate": said.get("birth_month") or None,
            "addresses": [{"address": said.get("address", "")}],
            words.EXTENSION: {},
        }

    def _number(self, said: dict[str, str]) -> list[dict[str, str]]:
        number, kind = said.get("identity_number", ""), said.get("number_kind") or words.IDENTITY_CARD
        if not number:
            return []
        if kind == "digest":
            return [{"id": number, "schemeName": words.DIGEST_SCHEME}]
        if re.search(r"[0-9]e[+-]?[0-9]", number.lower()) and "." in number:
            self.fault("identity_number", "", "digits_lost")
        elif kind == words.IDENTITY_CARD and not _is_card(number):
            self.fault("identity_number", "", "bad_identity_number")
        return [{"id": number, "scheme": kind}]

    def _relationship(self, said: dict[str, str]) -> dict[str, Any]:
        kind = said["kind"]
        share = {word: self._share(said, column) for column, word in _SHARES.items() if said.get(column)}
        interest = {
            "type": words.SAID_AS.get(kind, kind),
            "directOrIndirect": "direct",
            "share": share or None,
            "startDate": said.get("start") or None,
            "endDate": said.get("end") or None,
            words.EXTENSION: {"kind": kind, "post": said.get("post", ""), "rank": said.get("rank") or None},
        }
        names = {"holderName": said.get("holder_name", ""), "subjectName": said.get("subject_name", "")}
        return {
            "interestedParty": self._party(said, "holder"),
            "subject": self._party(said, "subject"),
            "interests": [interest],
            words.EXTENSION: names,
        }

    def _share(self, said: dict[str, str], column: str) -> Any:
        text = said[column].replace("％", "%").removesuffix("%").strip()
        try:
            share = Decimal(text)
        except InvalidOperation:
            return said[column]
        if not share.is_finite() or len(text) > 20:
            return said[column]
        if 0 < share < 1 and "%" not in said[column]:
            self.fault(column, text, "share_below_one", f"{(share * 100).normalize():f}", WARNING)
        return share
