"""What declarations, contests and records that may be one put on a desk."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from regulation.ledger.queries import database_now
from regulation.parties import queries as parties
from regulation.parties.models import Contest, Entity, Membership

from .parts import SHOWN, item, section

ANSWERED_WITHIN = dt.timedelta(days=60)
TOLD_BEFORE = dt.timedelta(days=60)  # a declaration due later needs nobody yet


def _contests(entity: Entity) -> list[dict[str, Any]]:
    answered = parties.answered_since(entity, since=database_now() - ANSWERED_WITHIN)[:SHOWN]
    waiting = parties.contests_of(entity).filter(closed_at=None)[:SHOWN]
    return [
        *(item(_kind(c), c.get_absolute_url(), _("Your contest is answered.")) for c in answered),
        *(item(_kind(c), c.get_absolute_url(), _("Your contest waits."), c.due_on) for c in waiting),
    ]


def _kind(contest: Contest) -> str:
    return str(contest.interest.get_kind_display())


def held_about(entity: Entity) -> dict[str, Any]:
    """What is on record about whoever looks, and their contests of it."""
    held = (_("What is on record about you"), reverse("parties:own_interests"))
    return section(_("On record about you"), _contests(entity), _("You contest nothing."), held, others=True)


def declaration(entity: Entity) -> dict[str, Any]:
    """Until when an intermediary declares its interests."""
    last = parties.last_declaration(entity)
    due, address = parties.due_on(entity, last), reverse("parties:declaration_draft")
    waits = due < (database_now() + TOLD_BEFORE).date()
    open_ones = entity.discrepancies.open().count()
    items = [item(_("Declare your interests"), address, "", due)] if waits or last is None else []
    if open_ones:
        items.append(item(_("Your declaration does not fit what others state"), address, open_ones))
    return section(
        _("Declaration of interests"), items, _("None is due soon."), (_("Declare what changed"), address)
    )


def to_judge(acting: Membership) -> list[dict[str, Any]]:
    """A regulator's.

    Contests with their clock, answers to second, records that may be one, what does not fit.
    """
    second = [
        item(
            a.contest.entity,
            a.contest.desk_url,
            _("Proposed by %(name)s; a second regulator decides.") % {"name": a.proposed_by},
        )
        for a in parties.to_second(acting)[:SHOWN]
    ]
    waiting = [
        item(c.entity, c.desk_url, c.interest.get_kind_display(), c.due_on)
        for c in parties.contests_for(acting).exclude(answers__returned_at=None, answers__isnull=False)[
            :SHOWN
        ]
    ]
    alike = parties.suggestions().filter(state="open").count()
    unfit = parties.discrepancies().filter(cleared_at=None).count()
    pairs = (
        [item(_("Pairs of records that may be one"), reverse("parties:suggestion_list"), alike)]
        if alike
        else []
    )
    if unfit:
        pairs.append(item(_("Declarations that do not fit"), reverse("parties:discrepancy_list"), unfit))
    return [
        section(
            _("Contests of the record"),
            second + waiting,
            _("No contest waits."),
            (_("All contests"), reverse("parties:contest_list")),
        ),
        section(
            _("Who is who"),
            pairs,
            _("No pair waits"),
            (_("Who is who"), reverse("parties:suggestion_list")),
            others=True,
        ),
    ]
