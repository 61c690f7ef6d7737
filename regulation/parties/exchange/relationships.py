"""The details of a relationship in a statement: a row for each of its interests. Pure."""

import re
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from . import vocabulary as words
from .faults import LEFT_OUT, WARNING, shown
from .fields import ID_MOST, Fields, Staged, holds_identity_number

PLACES = Decimal("0.0001")
HUNDRED = Decimal(100)
INTERESTS_MAX = 200


class Relationships(Fields):
    def relationship(self, base: Staged, details: dict[str, Any]) -> list[Staged]:
        at = "recordDetails."
        components = self.array(details, "componentRecords", at) or self.array(
            details, "componentRecordIds", at
        )
        base = replace(
            base,
            subject_ref=self.party(details, "subject"),
            holder_ref=self.holder(base, details),
        )
        extension = self.object(details, words.EXTENSION, at)
        base.holder_name = self.text(extension, "holderName", f"{at}qinqing.", most=200)
        base.subject_name = self.text(extension, "subjectName", f"{at}qinqing.", most=200)
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

    def holder(self, base: Staged, details: dict[str, Any]) -> str:
        """Who holds it; where that is not told, a party of its own that stands for somebody."""
        value = details.get("interestedParty")
        if not isinstance(value, dict) or value.get("reason") == words.NOBODY:
            return self.party(details, "interestedParty")
        base.name = self.text(value, "reason", "recordDetails.interestedParty.", most=80) or words.REASON
        self.fault("recordDetails.interestedParty", base.name, "holder_not_told", WARNING, reason=base.name)
        return words.untold_id(base.record_id)

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
