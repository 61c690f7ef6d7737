"""When interests, merges, exemptions or rules change, the bids and awards they reach are checked again."""

from regulation.decoupling.models import Exemption
from regulation.decoupling.queries import reached_by, reached_by_merge
from regulation.ledger.effects import effect
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of, database_now
from regulation.parties.models import Interest, Same

from . import telling
from .models import Tender
from .operations import ask_about_low_prices, recheck_award, recheck_bid
from .queries import awards_reached, live_bids_reached


def _again(entities: list[int] | None) -> None:
    """Check live bids and standing awards of these entities again; of all where None."""
    for bid in live_bids_reached(entities):
        recheck_bid(bid=bid, at=database_now())
    for award in awards_reached(entities):
        recheck_award(award=award, at=database_now())


def _key(urn: str, prefix: str) -> int:
    """The key in a URN of this kind; 0, which no row has, in any other."""
    name, _, key = urn.partition("/")
    return int(key) if name == prefix and key.isdigit() else 0


@effect("parties.interest_stated", "parties.interest_ended", "parties.interest_retracted")
def recheck_after_interest(entry: Entry) -> None:
    """Every live bid and award the interest can reach, within the minute."""
    interest = Interest.objects.filter(pk=_key(entry.subject, "parties.interest")).first()
    if interest is not None:
        _again(reached_by(interest))


@effect("parties.merged", "parties.split")
def recheck_after_merge(entry: Entry) -> None:
    """Two records that become one, or two again, join or part what they hold."""
    same = Same.objects.filter(pk=_key(entry.subject, "parties.same")).first()
    if same is not None:
        _again(reached_by_merge(same))


@effect("parties.interests_declared")
def recheck_after_declaration(entry: Entry) -> None:
    """A declaration may turn unknown to clear."""
    _again([_key(body_of(entry).get("entity", ""), "parties.entity")])


@effect("decoupling.exemption_confirmed", "decoupling.exemption_revoked")
def recheck_after_exemption(entry: Entry) -> None:
    """The pair of an exemption."""
    exemption = Exemption.objects.filter(pk=_key(entry.subject, "decoupling.exemption")).first()
    if exemption is not None:
        _again([exemption.intermediary_id])


def _tender_of(entry: Entry) -> Tender | None:
    return Tender.objects.filter(ref=entry.subject.partition("/")[2]).first()


@effect("tenders.published")
def tell_followers(entry: Entry) -> None:
    """Followers of what a new tender is about learn of it by mail."""
    if (tender := _tender_of(entry)) is not None:
        telling.tell_followers(tender)


@effect("tenders.amended")
def tell_bidders(entry: Entry) -> None:
    """Each bidder of an amended tender learns of it by mail, alone."""
    if (tender := _tender_of(entry)) is not None:
        for bid in tender.bids.standing().select_related("submitted_by", "tender").order_by("pk"):
            telling.tell_bidder(bid, body_of(entry).get("reason", ""))


@effect("decoupling.pack_published", "parties.import_written")
def recheck_all(entry: Entry) -> None:
    """New rules, or a whole file of interests, may reach everyone."""
    _again(None)


@effect("tenders.opened")
def ask_low_bidders(entry: Entry) -> None:
    """Whose price is abnormally low is asked to justify it as soon as the bids are open."""
    tender = Tender.objects.filter(ref=entry.subject.partition("/")[2]).first()
    if tender is not None:
        ask_about_low_prices(tender=tender, at=database_now())
