"""A draft's way to publication: submitted, reviewed in law, scheduled; and what changed on the way."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of, database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role, User

from ..comparison import compare
from ..errors import RegistryRefused, sentence_of
from ..forms import ScheduleForm
from ..models import ImportedRow, Ruling
from ..operations import cancel_schedule, pass_review, schedule_publication, submit_draft
from ..queries import PUBLICATION_REFUSED, drafts, last_marked, story_of, versions_of
from .desk import review_page


def _acted(request: HttpRequest, pk: int, act: Any, done: str) -> HttpResponse:
    """Do one act on a draft and come back to it; a refusal is told on the same page."""
    draft = get_object_or_404(drafts(), pk=pk)
    try:
        act(draft)
    except RegistryRefused as refusal:
        return review_page(request, draft, refused=str(refusal))
    messages.success(request, done)
    return redirect("registry:draft_review", pk=pk)


@require_POST
@acting_required(Role.EDITOR)
def draft_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """The author submits the draft for legal review."""
    by = cast(User, request.user)
    done = _("The draft is submitted. Nobody changes it until a reviewer passes or returns it.")
    return _acted(request, pk, lambda draft: submit_draft(ruling=draft, by=by), done)


@require_POST
@acting_required(Role.REVIEWER)
def draft_pass(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person records the legal review."""
    by = cast(User, request.user)
    done = _("The legal review is recorded. The draft can be published or scheduled.")
    return _acted(request, pk, lambda draft: pass_review(ruling=draft, by=by, at=database_now()), done)


@require_POST
@acting_required(Role.REVIEWER)
def draft_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person sets the time of publication."""
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        return review_page(request, get_object_or_404(drafts(), pk=pk), schedule_form=form)
    terms = {"publish_at": form.cleaned_data["publish_at"], "by": cast(User, request.user)}
    done = _("The draft is published by itself at that time.")
    return _acted(
        request, pk, lambda draft: schedule_publication(ruling=draft, at=database_now(), **terms), done
    )


@require_POST
@acting_required(Role.REVIEWER)
def draft_unschedule(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person takes the time of publication back."""
    by = cast(User, request.user)
    done = _("The draft has no time of publication any more.")
    return _acted(request, pk, lambda draft: cancel_schedule(ruling=draft, by=by), done)


@acting_required(Role.EDITOR, Role.REVIEWER)
def draft_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every step of a draft, and two of its wordings word by word: the one last looked at, and the latest."""
    draft = get_object_or_404(drafts(), pk=pk)
    story = story_of(draft)
    versions = versions_of(draft, story)
    chosen = {str(version.number): version for version in versions}
    first = last_marked(versions, story) or (versions[0] if versions else None)
    old = chosen.get(request.GET.get("old", ""), first)
    new = chosen.get(request.GET.get("new", ""), versions[-1] if versions else None)
    context = {
        "draft": draft,
        "events": [*_imported(draft), *(_event(entry) for entry in story)],
        "versions": versions,
        "old": old,
        "new": new,
        "lines": compare(old.ruling, new.ruling) if old and new else [],
    }
    return render(request, "registry/draft_history.html", context)


def _imported(draft: Ruling) -> list[dict[str, Any]]:
    """The first step of a draft that came with a table; its ledger entry is the import's."""
    row = ImportedRow.objects.filter(ruling=draft).select_related("of__by").first()
    if row is None:
        return []
    text = _("%(name)s: row %(row)s of the import “%(file)s”.")
    said = text % {"name": row.of.by, "row": row.row, "file": row.of.name}
    return [{"at": draft.created_at, "title": _("Written and submitted for legal review"), "text": said}]


def _event(entry: Entry) -> dict[str, Any]:
    """One step as the timeline shows it."""
    titles = {
        "registry.ruling_drafted": _("Written"),
        "registry.ruling_revised": _("Changed"),
        "registry.ruling_submitted": _("Submitted for legal review"),
        "registry.ruling_reviewed": _("Legal review passed"),
        "registry.ruling_returned": _("Returned to its author"),
        "registry.ruling_scheduled": _("Given a time of publication"),
        "registry.ruling_unscheduled": _("Time of publication taken back"),
        PUBLICATION_REFUSED: _("Not published at its time"),
    }
    said = body_of(entry)
    text = said.get("note") or sentence_of(said.get("refusal", ""))
    by = f"{entry.actor}. " if entry.actor else ""
    return {"at": entry.recorded_at, "title": titles.get(entry.kind, entry.kind), "text": f"{by}{text}"}
