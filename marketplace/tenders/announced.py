"""Public notices of a tender as people read them, in order of time.

A notice says what was so when it was given: it is kept with its act (models.PublicNotice). Of what was
published before notices were kept, the record of acts, amendments and awards tells what was said.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulation.parties.models import Region

from .amended import LABELS, Line, lines, shown, terms_of
from .life_texts import failure_words, void_words
from .methods import METHODS
from .models import Award, EndKind, NoticeKind, PublicNotice, Tender, TenderAct

Named = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: the end of its address, its heading, when it was given, and what it says.

    `head` names the tender's parts as they were named then; `order` is the order of a result, by `measure`;
    `digest` the SHA-256 of a notice that is kept, as the record has it.
    """

    slug: str
    title: str
    at: dt.datetime
    head: Mapping[str, Any]
    facts: list[tuple[Any, Any]] = field(default_factory=list)
    reason: str = ""
    lines: list[Line] = field(default_factory=list)
    order: list[Mapping[str, Any]] = field(default_factory=list)
    measure: str = ""
    digest: str = ""


def public_notices() -> QuerySet[PublicNotice]:
    """Every notice that is kept, with its tender, newest first."""
    return PublicNotice.objects.select_related("tender__region").order_by("-at", "-pk")


def regions_announced() -> list[tuple[str, str]]:
    """Code and name of each region that tenders were announced in."""
    regions = Region.objects.filter(tenders__published_at__isnull=False).distinct().order_by("code")
    return [(one.code, str(one)) for one in regions]


def in_language(named: Named) -> str:
    """A name as the reader's language has it."""
    return named.get("name_en") or named["name"] if get_language() == "en" else named["name"]


def _moment(value: str) -> str:
    return f"{timezone.localtime(dt.datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"


def _money(value: str) -> str:
    return f"¥{Decimal(value):,.2f}"


