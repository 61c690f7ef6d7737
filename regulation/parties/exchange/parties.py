"""The details of an entity or a person in a statement. Pure; identity numbers leave hashed."""

import re
from dataclasses import replace
from typing import Any

from ..identifiers import is_credit_code, normal_credit_code
from . import vocabulary as words
from .fields import CONTROL, Fields, Staged


class Parties(Fields):
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
        known = self.choice(details, "personType", at, ("anonymousPerson", "unknownPerson", "knownPerson"))
        name = ""
        for index, one in enumerate(self.array(details, "names", at)):
            if not isinstance(one, dict):
                self.fault(f"{at}names[{index}]", "", "not_an_object")
            elif not name:
                name = self.text(one, "fullName", f"{at}names[{index}].", most=100)
        return replace(
            base,
            name=name or base.record_id,
            party_kind="" if known == "knownPerson" else words.UNTOLD,
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
                or CONTROL.search(number)
            ):
                self.fault(f"{at}.id", "", "not_text" if number else "needed")
                continue
            if one.get("schemeName") == words.DIGEST_SCHEME:
                if re.fullmatch("[0-9a-f]{64}", number):
                    return bytes.fromhex(number)
                self.fault(f"{at}.id", "", "not_text")
                continue
            scheme = str(one.get("scheme") or one.get("schemeName") or "").upper()[:60]
            if not CONTROL.search(scheme):
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
