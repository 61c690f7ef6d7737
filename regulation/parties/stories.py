"""What this room's entries say."""

from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import story

START, END = ("start", _("From"), "day"), ("end", _("Until, exclusive"), "day")

story("ledger.delivery_retried", _("The site's staff had what follows an entry tried again."))
story("ledger.deliveries_retried", _("The site's staff had all that was given up tried again."))
story("parties.entity_registered", _("It was put on record."), facts=[("name", _("Name"), "text")])
story("parties.interest_stated", _("An interest was stated."), facts=[START, END])
story("parties.interest_ended", _("It was stated that an interest ended."), facts=[START, END])
story(
    "parties.interests_declared",
    _("The entity declared that the interests on file are all it has."),
    facts=[("as_of", _("As of"), "day")],
)
story("parties.looked", _("A regulator looked at personal data in it."))
story("parties.membership_granted", _("Somebody may act for it from now on."), facts=[START])
