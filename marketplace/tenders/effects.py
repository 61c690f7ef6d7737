"""When what a gate goes by changes, the bids and awards that the change reaches are checked again."""

from regulation.decoupling.operations import disclose_checks, note_earlier_contacts
from regulation.decoupling.queries import CHANGES, reached_by_entry
from regulation.ledger.effects import effect
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of, database_now
from regulation.ledger.receipts import gives_receipt

from . import telling
from .models import Tender
from .noticing import QUESTION, WHOM, notice_of_tender
from .operations import ask_about_low_prices, note_contract_ended, recheck_reached

# Also where no page took it in.
gives_receipt("tenders.bid_submitted", "tenders.challenged", "tenders.complained")


@effect(*CHANGES)
def recheck_after_change(entry: Entry) -> None:
    """Check every live bid and standing award again that the change can reach, within the minute."""
    recheck_reached(entry=entry, entities=reached_by_entry(entry), at=database_now())


def _tender_of(entry: Entry) -> Tender | None:
    return Tender.objects.filter(ref=entry.subject.partition("/")[2]).first()


@effect("tenders.award_final")
def disclose_checks_of_bidders(entry: Entry) -> None:
    """With the standstill over, everyone may read how the gate answered for each bid that was opened."""
    if (tender := _tender_of(entry)) is not None:
        firms = tender.bids.opened().values_list("tenderer", flat=True)
        disclose_checks(of=tender, firms=list(firms), at=database_now())


@effect("contracts.terminated")
def note_contract_end(entry: Entry) -> None:
    """The contract of an award ended early: the tender's own record says so."""
    body = body_of(entry)
    tender = Tender.objects.filter(ref=str(body.get("tender") or "").partition("/")[2]).first()
    if tender is not None:
        note_contract_ended(
            tender=tender,
            contract=entry.subject,
            award=str(body.get("award") or ""),
            ground=str(body.get("ground") or ""),
            reason=str(body.get("reason") or ""),
        )


@effect("tenders.published")
def tell_followers(entry: Entry) -> None:
    """Followers of what a new tender is about learn of it by mail."""
    if (tender := _tender_of(entry)) is not None:
        telling.tell_followers(tender)


@effect("tenders.invited")
def tell_invited(entry: Entry) -> None:
    """Whoever acts for an invited firm learns of it by mail, alone."""
    if (tender := _tender_of(entry)) is not None:
        telling.tell_invited(tender)


@effect("tenders.amended")
def tell_bidders(entry: Entry) -> None:
    """Each bidder of an amended tender learns of it by mail, alone."""
    if (tender := _tender_of(entry)) is not None:
        for bid in tender.bids.standing().select_related("submitted_by", "tender", "tenderer").order_by("pk"):
            telling.tell_bidder(bid, body_of(entry).get("reason", ""))


@effect(QUESTION, *WHOM)
def tell_in_the_inbox(entry: Entry) -> None:
    """Whoever it concerns finds it in their inbox; of a sealed bid its own bidder alone."""
    notice_of_tender(entry)


@effect("tenders.opened")
def ask_low_bidders(entry: Entry) -> None:
    """Whose price is abnormally low is asked to justify it as soon as the bids are open."""
    tender = Tender.objects.filter(ref=entry.subject.partition("/")[2]).first()
    if tender is not None:
        ask_about_low_prices(tender=tender, at=database_now())


@effect("tenders.opened")
def look_at_earlier_contacts(entry: Entry) -> None:
    """What the bidders had in common shortly before, and changed, is told to regulators as a lead."""
    if (tender := _tender_of(entry)) is not None:
        note_earlier_contacts(of=tender)
