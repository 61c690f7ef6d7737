"""Who is told on the site of what happens in a tender.

Before the opening a bid is told of to nobody but its own bidder: what the owner is told then follows from
what the owner, a reviewer, a regulator or an asker did, never from a bid.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from regulation.parties.operations import notify, people_of, today_of
from regulation.registry.models import Following

from .models import Bid, Challenge, Question, SavedSearch, Tender
from .queries import followers_of, searches_for

Told = tuple[int, int | None]
Whom = Callable[[Tender, dict[str, Any], dt.date], Iterable[Told]]


def _owner(tender: Tender, _body: dict[str, Any], on: dt.date) -> Iterable[Told]:
    return people_of([tender.owner_id], Role.OWNER, on=on)


def _bidders(tender: Tender, _body: dict[str, Any], on: dt.date) -> Iterable[Told]:
    """Each for itself: nobody learns of another."""
    return people_of(tender.bids.standing().values_list("tenderer", flat=True), Role.AGENT, on=on)


def _key(urn: Any, prefix: str) -> int:
    """The key in a URN of this kind; 0, which no row has, in any other."""
    name, _, key = str(urn or "").partition("/")
    return int(key) if name == prefix and key.isdigit() and len(key) < 18 else 0


def _its_bidder(tender: Tender, body: dict[str, Any], on: dt.date) -> Iterable[Told]:
    """Whoever acts for the bidder that an entry is about."""
    name, _, ref = str(body.get("bid") or "").partition("/")
    if name != "tenders.bid":
        return []
    bids = Bid.objects.filter(tender=tender, ref=ref)
    return people_of(bids.values_list("tenderer", flat=True), Role.AGENT, on=on)


def _owner_of_open_bids(tender: Tender, body: dict[str, Any], on: dt.date) -> Iterable[Told]:
    """The owner, once the bids are open: before, a bid that is set aside would tell that there is one."""
    return _owner(tender, body, on) if tender.opened_at else []


def _challenger(tender: Tender, body: dict[str, Any], on: dt.date) -> Iterable[Told]:
    found = Challenge.objects.filter(tender=tender, pk=_key(body.get("challenge"), "tenders.challenge"))
    return people_of(found.values_list("challenger", flat=True), Role.AGENT, on=on)


def _asker(tender: Tender, body: dict[str, Any], on: dt.date) -> Iterable[Told]:
    found = Question.objects.filter(tender=tender, pk=_key(body.get("question"), "tenders.question"))
    return people_of(found.values_list("asker", flat=True), Role.AGENT, on=on)


def _invited(tender: Tender, _body: dict[str, Any], on: dt.date) -> Iterable[Told]:
    return people_of(tender.invitations.values_list("entity", flat=True), Role.AGENT, on=on)


def _followers(tender: Tender, _body: dict[str, Any], _on: dt.date) -> Iterable[Told]:
    wanted: list[Following | SavedSearch] = [*followers_of(tender), *searches_for(tender)]
    return [(one.user_id, None) for one in wanted]


TENDER, CHOOSING = "tenders:tender", "tenders:choosing"
ALL = (_owner, _bidders)
WHOM: dict[str, tuple[str, tuple[Whom, ...]]] = {
    "tenders.submitted": (TENDER, (_owner,)),
    "tenders.returned": (TENDER, (_owner,)),
    "tenders.reviewed": (TENDER, (_owner,)),
    "tenders.published": (TENDER, (_owner, _followers)),
    "tenders.invited": (TENDER, (_invited,)),
    "tenders.question_answered": (TENDER, (_asker, _bidders)),
    "tenders.amended": (TENDER, (_owner, _bidders)),
    "tenders.postponed": (TENDER, ALL),
    "tenders.suspended": (TENDER, ALL),
    "tenders.resumed": (TENDER, ALL),
    "tenders.cancelled": (TENDER, ALL),
    "tenders.annulled": (TENDER, ALL),
    "tenders.voided": (TENDER, ALL),
    "tenders.failed": (TENDER, ALL),
    "tenders.retendered": (TENDER, ALL),
    "tenders.opened": (TENDER, ALL),
    "tenders.bid_suspended": (TENDER, (_its_bidder, _owner_of_open_bids)),
    "tenders.bid_reinstated": (TENDER, (_its_bidder, _owner_of_open_bids)),
    "tenders.low_price_asked": (CHOOSING, (_its_bidder,)),
    "tenders.low_price_justified": (CHOOSING, (_owner,)),
    "tenders.low_price_accepted": (CHOOSING, (_its_bidder,)),
    "tenders.exclusion_proposed": (CHOOSING, (_owner,)),
    "tenders.exclusion_declined": (CHOOSING, (_owner,)),
    "tenders.bid_excluded": (CHOOSING, (_its_bidder,)),
    "tenders.draw_named": (CHOOSING, ALL),
    "tenders.draw_frozen": (CHOOSING, ALL),
    "tenders.drawn": (CHOOSING, ALL),
    "tenders.draw_ended": (CHOOSING, ALL),
    "tenders.auction_started": (CHOOSING, ALL),
    "tenders.auction_closed": (CHOOSING, ALL),
    "tenders.award_proposed": (CHOOSING, (_owner,)),
    "tenders.proposal_declined": (CHOOSING, (_owner,)),
    "tenders.awarded": (CHOOSING, ALL),
    "tenders.award_final": (CHOOSING, ALL),
    "tenders.award_ended": (CHOOSING, ALL),
    "tenders.evaluated_again": (CHOOSING, ALL),
    "tenders.challenged": (CHOOSING, ALL),
    "tenders.challenge_answered": (CHOOSING, (_owner, _challenger)),
    "tenders.complained": (CHOOSING, (_owner,)),
    "tenders.complaint_taken_up": (CHOOSING, (_owner, _challenger)),
    "tenders.complaint_decided": (CHOOSING, (_owner, _challenger)),
}
"""Of each kind, where it leads to and who is told. What a question says is asked of its own subject below."""
QUESTION = "tenders.question_asked"
OF_A_BID = ("tenders.bid_suspended", "tenders.bid_reinstated")


def _tender_of(entry: Entry, body: dict[str, Any]) -> Tender | None:
    """The tender an entry is about: its subject, or what the body of an entry about a part of it names."""
    part = entry.kind == QUESTION or entry.kind in OF_A_BID
    name, _, ref = (str(body.get("tender") or "") if part else entry.subject).partition("/")
    return Tender.objects.filter(ref=ref).first() if name == "tenders.tender" else None


def notice_of_tender(entry: Entry) -> int:
    """Tell on the site whoever an entry concerns; how many."""
    body = body_of(entry)
    tender, on = _tender_of(entry, body), today_of(entry)
    if tender is None:
        return 0
    view, whom = (TENDER, (_owner,)) if entry.kind == QUESTION else WHOM[entry.kind]
    to = [told for each in whom for told in each(tender, body, on)]
    return notify(entry=entry, about=tender.title, view=view, args=[tender.ref], to=to)
