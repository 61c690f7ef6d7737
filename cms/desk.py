"""My desk: what waits for whoever looks, by the role they act in."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.directory.queries import intermediary_of, offers_of
from marketplace.tenders import queries as tenders
from regulation.decoupling.queries import proposed_determinations, waiting_checks
from regulation.ledger.queries import database_now
from regulation.parties.models import Membership, Role, User
from regulation.registry import queries as registry

SHOWN = 20


def _item(title: Any, url: str, text: Any = "", by: Any = None) -> dict[str, Any]:
    return {"title": title, "url": url, "text": text, "by": by}


def _section(title: str, items: list[dict[str, Any]], empty: str, *links: tuple[str, str]) -> dict[str, Any]:
    return {
        "title": title,
        "items": items,
        "empty": empty,
        "links": [{"label": label, "url": url} for label, url in links],
    }


def owner(acting: Membership) -> list[dict[str, Any]]:
    now = database_now()
    own = tenders.tenders_of(acting.entity)
    new = (_("Announce a tender"), reverse("tenders:tender_new"))
    waiting = [
        _item(t.title, t.get_absolute_url(), _("Opened: award it, or cancel it with a reason."))
        for t in tenders.tenders_to_award(acting.entity)[:SHOWN]
    ]
    unsent = [
        _item(t.title, t.get_absolute_url(), t.service)
        for t in tenders.in_state(own, tenders.DRAFT, now=now)[:SHOWN]
    ]
    running = [
        _item(t.title, t.get_absolute_url(), t.service, t.closes_at)
        for t in tenders.in_state(own, tenders.OPEN, now=now)[:SHOWN]
    ]
    return [
        _section(_("To award"), waiting, _("No opened tender waits for your award.")),
        _section(_("Drafts"), unsent, _("No draft. A tender is public only once you publish it."), new),
        _section(_("Open for bids"), running, _("None of your tenders is open for bids.")),
    ]


def agent(acting: Membership) -> list[dict[str, Any]]:
    won = [
        _item(a.tender.title, a.tender.get_absolute_url(), _("Awarded to you"))
        for a in tenders.awards_of(acting.entity)[:SHOWN]
    ]
    bids = [
        _item(b.tender.title, reverse("tenders:bid_receipt", args=[b.pk]), b.tender.service)
        for b in tenders.bids_of(acting.entity)[:SHOWN]
    ]
    profile, offers = intermediary_of(acting.entity), []
    if profile is not None:
        offers = [
            _item(o.service, profile.get_absolute_url(), o.region)
            for o in offers_of(profile, on=timezone.localdate())[:SHOWN]
        ]
    find = (_("Find tenders"), reverse("tenders:tender_list"))
    own = (_("Your public profile"), reverse("directory:own_profile"))
    price = (_("Publish a price"), reverse("directory:offer_new"))
    return [
        _section(_("Your bids"), bids, _("You have not bid yet."), find),
        _section(_("Won"), won, _("No award yet.")),
        _section(_("Your prices"), offers, _("You offer nothing at a published price."), price, own),
    ]


def practitioner(acting: Membership) -> list[dict[str, Any]]:
    find = (_("Find tenders"), reverse("tenders:tender_list"))
    empty = _("Nothing waits for a practitioner. Bids are made by your intermediary's agent.")
    return [_section(_("For you"), [], empty, find)]


def regulator(acting: Membership) -> list[dict[str, Any]]:
    waiting = [
        _item(
            _("%(intermediary)s and %(department)s")
            % {"intermediary": c.intermediary, "department": c.department},
            reverse("decoupling:check", args=[c.pk]),
            _("The records do not settle this check: determine it."),
            c.due_at,
        )
        for c in waiting_checks()[:SHOWN]
    ]
    proposed = [
        _item(
            _("%(intermediary)s and %(department)s")
            % {"intermediary": d.check_made.intermediary, "department": d.check_made.department},
            reverse("decoupling:check", args=[d.check_made_id]),
            _("Proposed by %(name)s; a second regulator decides.") % {"name": d.proposed_by},
        )
        for d in proposed_determinations()[:SHOWN]
    ]
    checks = (_("All checks"), reverse("decoupling:check_list"))
    return [
        _section(_("Checks to determine"), waiting, _("No check waits."), checks),
        _section(_("Determinations to decide"), proposed, _("No determination waits.")),
    ]


def editors(acting: Membership) -> list[dict[str, Any]]:
    reviews = acting.role == Role.REVIEWER
    items = [
        _item(
            r,
            reverse("registry:draft_review", args=[r.pk]),
            _("%(stage)s; written by %(name)s") % {"stage": r.get_stage_display(), "name": r.author},
        )
        for r in registry.drafts()[:SHOWN]
    ]
    links = [
        (_("All drafts"), reverse("registry:draft_list")),
        (_("Imports"), reverse("registry:import_list")),
    ]
    if not reviews:
        links.insert(0, (_("Import a table"), reverse("registry:import_new")))
        links.insert(0, (_("Draft a ruling"), reverse("registry:draft_new")))
    title = _("Rulings to review") if reviews else _("Draft rulings")
    return [
        _section(title, items, _("No draft ruling waits."), *links),
        *_consultations(),
        _lists(reviews=reviews),
        _measures(reviews=reviews),
        *_assessments(reviews=reviews),
    ]


def _lists(*, reviews: bool) -> dict[str, Any]:
    """Editions of lists that wait for a second person."""
    items = [
        _item(e.of_list, e.get_absolute_url(), _("Compiled by %(name)s") % {"name": e.compiled_by})
        for e in registry.waiting_editions()[:SHOWN]
    ]
    links = [(_("All draft editions"), reverse("registry:edition_drafts"))]
    if not reviews:
        links.insert(0, (_("Compile an edition"), reverse("registry:edition_new")))
    title = _("Editions of lists to publish") if reviews else _("Draft editions of lists")
    return _section(title, items, _("No edition of a list waits."), *links)


def _measures(*, reviews: bool) -> dict[str, Any]:
    items = [
        _item(
            m.approval,
            reverse("registry:measure_review", args=[m.pk]),
            _("Written by %(name)s") % {"name": m.author},
        )
        for m in registry.measure_drafts()[:SHOWN]
    ]
    links = [(_("All draft measures"), reverse("registry:measure_list"))]
    if not reviews:
        links.insert(0, (_("Write a measure"), reverse("registry:measure_new")))
    title = _("Measures to review") if reviews else _("Draft measures")
    return _section(title, items, _("No draft measure waits."), *links)


def _consultations() -> list[dict[str, Any]]:
    """Comments that wait for an answer, and drafts that publish themselves."""
    asked = [
        _item(
            c.question,
            reverse("registry:consultation_answer", args=[c.pk]),
            _("%(n)d of %(all)d comments wait for an answer") % {"n": c.waiting, "all": c.said},  # type: ignore[attr-defined]
            c.closes_at,
        )
        for c in registry.to_answer()[:SHOWN]
    ]
    timed = [
        _item(r, reverse("registry:draft_review", args=[r.pk]), _("Published by itself"), r.publish_at)
        for r in registry.scheduled()[:SHOWN]
    ]
    every = (_("All consultations"), reverse("registry:consultation_list"))
    return [
        _section(_("Comments to answer"), asked, _("Every comment has its answer"), every),
        _section(_("Drafts with a time of publication"), timed, _("No draft has a time of publication.")),
    ]


def _assessments(*, reviews: bool) -> list[dict[str, Any]]:
    """Assessments of zones: drafts that wait, and for editors those that end soon."""
    waiting = [
        _item(
            d,
            reverse("registry:assessment_review", args=[d.pk]),
            _("Written by %(name)s") % {"name": d.author},
        )
        for d in registry.assessment_drafts()[:SHOWN]
    ]
    listed = (_("Assessments of zones"), reverse("registry:assessment_list"))
    title = _("Assessments of zones to review") if reviews else _("Draft assessments of zones")
    found = [_section(title, waiting, _("No draft assessment waits."), listed)]
    if reviews:
        return found
    soon = [
        _item(a, a.get_absolute_url(), _("It no longer counts from %(day)s on.") % {"day": a.valid.upper})
        for a in registry.assessments_ending(on=timezone.localdate())[:SHOWN]
    ]
    new = (_("Draft an assessment"), reverse("registry:assessment_new"))
    title = _("Assessments that end within %(days)s days") % {"days": registry.ENDING_SOON}
    return [*found, _section(title, soon, _("None ends so soon."), new)]


def trustee(acting: Membership) -> list[dict[str, Any]]:
    empty = _("As a trustee you will hold part of the key that opens bids. Nothing waits for you yet.")
    return [_section(_("Opening keys"), [], empty, (_("Tenders"), reverse("tenders:tender_list")))]


DESKS: dict[str, Callable[[Membership], list[dict[str, Any]]]] = {
    Role.OWNER: owner,
    Role.AGENT: agent,
    Role.PRACTITIONER: practitioner,
    Role.REGULATOR: regulator,
    Role.EDITOR: editors,
    Role.REVIEWER: editors,
    Role.TRUSTEE: trustee,
}


def staff() -> dict[str, Any]:
    return _section(
        _("The site"),
        [],
        _("You may edit the site's pages and accounts."),
        (_("Edit the site"), reverse("wagtailadmin_home")),
        (_("Accounts and memberships"), reverse("admin:index")),
        (_("Style page"), reverse("styleguide")),
    )


def sections(user: User, acting: Membership | None) -> list[dict[str, Any]]:
    """What the desk shows: the role's own sections, and the site's for staff."""
    own = DESKS[acting.role](acting) if acting else []
    return own + ([staff()] if user.is_staff else [])
