"""What a public act is announced with: words and figures as they stand at that moment, kept with the act."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import rfc8785

from ..amended import terms_of
from ..announced import head_of, named, rates_of
from ..life import Act, State
from ..models import Award, NoticeKind, PublicNotice, Tender, TenderAct

KINDS = {
    Act.PUBLISH: NoticeKind.PROCUREMENT,
    Act.AMEND: NoticeKind.CHANGE,
    Act.POSTPONE: NoticeKind.POSTPONEMENT,
    Act.SUSPEND: NoticeKind.SUSPENSION,
    Act.RESUME: NoticeKind.RESUMPTION,
    Act.AWARD: NoticeKind.RESULT,
    Act.EVALUATE_AGAIN: NoticeKind.RESULT_ENDED,
    Act.CANCEL: NoticeKind.CANCELLATION,
    Act.FAIL: NoticeKind.FAILURE,
    Act.LAPSE: NoticeKind.VOID,
    Act.ANNUL: NoticeKind.VOID,
}
ONCE = (NoticeKind.PROCUREMENT, NoticeKind.RESULT, NoticeKind.RESULT_ENDED)
ENDS = (NoticeKind.CANCELLATION, NoticeKind.FAILURE, NoticeKind.VOID)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notice before its act is on record."""

    kind: NoticeKind
    number: int
    content: dict[str, Any]
    digest: str


def kind_of(act: Act, becomes: State) -> NoticeKind | None:
    """What announces an act; None for one that is no news to the public."""
    if act is Act.OPEN and becomes is State.FAILED:
        return NoticeKind.FAILURE
    return KINDS.get(act)


def slug_of(kind: NoticeKind, number: int) -> str:
    """The end of a notice's address: "procurement", "change-2", "result", "result-2", "end"."""
    if kind in ENDS:
        return "end"
    if number == 1 and kind in ONCE:
        return kind.value.replace("_", "-")
    return f"{kind.value.replace('_', '-')}-{number}"


def announcement(
    tender: Tender, act: Act, becomes: State, *, reason: str, body: dict[str, Any], at: dt.datetime
) -> Announcement | None:
    """What an act is announced with, once its facts are set and before it is on record; None for one that
    is no news."""
    kind = kind_of(act, becomes)
    if kind is None:
        return None
    number = tender.amendment_no if act is Act.AMEND else tender.acts.filter(act=act).count() + 1
    content = {"head": head_of(tender), "reason": reason} | _told(tender, kind, body, at)
    digest = hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    return Announcement(kind, number, content, digest)


def announce(found: Announcement, act: TenderAct) -> PublicNotice:
    """Put an announcement beside its act."""
    return PublicNotice.objects.create(
        tender_id=act.tender_id,
        act=act,
        kind=found.kind,
        number=found.number,
        slug=slug_of(found.kind, found.number),
        at=act.at,
        content=found.content,
        digest=found.digest,
    )


def _told(tender: Tender, kind: NoticeKind, body: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    """What a notice says beside its head and its reason."""
    if kind is NoticeKind.PROCUREMENT:
        return {"terms": terms_of(tender), "method": tender.method, "rates": rates_of(tender)}
    if kind is NoticeKind.CHANGE:
        return {"before": body["before"], "after": body["after"]}
    if kind in (NoticeKind.POSTPONEMENT, NoticeKind.RESUMPTION):
        return {"facts": _moments(tender, at)}
    if kind is NoticeKind.RESULT:
        return _result(tender)
    facts = {"failure": tender.failure} if kind in ENDS and tender.failure else {}
    return {"facts": facts | _ended(tender, at)}


def _moments(tender: Tender, at: dt.datetime) -> dict[str, str]:
    """The dates that hold from now on."""
    names = ("resumes_at", "closes_at", "standstill_until")
    moments = {name: getattr(tender, name) for name in names}
    return {name: one.astimezone(dt.UTC).isoformat() for name, one in moments.items() if one and one > at}


def _awarded(award: Award) -> dict[str, Any]:
    firm = award.bid.tenderer
    return {"winner": named(firm), "credit_code": firm.credit_code or "", "price": f"{award.price:.2f}"}


def _result(tender: Tender) -> dict[str, Any]:
    """Who won at which price, until when it may be challenged, and the order that led there."""
    award = tender.awards.live().select_related("bid__tenderer", "evaluation").get()
    facts = _awarded(award) | _until(award)
    rows = award.evaluation.standing if award.evaluation else []
    bids = tender.bids.select_related("tenderer").in_bulk([row["bid"] for row in rows])
    order = [
        named(bids[row["bid"]].tenderer) | {name: row.get(name) for name in ("rank", "price", "score")}
        for row in rows
    ]
    return {"facts": facts, "method": tender.method, "order": order, "reason": award.reason}


def _until(award: Award) -> dict[str, str]:
    until = award.standstill_until
    return {"standstill_until": until.astimezone(dt.UTC).isoformat()} if until else {}


def _ended(tender: Tender, at: dt.datetime) -> dict[str, Any]:
    """The award that does not stand any more by this act."""
    award = tender.awards.filter(ended_at=at).select_related("bid__tenderer").order_by("-pk").first()
    return _awarded(award) | {"end_kind": award.end_kind} if award else {}