def _facts_of(content: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """What a kept notice says, each fact with its label."""
    terms, facts = content.get("terms", {}), content.get("facts", {})
    told: list[tuple[Any, Any]] = [
        (label, shown(name, terms[name])) for name, label in LABELS.items() if name in terms
    ]
    if rates := content.get("rates"):
        base, low, high = rates
        said = {"base": _money(base), "low": low, "high": high}
        told.append((_("What a bid states"), _("%(low)s%% to %(high)s%% of %(base)s") % said))
    if method := content.get("method"):
        told.append((_("How it is decided"), METHODS[method].sentence))
    ways: dict[str, tuple[Any, Callable[[Any], Any]]] = {
        "winner": (_("Winner"), in_language),
        "credit_code": (_("Credit code"), str),
        "price": (_("Price"), _money),
        "end_kind": (_("Why the award does not stand"), lambda code: EndKind(code).label),
        "failure": (_("Why"), failure_words),
        "resumes_at": (_("Bidding goes on"), _moment),
        "closes_at": (LABELS["closes_at"], _moment),
        "standstill_until": (_("May be challenged until"), _moment),
    }
    return told + [(label, way(facts[name])) for name, (label, way) in ways.items() if facts.get(name)]


def _measure(content: Mapping[str, Any]) -> str:
    """By what an order was found; empty where it gives places alone, as a draw does, or is that of prices."""
    scored = any(row["score"] not in (None, row["price"]) for row in content.get("order", []))
    return str(METHODS[content["method"]].measure) if scored else ""


def title_of(kind: NoticeKind, number: int) -> str:
    """The heading of a notice: with its number where a tender has several of its kind."""
    if kind is NoticeKind.CHANGE:
        return _("Notice of change %(n)d") % {"n": number}
    if number == 1:
        return str(kind.label)
    return _("%(title)s (%(n)d)") % {"title": kind.label, "n": number}


def read(row: PublicNotice) -> Notice:
    """A kept notice in the reader's language."""
    content = row.content
    return Notice(
        slug=row.slug,
        title=title_of(NoticeKind(row.kind), row.number),
        at=row.at,
        head=content["head"],
        facts=_facts_of(content),
        reason=content["reason"],
        lines=lines(content["before"], content["after"]) if "after" in content else [],
        order=content.get("order", []),
        measure=_measure(content),
        digest=row.digest,
    )


def notices_of(tender: Tender) -> list[Notice]:
    """Every notice there is of a public tender, in order of time."""
    kept = [read(row) for row in tender.public_notices.all()]
    there = {one.slug for one in kept}
    before = _before_they_were_kept(tender, there, head_of(tender))
    return sorted([*kept, *before], key=lambda one: one.at)


def titles_of(tender: Tender, acts: Sequence[TenderAct]) -> list[Notice]:
    """The notices of a tender by their titles alone, from its acts as `told_acts` gives them: without a query
    more, and without what they say."""
    rows = [row for act in acts if (row := getattr(act, "notice", None)) is not None]
    kept = [Notice(row.slug, title_of(NoticeKind(row.kind), row.number), row.at, {}) for row in rows]
    before = _before_they_were_kept(tender, {one.slug for one in kept}, {})
    return sorted([*kept, *before], key=lambda one: one.at)


def notice_at(tender: Tender, slug: str) -> Notice | None:
    """The notice at an address."""
    return next((one for one in notices_of(tender) if one.slug == slug), None)


def address(tender: Tender, notice: Notice) -> str:
    return reverse("tenders:notice", args=[tender.ref, notice.slug])


def named(thing: Any) -> dict[str, str]:
    """Something by its name in both languages, as it has it now."""
    return {"name": thing.name, "name_en": getattr(thing, "name_en", "") or ""}


def head_of(tender: Tender) -> dict[str, Any]:
    """What every notice of a tender begins with."""
    parts = {name: named(getattr(tender, name)) for name in ("owner", "approval", "department", "region")}
    return {"title": tender.title, **parts, "services": [named(one.service) for one in tender.bought]}


def rates_of(tender: Tender) -> list[str]:
    """Base amount and bounds of a tender by rate."""
    if not tender.by_rate:
        return []
    return [f"{tender.base_amount:.2f}", str(tender.rate_low), str(tender.rate_high)]


def _before_they_were_kept(tender: Tender, there: set[str], head: Mapping[str, Any]) -> list[Notice]:
    """What acts said that have no notice of their own."""
    made: list[Notice] = []
    amendments = list(tender.amendments.all())
    if tender.published_at and "procurement" not in there:
        terms = terms_of(tender)
        for one in reversed(amendments):
            terms |= one.before
        content = {"terms": terms, "method": tender.method, "rates": rates_of(tender)}
        title = str(NoticeKind.PROCUREMENT.label)
        made.append(Notice("procurement", title, tender.published_at, head, _facts_of(content)))
    for one in amendments:
        if f"change-{one.number}" not in there:
            said = lines(one.before, one.after)
            title = title_of(NoticeKind.CHANGE, one.number)
            made.append(
                Notice(f"change-{one.number}", title, one.made_at, head, reason=one.reason, lines=said)
            )
    if tender.awarded_at and "result" not in there:
        made += _first_result(tender, head)
    return made if "end" in there else made + _end(tender, head)


def _first_result(tender: Tender, head: Mapping[str, Any]) -> list[Notice]:
    award: Award | None = tender.awards.select_related("bid__tenderer").order_by("pk").first()
    if award is None:
        return []
    facts = _facts_of({"facts": {"winner": named(award.bid.tenderer), "price": str(award.price)}})
    return [Notice("result", str(NoticeKind.RESULT.label), award.awarded_at, head, facts, award.reason)]


def _end(tender: Tender, head: Mapping[str, Any]) -> list[Notice]:
    ended = [
        (tender.cancelled_at, NoticeKind.CANCELLATION, tender.cancel_reason),
        (tender.failed_at, NoticeKind.FAILURE, failure_words(tender.failure)),
        (tender.void_at, NoticeKind.VOID, void_words(tender)),
    ]
    return [Notice("end", str(kind.label), at, head, reason=why) for at, kind, why in ended if at][:1]
