"""My desk: what waits for whoever looks, by the role they act in."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from regulation.ledger.access import watches
from regulation.ledger.queries import open_alarms
from regulation.oversight import queries as oversight
from regulation.parties.models import Membership, Role, User
from regulation.registry.queries import followings_of, with_things

from .choosing import draws, panels
from .disputes import mediator
from .editors import editors
from .market import agent, owner, practitioner, trustee
from .parts import SHOWN, by_urgency, item, section
from .regulators import regulator
from .reviews import centre
from .site import site, to_see_to

DESKS: dict[str, Callable[[Membership], list[dict[str, Any]]]] = {
    Role.OWNER: owner,
    Role.AGENT: agent,
    Role.PRACTITIONER: practitioner,
    Role.REGULATOR: regulator,
    Role.EDITOR: editors,
    Role.REVIEWER: editors,
    Role.TRUSTEE: trustee,
    Role.MEDIATOR: mediator,
}


def _own_reports(user: User, acting: Membership | None) -> list[dict[str, Any]]:
    """What somebody signed in has reported, and an enterprise's way to report a demand."""
    own = [item(r.ref, r.status_url, r.department) for r in oversight.reports_of(user)[:SHOWN]]
    new = (_("Report a demand"), reverse("oversight:report_new"))
    asked = acting is None or acting.role == Role.OWNER
    return [section(_("Your reports"), own, _("You have reported nothing."), new)] if own or asked else []


def _followed(user: User) -> dict[str, Any]:
    """What the reader is told of by mail."""
    standing = [
        item(thing or one.get_topic_display(), reverse("registry:following_list"), one.get_rhythm_display())
        for one, thing in with_things(followings_of(user)[:SHOWN])
    ]
    empty = _("You follow nothing yet")
    every = (_("All you follow"), reverse("registry:following_list"))
    return section(
        _("What you follow"),
        standing,
        empty,
        every,
        (_("What changed"), reverse("registry:changes")),
        (_("Saved searches for tenders"), reverse("tenders:search_list")),
    )


def _alarms(user: User, acting: Membership | None) -> list[dict[str, Any]]:
    """What the audit of the record found and nobody has explained: before everything else."""
    if not watches(user=user, acting=acting):
        return []
    found = [
        item(
            str(alarm),
            alarm.get_absolute_url(),
            _("The audit of the record found it. Explain it in writing."),
        )
        for alarm in open_alarms()[:SHOWN]
    ]
    every = (_("Alarms of the record"), reverse("ledger:alarm_list"))
    erasures = (_("Erasures"), reverse("ledger:erasure_list"))
    return [section(_("Alarms of the record"), found, _("No alarm is open."), every, erasures)]


def sections(user: User, acting: Membership | None) -> list[dict[str, Any]]:
    """What the desk shows: the role's own sections in order of urgency, and the site's for staff."""
    own = by_urgency(DESKS[acting.role](acting)) if acting else []
    return [
        *_alarms(user, acting),
        *panels(user),
        *draws(user),
        *by_urgency(centre(user)),
        *([to_see_to()] if user.is_staff else []),
        *own,
        *_own_reports(user, acting),
        _followed(user),
        *([site()] if user.is_staff else []),
    ]
