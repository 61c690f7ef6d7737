"""What waits in reviews, objections, complaints and sanctions."""

from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from marketplace.contracts import review_queries as queries
from marketplace.contracts.models import Plea, ReviewRound
from marketplace.directory.models import Intermediary
from marketplace.directory.queries import sanctions, sanctions_to_decide
from regulation.parties.models import Membership, Role, User

from .parts import SHOWN, item, section


def _to_write(held: ReviewRound) -> dict[str, Any]:
    url = reverse("contracts:review_new", args=[held.contract.ref])
    return item(held.contract, url, _("Review the work that is over."), held.until)


def _to_reply(plea: Plea) -> dict[str, Any]:
    text = _("Reply: %(what)s") % {"what": plea.get_kind_display()}
    return item(plea.contract, plea.get_absolute_url(), text, plea.reply_until)


def reviews(acting: Membership) -> list[dict[str, Any]]:
    """For a buyer, a department and an intermediary: to review, to reply to, to raise."""
    sells, entity = acting.role == Role.AGENT, acting.entity
    waiting = [_to_write(one) for one in queries.to_review(entity, sells=sells)[:SHOWN]]
    waiting += [_to_reply(one) for one in queries.pleas_to_reply(entity, sells=sells)[:SHOWN]]
    if not sells:
        waiting += [_to_write(one) for one in queries.to_review_as_department(entity)[:SHOWN]]
        waiting += [
            item(
                c,
                reverse("contracts:review_raise", args=[c.ref]),
                _("The intermediary has mended its work: you may raise your review."),
                c.repair.raise_until,
            )
            for c in queries.to_raise(entity)[:SHOWN]
        ]
    every = (_("Reviews of intermediaries"), reverse("contracts:review_list"))
    return [section(_("Reviews"), waiting, _("No review waits for you."), every)]


def sanctions_of(profile: Intermediary | None) -> list[dict[str, Any]]:
    """Sanctions against a firm that wait or stand; nothing where there is none."""
    if profile is None:
        return []
    found = (
        sanctions()
        .filter(intermediary=profile, lifted_at__isnull=True)
        .exclude(outcome="dropped", decided_at__isnull=False)
    )
    shown = [
        item(
            capfirst(one.get_kind_display()),
            one.get_absolute_url(),
            _("It stands: read why.") if one.decided_at else _("A rule calls for it: you may reply."),
            None if one.decided_at or one.replied_at else one.reply_until,
        )
        for one in found[:SHOWN]
    ]
    return [section(_("Sanctions"), shown, "")] if shown else []


def centre(user: User) -> list[dict[str, Any]]:
    """For the operating centre: contracts to review, objections and complaints, sanctions."""
    if not user.is_staff:
        return []
    to_write = [_to_write(one) for one in queries.to_review_as_centre(user)[:SHOWN]]
    to_decide = [
        item(
            one.contract,
            one.get_absolute_url(),
            _("Decide as proposed, or return it.")
            if one.proposed_by_id
            else _("Propose a decision: %(what)s") % {"what": one.get_kind_display()},
            one.due_at,
        )
        for one in queries.pleas_to_decide(user)[:SHOWN]
    ]
    against = [
        item(
            one.intermediary,
            one.get_absolute_url(),
            _("Decide as proposed, or return it.")
            if one.proposed_by_id
            else _("Propose a decision: %(what)s") % {"what": one.get_kind_display()},
        )
        for one in sanctions_to_decide(user)[:SHOWN]
    ]
    pleas = (_("Objections and complaints"), reverse("contracts:plea_list"))
    every = (_("Suspensions and removals"), reverse("directory:sanction_list"))
    return [
        section(_("Work for the centre to review"), to_write, _("No work waits for the centre's review.")),
        section(_("Objections and complaints to decide"), to_decide, _("None waits for you."), pleas),
        section(_("Sanctions to decide"), against, _("No sanction waits for you."), every),
    ]
