"""The desk of the registry: what editors write and reviewers publish."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from regulation.oversight import queries as oversight
from regulation.parties.models import Membership, Role
from regulation.registry import queries as registry
from regulation.registry.exchange.queries import waiting_imports
from regulation.registry.models import Ruling, Stage

from .market import tenders_to_review
from .parts import SHOWN, item, section

Section = dict[str, Any]


def editors(acting: Membership) -> list[Section]:
    """What needs this editor or reviewer, then what waits on others; the desk puts it in order of time."""
    reviews = acting.role == Role.REVIEWER
    rulings = _to_review(acting) if reviews else _own(acting)
    return [
        *(tenders_to_review(acting) if reviews else []),
        *rulings,
        *_others_drafts(acting, reviews=reviews),
        *([] if reviews else [_lapsed()]),
        *_consultations(),
        _lists(reviews=reviews),
        _measures(reviews=reviews),
        *_assessments(reviews=reviews),
        *([] if reviews else [_leads(), _begin()]),
    ]


def _tasks(found: QuerySet[Ruling]) -> list[dict[str, Any]]:
    """Drafts of rulings as tasks; those of a table are one task together."""
    shown = list(found.filter(imported__isnull=True)[:SHOWN])
    notes = registry.returned_notes(shown)
    return [
        item(
            r,
            reverse("registry:draft_review", args=[r.pk]),
            _("Returned: %(note)s") % {"note": notes[r.pk]}
            if r.pk in notes
            else _("%(stage)s; written by %(name)s") % {"stage": r.get_stage_display(), "name": r.author},
        )
        for r in shown
    ]


def _imported(acting: Membership, *, own: bool) -> list[dict[str, Any]]:
    """Imports of which drafts wait: those of whoever looks, or those of everybody else."""
    found = waiting_imports()
    found = found.filter(by=acting.user_id) if own else found.exclude(by=acting.user_id)
    return [
        item(
            job.name,
            reverse("registry:import_drafts", args=[job.pk]),
            _("%(n)s drafts of a table; uploaded by %(name)s") % {"n": job.waiting, "name": job.by},  # type: ignore[attr-defined]
        )
        for job in found[:SHOWN]
    ]


def _own(acting: Membership) -> list[Section]:
    """What the editor has begun and not handed in, first of all what came back."""
    own = _tasks(registry.drafts().filter(author=acting.user_id, stage=Stage.DRAFT))
    every = (_("All drafts"), reverse("registry:draft_list"))
    return [section(_("Your drafts of rulings to finish"), own, _("You have none to finish."), every)]


def _to_review(acting: Membership) -> list[Section]:
    found = registry.drafts().exclude(author=acting.user_id)
    review = _imported(acting, own=False) + _tasks(found.filter(stage=Stage.SUBMITTED))
    passed = _tasks(found.filter(stage=Stage.REVIEWED, publish_at__isnull=True))
    every = (_("All drafts"), reverse("registry:draft_list"))
    tables = (_("Imports"), reverse("registry:import_list"))
    return [
        section(_("Rulings to review in law"), review, _("None is in legal review."), every, tables),
        section(_("Rulings to publish"), passed, _("No ruling that passed its review waits.")),
    ]


def _others_drafts(acting: Membership, *, reviews: bool) -> list[Section]:
    found = registry.drafts().filter(publish_at__isnull=True)
    if reviews:
        written = _tasks(found.filter(stage=Stage.DRAFT))
        return [section(_("Being written"), written, _("Nobody is writing a ruling."), others=True)]
    waiting = _imported(acting, own=True) + _tasks(found.exclude(stage=Stage.DRAFT))
    tables = (_("Imports"), reverse("registry:import_list"))
    rest = _tasks(found.filter(stage=Stage.DRAFT).exclude(author=acting.user_id))
    return [
        section(_("With the reviewers"), waiting, _("Nothing is in legal review."), tables, others=True),
        section(_("Drafts of other editors"), rest, _("Other editors have none."), others=True),
    ]


def _lapsed() -> Section:
    """Demands whose law has ended: each waits for a ruling with a law in force, or for its abolition."""
    lapsed = registry.with_bases(registry.lapsed_rulings(on=timezone.localdate()))
    items = []
    for ruling in lapsed[:SHOWN]:
        end = registry.end_of_basis(ruling)
        since = _("Without a law in force since %(day)s") % {"day": end.day} if end else ""
        place = {"service": ruling.service.code, "region": ruling.region_id}
        if ruling.approval:
            place["approval"] = ruling.approval.ref
        items.append(item(ruling, f"{reverse('registry:draft_new')}?{urlencode(place)}", since))
    every = (_("Demands whose legal basis has ended"), reverse("registry:lapsed_list"))
    title = _("Rulings whose legal basis has ended")
    return section(title, items, _("Every demand on record rests on a law in force"), every)


def _consultations() -> list[Section]:
    """Comments that wait for an answer, and drafts that publish themselves."""
    asked = [
        item(
            c,
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
    none = _("No draft has a time of publication.")
    return [
        section(_("Comments to answer"), asked, _("Every comment has its answer"), every),
        section(_("Drafts with a time of publication"), timed, none, others=True),
    ]


def _lists(*, reviews: bool) -> Section:
    """Editions of lists that wait for a second person."""
    items = [
        item(e.of_list, e.get_absolute_url(), _("Compiled by %(name)s") % {"name": e.compiled_by})
        for e in registry.waiting_editions()[:SHOWN]
    ]
    every = (_("All draft editions"), reverse("registry:edition_drafts"))
    title = _("Editions of lists to publish") if reviews else _("Draft editions of lists")
    return section(title, items, _("No edition of a list waits."), every, others=not reviews)


def _measures(*, reviews: bool) -> Section:
    shown = list(registry.measure_drafts()[:SHOWN])
    items = _written(shown, "registry:measure_review", lambda one: one.approval)
    every = (_("All draft measures"), reverse("registry:measure_list"))
    title = _("Measures to review") if reviews else _("Draft measures")
    return section(title, items, _("No draft measure waits."), every, others=not reviews)


def _assessments(*, reviews: bool) -> list[Section]:
    """Assessments of zones: drafts that wait, and for editors those that end soon."""
    shown = list(registry.assessment_drafts()[:SHOWN])
    waiting = _written(shown, "registry:assessment_review", lambda one: one)
    listed = (_("Assessments of zones"), reverse("registry:assessment_list"))
    title = _("Assessments of zones to review") if reviews else _("Draft assessments of zones")
    found = [section(title, waiting, _("No draft assessment waits."), listed, others=not reviews)]
    if reviews:
        return found
    soon = [
        item(a, a.get_absolute_url(), _("It no longer counts from %(day)s on.") % {"day": a.valid.upper})
        for a in registry.assessments_ending(on=timezone.localdate())[:SHOWN]
    ]
    title = _("Assessments that end within %(days)s days") % {"days": registry.ENDING_SOON}
    return [*found, section(title, soon, _("None ends so soon."))]


def _written(shown: list[Any], page: str, title: Any) -> list[dict[str, Any]]:
    """Drafts that a second person publishes, each with its author, or the note it came back with."""
    notes = registry.returned_notes(shown)
    return [
        item(
            title(one),
            reverse(page, args=[one.pk]),
            _("Returned: %(note)s") % {"note": notes[one.pk]}
            if one.pk in notes
            else _("Written by %(name)s") % {"name": one.author},
        )
        for one in shown
    ]


def _leads() -> Section:
    """What answered reports ask the editors to rule on."""
    every = reverse("oversight:lead_list")
    items = [item(r.service or r.department, every, r.region) for r in oversight.leads()[:SHOWN]]
    empty = _("No report asks for a ruling.")
    return section(_("Rulings that reports ask for"), items, empty, (_("All of them"), every))


def _begin() -> Section:
    """What an editor may begin; nothing waits in it."""
    return section(
        _("Begin something new"),
        [],
        "",
        (_("Draft a ruling"), reverse("registry:draft_new")),
        (_("Import a table"), reverse("registry:import_new")),
        (_("Compile an edition"), reverse("registry:edition_new")),
        (_("Write a measure"), reverse("registry:measure_new")),
        (_("Draft an assessment"), reverse("registry:assessment_new")),
        (_("Approvals, services, laws and who decides"), reverse("wagtailadmin_home")),
    )
