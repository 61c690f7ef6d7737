"""The desk of the registry: what editors write and reviewers publish."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from regulation.oversight import queries as oversight
from regulation.parties.models import Membership, Role
from regulation.registry import queries as registry

from .parts import SHOWN, item, section


def editors(acting: Membership) -> list[dict[str, Any]]:
    reviews = acting.role == Role.REVIEWER
    items = [
        item(
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
        section(title, items, _("No draft ruling waits."), *links),
        *_consultations(),
        _lists(reviews=reviews),
        _measures(reviews=reviews),
        *_assessments(reviews=reviews),
        _leads(),
    ]


def _lists(*, reviews: bool) -> dict[str, Any]:
    """Editions of lists that wait for a second person."""
    items = [
        item(e.of_list, e.get_absolute_url(), _("Compiled by %(name)s") % {"name": e.compiled_by})
        for e in registry.waiting_editions()[:SHOWN]
    ]
    links = [(_("All draft editions"), reverse("registry:edition_drafts"))]
    if not reviews:
        links.insert(0, (_("Compile an edition"), reverse("registry:edition_new")))
    title = _("Editions of lists to publish") if reviews else _("Draft editions of lists")
    return section(title, items, _("No edition of a list waits."), *links)


def _measures(*, reviews: bool) -> dict[str, Any]:
    items = [
        item(
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
    return section(title, items, _("No draft measure waits."), *links)


def _consultations() -> list[dict[str, Any]]:
    """Comments that wait for an answer, and drafts that publish themselves."""
    asked = [
        item(
            c.question,
            reverse("registry:consultation_answer", args=[c.pk]),
            _("%(n)d of %(all)d comments wait for an answer") % {"n": c.waiting, "all": c.said},  # type: ignore[attr-defined]
            c.closes_at,
        )
        for c in registry.to_answer()[:SHOWN]
    ]
    timed = [
        item(r, reverse("registry:draft_review", args=[r.pk]), _("Published by itself"), r.publish_at)
        for r in registry.scheduled()[:SHOWN]
    ]
    every = (_("All consultations"), reverse("registry:consultation_list"))
    return [
        section(_("Comments to answer"), asked, _("Every comment has its answer"), every),
        section(_("Drafts with a time of publication"), timed, _("No draft has a time of publication.")),
    ]


def _assessments(*, reviews: bool) -> list[dict[str, Any]]:
    """Assessments of zones: drafts that wait, and for editors those that end soon."""
    waiting = [
        item(
            d,
            reverse("registry:assessment_review", args=[d.pk]),
            _("Written by %(name)s") % {"name": d.author},
        )
        for d in registry.assessment_drafts()[:SHOWN]
    ]
    listed = (_("Assessments of zones"), reverse("registry:assessment_list"))
    title = _("Assessments of zones to review") if reviews else _("Draft assessments of zones")
    found = [section(title, waiting, _("No draft assessment waits."), listed)]
    if reviews:
        return found
    soon = [
        item(a, a.get_absolute_url(), _("It no longer counts from %(day)s on.") % {"day": a.valid.upper})
        for a in registry.assessments_ending(on=timezone.localdate())[:SHOWN]
    ]
    new = (_("Draft an assessment"), reverse("registry:assessment_new"))
    title = _("Assessments that end within %(days)s days") % {"days": registry.ENDING_SOON}
    return [*found, section(title, soon, _("None ends so soon."), new)]


def _leads() -> dict[str, Any]:
    """What answered reports ask the editors to rule on."""
    every = reverse("oversight:lead_list")
    items = [item(r.service or r.department, every, r.region) for r in oversight.leads()[:SHOWN]]
    empty = _("No report asks for a ruling.")
    return section(_("Rulings that reports ask for"), items, empty, (_("All of them"), every))
