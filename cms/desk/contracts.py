"""What waits in contracts: to draw up, to sign, to hand in, to examine."""

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.contracts import department_queries, queries
from marketplace.contracts.access import decides
from marketplace.contracts.copy_queries import copies_to_confirm
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
    waiting += [
        item(
            c,
            reverse("contracts:copy_answer", args=[c.ref]),
            _("Confirm the signed copy, or say what differs."),
        )
        for c in copies_to_confirm(entity)[:SHOWN]
    ]
    every = (_("My contracts"), reverse("contracts:own_contracts"))
    due = (_("What is due, and my calendar"), reverse("contracts:calendar"))
    return section(_("Contracts"), waiting, _("No contract waits for you."), every, due)


def opened(acting: Membership) -> list[dict[str, Any]]:
    """For a department: accepted work opened to it that nobody of it has read yet; nothing for others."""
    if not decides(acting):
        return []
    text = _("Read the accepted work: %(name)s")
    waiting = [
        item(
            m.contract,
            reverse("contracts:department_work", args=[m.contract.ref, m.position]),
            text % {"name": m.name_en if get_language() == "en" and m.name_en else m.name},
        )
        for m in department_queries.unread_by(acting.entity)[:SHOWN]
    ]
    every = (_("Work opened to your department"), reverse("contracts:department_list"))
    return [section(_("Work opened to your department"), waiting, _("Nothing new was opened to you."), every)]
