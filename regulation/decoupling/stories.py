"""What this room's entries say, and who reads the record of a check."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import Sight, Subject, story, subject
from regulation.parties.access import acting

from .models import Check
from .queries import checks_visible_to

DAY = ("on", _("Day it speaks for"), "day")

story("decoupling.checked", _("The conflict gate asked whether it is tied to the department."), facts=[DAY])
story("decoupling.determination_proposed", _("A regulator proposed the answer to an open check."))
story("decoupling.determination_confirmed", _("A second regulator confirmed the answer."))
story("decoupling.exemption_proposed", _("A regulator proposed an exemption."))
story("decoupling.exemption_confirmed", _("A second regulator granted the exemption."), disclosed=True)
story("decoupling.exemption_rejected", _("A second regulator rejected the exemption."))
story("decoupling.exemption_revoked", _("The exemption was revoked."), disclosed=True)
story("decoupling.pack_proposed", _("A version of the rules was proposed."))
story(
    "decoupling.pack_put_on_record", _("A version of the rules that comes with the site was put on record.")
)
story("decoupling.pack_published", _("A version of the rules was published."), disclosed=True)
story(
    "decoupling.pack_rejected",
    _("A proposed version of the rules was given up."),
    facts=[("reason", _("Reason"), "text")],
)
story(
    "decoupling.referral_overdue",
    _("Two regulators did not answer in time whether it may serve the department."),
)
story("decoupling.checks_disclosed", _("The checks of its bidders became public."))
story("decoupling.asked", _("A regulator asked how a pair stood on another day, or as it was known then."))
story("decoupling.conflict_found", _("A check after a change found a conflict."))
story(
    "decoupling.earlier_contacts_found",
    _("Bidders had contacts in common that they changed shortly before the opening."),
)
story("decoupling.sweep_started", _("A sweep of all pairs began."))
story("decoupling.swept", _("A sweep of all pairs ended."))
story("decoupling.explored", _("A regulator looked at what is around a party."))
story("decoupling.determination_rejected", _("A second regulator rejected the answer."))


def _sight(check: Check, request: Any) -> Sight:
    """The regulators and the intermediary itself: to others there is no such check."""
    visible = checks_visible_to(acting(request)).filter(pk=check.pk).exists()
    return Sight.ALL if visible else Sight.NOTHING


def _find(key: str) -> Check | None:
    try:
        return Check.objects.select_related("intermediary", "department").filter(ref=UUID(key)).first()
    except ValueError:
        return None


def _about(check: Check, request: Any) -> list[str]:
    return [check.urn, *(d.urn for d in check.determinations.all())]


subject(Subject("check", _("Check"), _find, _sight, _about))
