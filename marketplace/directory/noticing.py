"""Who is told on the site that a price was set aside or stands again: whoever acts for its firm."""

from regulation.ledger.models import Entry
from regulation.parties.models import Role
from regulation.parties.operations import key_in, notify, people_of, today_of

from .models import Offer

OFFERS = ("directory.offer_suspended", "directory.offer_reinstated")


def notice_of_offer(entry: Entry) -> int:
    """Tell the firm of a price that the gate set aside, or that stands again; how many."""
    found = Offer.objects.filter(pk=key_in(entry.subject, "directory.offer"))
    offer = found.select_related("intermediary", "service").first()
    if offer is None:
        return 0
    to = people_of([offer.intermediary.entity_id], Role.AGENT, on=today_of(entry))
    return notify(entry=entry, about=offer.service.name, view="directory:own_profile", args=[], to=to)
