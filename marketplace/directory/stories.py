"""What this room's entries say, and who reads the record of an intermediary."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import Sight, Subject, story, subject
from regulation.parties.access import acting, acts_as
from regulation.parties.models import Role

from .models import Intermediary

story("directory.registered", _("The intermediary was registered."), disclosed=True)
story("directory.profile_revised", _("The intermediary revised its profile."), disclosed=True)
story(
    "directory.offer_published",
    _("The intermediary published a price."),
    disclosed=True,
    facts=[("amount", _("Price"), "money")],
)
story(
    "directory.offer_ended",
    _("The intermediary ended a price."),
    disclosed=True,
    facts=[("on", _("From"), "day")],
)
story(
    "directory.offer_suspended",
    _("A price was set aside: no department that asks for the service here may be served."),
    disclosed=True,
)
story("directory.offer_reinstated", _("A price that was set aside stands again."), disclosed=True)

story(
    "directory.qualification_recorded",
    _("The intermediary entered a qualification."),
    disclosed=True,
    facts=[
        ("name", _("Qualification"), "text"),
        ("number", _("Number"), "text"),
        ("until", _("Valid until, that day not included"), "day"),
    ],
)
story(
    "directory.qualification_ended",
    _("The intermediary ended a qualification."),
    disclosed=True,
    facts=[("on", _("From"), "day")],
)

LEVEL = ("level", _("Credit level"), "text")
REASON = ("reason", _("Reason"), "text")
story(
    "directory.credit_noted",
    _("The credit of the intermediary was reckoned anew from the reviews of its work."),
    disclosed=True,
    facts=[
        LEVEL,
        ("score", _("Score"), "text"),
        ("contracts", _("Contracts that counted"), "text"),
        ("buyers", _("Different buyers"), "text"),
        ("reckoned_from", _("Reckoned from, SHA-256"), "text"),
    ],
)
story(
    "directory.sanction_opened",
    _("A rule calls for a sanction; the firm may reply."),
    facts=[("reply_until", _("Time to reply until, that moment not included"), "moment")],
)
story("directory.sanction_replied", _("The firm replied to a sanction."), facts=[REASON])
story(
    "directory.sanction_proposed",
    _("The operating centre proposed a decision on a sanction."),
    facts=[REASON],
)
story(
    "directory.sanction_returned", _("The second person returned the proposal on a sanction."), facts=[REASON]
)
story("directory.sanction_imposed", _("A sanction was imposed."), disclosed=True, facts=[REASON])
story("directory.sanction_dropped", _("A sanction was dropped."), facts=[REASON])
story("directory.sanction_lifted", _("A sanction was lifted."), disclosed=True, facts=[REASON])


def _find(key: str) -> Intermediary | None:
    return Intermediary.objects.select_related("entity").filter(ref=key).first()


def _sight(found: Intermediary, request: Any) -> Sight:
    """Its own agents and regulators see all, its declarations and interests included."""
    membership = acting(request)
    own = (
        acts_as(membership, Role.AGENT) and membership is not None and membership.entity_id == found.entity_id
    )
    if own or acts_as(membership, Role.REGULATOR):
        return Sight.ALL
    return Sight.DISCLOSED


def _about(found: Intermediary, request: Any) -> list[str]:
    urns = [found.urn, *(offer.urn for offer in found.offers.all())]
    urns += [held.urn for held in found.qualifications.all()]
    if _sight(found, request) == Sight.ALL:
        entity = found.entity
        urns += [entity.urn, *(made.urn for made in entity.declarations.all())]
        urns += [interest.urn for interest in entity.interests_in.all()]
    return urns


subject(Subject("intermediary", _("Intermediary"), _find, _sight, _about))
