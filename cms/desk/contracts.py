"""What waits in contracts: to draw up, to sign, to hand in, to examine."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.contracts import queries
from marketplace.contracts.models import Milestone
from regulation.parties.models import Membership, Role

from .parts import SHOWN, item, section


def _work(milestone: Milestone, text: str, by: Any) -> dict[str, Any]:
    contract = milestone.contract
    url = reverse("contracts:milestone", args=[contract.ref, milestone.position])
    return item(contract, url, text % {"name": milestone.name}, by)


def contracts(acting: Membership) -> dict[str, Any]:
    """For a buyer, a department that pays, and an intermediary alike: what each has to do next."""
    entity = acting.entity
    waiting = [
        item(c, c.get_absolute_url(), _("Read the contract and sign it."), c.sign_by)
        for c in queries.to_sign(entity)[:SHOWN]
    ]
    if acting.role == Role.OWNER:
        waiting += [
            item(c, c.get_absolute_url(), _("Set the milestones and lay it before all sides."), c.sign_by)
            for c in queries.to_draw_up(entity)[:SHOWN]
        ]
        waiting += [
            _work(m, _("Examine: %(name)s. Silence accepts it."), m.silence_until)
            for m in queries.to_examine(entity)[:SHOWN]
        ]
    else:
        waiting += [_work(m, _("Hand in: %(name)s"), m.due_on) for m in queries.to_hand_in(entity)[:SHOWN]]
    every = (_("My contracts"), reverse("contracts:own_contracts"))
    due = (_("What is due, and my calendar"), reverse("contracts:calendar"))
    return section(_("Contracts"), waiting, _("No contract waits for you."), every, due)
