"""One BODS 0.4 statement as staged rows and faults. Pure: no ORM, no clock; identity numbers leave hashed."""

import datetime as dt
import difflib
import hashlib
import json
import re
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from ..identifiers import identity_digest, is_credit_code, normal_credit_code
from . import vocabulary as words
from .faults import ERROR, LEFT_OUT, WARNING, Fault, shown

PLACES = Decimal("0.0001")
HUNDRED = Decimal(100)
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
INTERESTS_MAX = 200
STATEMENT_ID_LEAST, ID_MOST = 32, 64
_ID_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


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
    subject_ref: str = ""
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


class _Statement:
    def __init__(self, reader: Reader, line: int, value: Any) -> None:
        self.reader, self.line, self.value = reader, line, value
        self.faults: list[Fault] = []
        self.statement_id = ""

    # --- what is found ---

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
        if _CONTROL.search(value):
            self.fault(path, value, "control")
            return ""
        if holds_identity_number(value):
            self.fault(path, "", "identity_number_in_text")
            return ""
        value = " ".join(value.split())
        if len(value) > most:
            self.fault(path, value, "too_long", most=most)
            return ""
        return value

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

    # --- the statement ---

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
        digest = digest_of(self.redacted())
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

    def redacted(self) -> Any:
        """The statement with the numbers of a person's identifiers replaced by their keyed digests."""
        details = self.value.get("recordDetails")
        if self.value.get("recordType") != "person" or not isinstance(details, dict):
            return self.value
        if not isinstance(listed := details.get("identifiers"), list):
            return self.value
        hashed = [
            {
                "scheme": str(one.get("scheme")),
                "id": self.reader.number_digest("any", str(one.get("id"))).hex(),
            }
            if isinstance(one, dict)
            else None
            for one in listed
        ]
        return {**self.value, "recordDetails": {**details, "identifiers": hashed}}

    # --- parties ---

    def entity(self, base: Staged, details: dict[str, Any]) -> Staged:
        at = "recordDetails."
        extension = self.object(details, words.EXTENSION, at)
        typed = self.object(details, "entityType", at, needed=True)
        type_ = self.choice(typed, "type", f"{at}entityType.", words.BODS_ENTITY_TYPES) if typed else ""
        subtype = self.text(typed, "subtype", f"{at}entityType.", most=40)
        fallback = words.entity_kind(type_, subtype)
        kind = self.choice(extension, "kind", f"{at}qinqing.", words.ENTITY_KINDS, fallback=fallback)
        name = self.text(details, "name", at, most=200) or base.record_id
        return replace(
            base,
            name=name,
            party_kind=kind,
            credit_code=self.credit_code(details),
            region=self.text(extension, "region", f"{at}qinqing.", most=12),
            phone=self.text(extension, "phone", f"{at}qinqing.", most=40),
            address=self.address(details),
        )

    def credit_code(self, details: dict[str, Any]) -> str:
        for index, one in enumerate(self.array(details, "identifiers", "recordDetails.")):
            at = f"recordDetails.identifiers[{index}]"
            if not isinstance(one, dict):
                self.fault(at, "", "not_an_object")
                continue
            scheme = f"{one.get('scheme')} {one.get('schemeName')}".lower()
            raw = one.get("id")
            if isinstance(raw, str) and len(raw) < 100 and is_credit_code(code := normal_credit_code(raw)):
                return code
            raw = self.text(one, "id", f"{at}.", most=100)
            if raw and any(
                word in scheme for word in ("cn-uscc", "unified social credit", "统一社会信用代码")
            ):
                self.fault(f"{at}.id", raw, "bad_credit_code")
        return ""

    def address(self, details: dict[str, Any]) -> str:
        for index, one in enumerate(self.array(details, "addresses", "recordDetails.")):
            at = f"recordDetails.addresses[{index}]"
            if not isinstance(one, dict):
                self.fault(at, "", "not_an_object")
            elif one.get("address"):
                return self.text(one, "address", f"{at}.", most=200)
        return ""

    def person(self, base: Staged, details: dict[str, Any]) -> Staged:
        at = "recordDetails."
        self.choice(details, "personType", at, ("anonymousPerson", "unknownPerson", "knownPerson"))
        name = ""
        for index, one in enumerate(self.array(details, "names", at)):
            if not isinstance(one, dict):
                self.fault(f"{at}names[{index}]", "", "not_an_object")
            elif not name:
                name = self.text(one, "fullName", f"{at}names[{index}].", most=100)
        return replace(
            base,
            name=name or base.record_id,
            identity_digest=self.identity(details),
            birth_month=self.birth_month(details),
            address=self.address(details),
        )

    def identity(self, details: dict[str, Any]) -> bytes | None:
        """The keyed digest of the first identifier; what stands there is never told in a fault."""
        for index, one in enumerate(self.array(details, "identifiers", "recordDetails.")):
            at = f"recordDetails.identifiers[{index}]"
            if not isinstance(one, dict):
                self.fault(at, "", "not_an_object")
                continue
            number = one.get("id")
            if (
                not isinstance(number, str)
                or not number.strip()
                or len(number) > 100
                or _CONTROL.search(number)
            ):
                self.fault(f"{at}.id", "", "not_text" if number else "needed")
                continue
            if one.get("schemeName") == words.DIGEST_SCHEME:
                if re.fullmatch("[0-9a-f]{64}", number):
                    return bytes.fromhex(number)
                self.fault(f"{at}.id", "", "not_text")
                continue
            scheme = str(one.get("scheme") or one.get("schemeName") or "").upper()[:60]
            if not _CONTROL.search(scheme):
                return self.reader.number_digest(scheme, number)
        return None

    def birth_month(self, details: dict[str, Any]) -> str:
        value = details.get("birthDate")
        if value is None:
            return ""
        if isinstance(value, str) and (
            found := re.match(r"([0-9]{4})-(0[1-9]|1[0-2])(?:-[0-9]{2})?\Z", value)
        ):
            return f"{found[1]}-{found[2]}"
        if not (isinstance(value, str) and re.fullmatch("[0-9]{4}", value)):
            self.fault("recordDetails.birthDate", value if isinstance(value, str) else "", "not_a_day")
        return ""

    # --- relationships ---

    def relationship(self, base: Staged, details: dict[str, Any]) -> list[Staged]:
        at = "recordDetails."
        components = self.array(details, "componentRecords", at) or self.array(
            details, "componentRecordIds", at
        )
        base = replace(
            base,
            subject_ref=self.party(details, "subject"),
            holder_ref=self.party(details, "interestedParty"),
        )
        base.source, base.source_url, declared = self.source()
        if not declared:
            base.declared_ref = ""
        interests = self.array(details, "interests", at)
        if len(interests) > INTERESTS_MAX:
            self.fault(f"{at}interests", "", "too_many_interests", most=INTERESTS_MAX)
            return []
        if any(fault.code == "unspecified" for fault in self.faults):
            return []
        if not interests:
            if base.status != "closed":
                self.fault(f"{at}interests", "", "no_interests", WARNING)
            return [replace(base, kind="" if base.status == "closed" else words.UNKNOWN)]
        rows = [self.interest(base, index, one, bool(components)) for index, one in enumerate(interests)]
        return [row for row in rows if row is not None]

    def party(self, details: dict[str, Any], key: str) -> str:
        value = details.get(key)
        if isinstance(value, dict):
            reason = value.get("reason")
            said = reason if isinstance(reason, str) and not holds_identity_number(reason) else "?"
            self.fault(f"recordDetails.{key}", said, "unspecified", LEFT_OUT, reason=shown(said)[:80])
            return ""
        return self.text(details, key, "recordDetails.", most=ID_MOST, needed=True)

    def source(self) -> tuple[str, str, bool]:
        """What says so, never empty, its web address, and whether the subject itself declared it."""
        source = self.object(self.value, "source", "")
        named = self.text(source, "description", "source.", most=300)
        url = self.text(source, "url", "source.", most=500)
        if url and not re.match(r"https?://[^\s/]+", url):
            self.fault("source.url", url, "bad_url")
        if not named:
            publication = self.object(self.value, "publicationDetails", "")
            publisher = self.object(publication, "publisher", "publicationDetails.")
            named = self.text(publisher, "name", "publicationDetails.publisher.", most=280)
        declared = "selfDeclaration" in self.array(source, "type", "source.")
        return named or url[:300] or f"BODS {self.statement_id[:64]}", url, declared

    def interest(self, base: Staged, index: int, one: Any, components: bool) -> Staged | None:
        at = f"recordDetails.interests[{index}]"
        if not isinstance(one, dict):
            self.fault(at, "", "not_an_object")
            return None
        direct = self.choice(
            one, "directOrIndirect", f"{at}.", ("direct", "indirect", "unknown"), fallback=""
        )
        if direct == "indirect":
            code, severity = ("indirect", LEFT_OUT) if components else ("indirect_alone", WARNING)
            self.fault(f"{at}.directOrIndirect", direct, code, severity)
            if components:
                return None
        extension = self.object(one, words.EXTENSION, f"{at}.")
        said = self.choice(one, "type", f"{at}.", words.BODS_KINDS)
        kind = self.choice(extension, "kind", f"{at}.qinqing.", words.KINDS, fallback=said)
        rank = self.choice(extension, "rank", f"{at}.qinqing.", words.RANKS, fallback="")
        if rank and kind != "official":
            self.fault(f"{at}.qinqing.rank", rank, "rank_of_officials")
        start, end = self.day(one, "startDate", f"{at}."), self.day(one, "endDate", f"{at}.")
        if start and end and end <= start:
            self.fault(f"{at}.endDate", end.isoformat(), "ends_before_start")
        share = self.share(one, f"{at}.share")
        post = self.text(extension, "post", f"{at}.qinqing.", most=100)
        return replace(
            base, ordinal=index, kind=kind, rank=rank, post=post, start=start, end=end,
            share_min=share[0] if share else None, share_max=share[1] if share else None,
        )  # fmt: skip

    def share(self, one: dict[str, Any], path: str) -> tuple[Decimal, Decimal] | None:
        """(least, most) per cent to four places, widened where finer; None where none is stated.

        An exclusive bound moves in by the last place. An end that is not stated is 0, or 100.
        """
        share = self.object(one, "share", path.removesuffix("share"))
        found = {key: self.per_cent(share, key, path) for key in _BOUNDS if share.get(key) is not None}
        if not found or any(value is None for value in found.values()):
            return None
        bounds = {key: value for key, value in found.items() if value is not None}
        least, most = _range(bounds)
        if least > most:
            self.fault(path, f"{least} > {most}", "share_reversed")
            return None
        return least, most

    def per_cent(self, share: dict[str, Any], key: str, path: str) -> Decimal | None:
        value = share[key]
        if not isinstance(value, Decimal):
            self.fault(f"{path}.{key}", value if isinstance(value, str) else "", "not_a_number")
            return None
        if not 0 <= value <= HUNDRED:
            self.fault(f"{path}.{key}", value, "share_out_of_range")
            return None
        return value


_BOUNDS = ("exact", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")


def _down(value: Decimal) -> Decimal:
    return value.quantize(PLACES, ROUND_FLOOR)


def _up(value: Decimal) -> Decimal:
    return value.quantize(PLACES, ROUND_CEILING)


def _range(bounds: dict[str, Decimal]) -> tuple[Decimal, Decimal]:
    if "exact" in bounds:
        exact = bounds["exact"]
        return _down(exact), _up(exact)
    lower = [_down(bounds["minimum"])] if "minimum" in bounds else []
    if "exclusiveMinimum" in bounds:
        lower.append(_down(bounds["exclusiveMinimum"]) + PLACES)
    upper = [_up(bounds["maximum"])] if "maximum" in bounds else []
    if "exclusiveMaximum" in bounds:
        upper.append(_up(bounds["exclusiveMaximum"]) - PLACES)
    return max(lower, default=Decimal(0)), min(upper, default=HUNDRED)
