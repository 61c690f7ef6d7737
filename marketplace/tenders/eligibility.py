"""What a bidder has to fulfil besides the conflict gate: told before a bid is written and asked again."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.directory.models import Intermediary, Offer
from marketplace.directory.queries import qualifications_on
from regulation.parties.models import Entity

from . import errors
from .models import Bid, Tender
from .queries import is_invited

QUALIFICATIONS = frozenset({"all_of", "any_of"})
Test = Callable[[Tender, Entity, dt.datetime], errors.TenderRefused | None]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition in words, and why it is not fulfilled if it is not."""

    label: Any
    refusal: errors.TenderRefused | None


def _open(tender: Tender, _tenderer: Entity, at: dt.datetime) -> errors.TenderRefused | None:
    return None if tender.accepts_bids_at(at) else errors.TenderClosed(tender.closes_at, at)


def _not_its_own(tender: Tender, tenderer: Entity, _at: dt.datetime) -> errors.TenderRefused | None:
    return errors.OwnTender() if tender.owner_id == tenderer.pk else None


def _invited(tender: Tender, tenderer: Entity, _at: dt.datetime) -> errors.TenderRefused | None:
    return None if is_invited(tender, tenderer) else errors.NotInvited()


def _registered(_tender: Tender, tenderer: Entity, _at: dt.datetime) -> errors.TenderRefused | None:
    there = Intermediary.objects.filter(entity=tenderer, suspended_at__isnull=True).exists()
    return None if there else errors.NotRegistered()


def _offers(tender: Tender, tenderer: Entity, at: dt.datetime) -> Iterator[Condition]:
    """Of each service that the tender buys, whether the bidder publishes a price for it.

    One that the gate set aside counts here: whether this department may be served the gate says itself.
    """
    bought = tender.bought
    offers = Offer.objects.in_force_on(timezone.localdate(at)).filter(intermediary__entity=tenderer)
    there = set(
        offers.filter(service__in=[one.service_id for one in bought]).values_list("service", flat=True)
    )
    if len(bought) == 1:
        yield Condition(_("You publish a price for this service"), None if there else errors.NoOffer())
        return
    for one in bought:
        label = _("You publish a price for: %(service)s") % {"service": one.service}
        yield Condition(label, None if one.service_id in there else errors.NoOffer(one.service))


def _qualified(tender: Tender, tenderer: Entity, at: dt.datetime) -> errors.NotQualified | None:
    if not (tender.all_of or tender.any_of):
        return None
    held = qualifications_on(tenderer, timezone.localdate(at))
    missing = [name for name in tender.all_of if name not in held]
    lacking = tender.any_of if tender.any_of and not held & set(tender.any_of) else []
    return errors.NotQualified(missing, lacking) if missing or lacking else None


def _not_avoided(tender: Tender, tenderer: Entity, _at: dt.datetime) -> errors.TenderRefused | None:
    avoided = next((unit for unit in tender.avoided_units.all() if unit.entity_id == tenderer.pk), None)
    return errors.AvoidedBidder(avoided.reason) if avoided else None


def _first_bid(tender: Tender, tenderer: Entity, _at: dt.datetime) -> errors.TenderRefused | None:
    return errors.AlreadyBid() if tender.bids.standing().filter(tenderer=tenderer).exists() else None


FIRST: tuple[tuple[Any, Test], ...] = (
    (_("The tender is open for bids"), _open),
    (_("It is not your own tender"), _not_its_own),
    (_("You are invited, or everybody may bid"), _invited),
    (_("You are registered and not suspended"), _registered),
)
THEN: tuple[tuple[Any, Test], ...] = (
    (_("You hold the qualifications asked for"), _qualified),
    (_("The owner need not avoid you"), _not_avoided),
    (_("You have no other bid in it"), _first_bid),
)
"""In the order they are told, the cheapest first; between them the price of each service."""


def conditions(*, tender: Tender, tenderer: Entity, at: dt.datetime) -> Iterator[Condition]:
    """Each condition with why it keeps this bidder out, if it does."""
    for label, test in FIRST:
        yield Condition(label, test(tender, tenderer, at))
    yield from _offers(tender, tenderer, at)
    for label, test in THEN:
        yield Condition(label, test(tender, tenderer, at))


def lacks_what_was_added(bid: Bid, tender: Tender) -> errors.NotQualified | None:
    """Which qualifications that an amendment asked for after a bid its bidder does not hold on the day of
    the deadline; None for a bid that came later, which was asked for them when it came."""
    asked = any(
        one.made_at >= bid.submitted_at and not QUALIFICATIONS.isdisjoint(one.after)
        for one in tender.amendments.all()
    )
    if not asked or tender.closes_at is None:
        return None
    return _qualified(tender, bid.tenderer, tender.closes_at)


def refuse_the_ineligible(*, tender: Tender, tenderer: Entity, at: dt.datetime) -> None:
    """Raises the first refusal there is. Who offers is registered: that is asked of nobody who does."""
    for _label, test in FIRST:
        if test is not _registered and (refusal := test(tender, tenderer, at)) is not None:
            raise refusal
    for condition in _offers(tender, tenderer, at):
        if condition.refusal is not None:
            raise _registered(tender, tenderer, at) or condition.refusal
    for _label, test in THEN:
        if (refusal := test(tender, tenderer, at)) is not None:
            raise refusal
