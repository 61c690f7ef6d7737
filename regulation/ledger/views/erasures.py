"""For regulators: asking that the content of an entry be destroyed, and deciding on it. The site's staff see
what was asked and what came of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..access import eraser_required, erases, watcher_required
from ..erasing import ask_erasure, decline_erasure, erase
from ..errors import LedgerRefused
from ..forms import ConfirmErasureForm, DeclineErasureForm, EntryFilter, ErasureFilter, ErasureForm
from ..models import Entry, Erasure, Ground
from ..queries import body_of, erasable, erasures
from ..stories import story_of

PAGE = 20


def _sentence(entry: Entry) -> Any:
    told = story_of(entry.kind)
    return told.sentence if told else entry.kind


def _holds(entry: Entry) -> list[str]:
    """The names of what the content holds: enough to know it by, without another look at a person."""
    return sorted(body_of(entry))


def _decides(request: HttpRequest) -> bool:
    return erases(user=request.user, acting=getattr(request, "acting", None))


@never_cache
@require_safe
@watcher_required
def erasure_list(request: HttpRequest) -> HttpResponse:
    """Every erasure that was asked for, those that wait first."""
    found = ErasureFilter(request.GET or None, queryset=erasures())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    rows = [{"erasure": one, "sentence": _sentence(one.entry)} for one in page]
    context = {"filter": found, "page_obj": page, "rows": rows, "may_ask": _decides(request)}
    return render(request, "ledger/erasure_list.html", context)


@never_cache
@require_safe
@eraser_required
def erasure_find(request: HttpRequest) -> HttpResponse:
    """Find the entry whose content is to go: nothing is listed before something is asked for."""
    found = EntryFilter(request.GET or None, queryset=erasable())
    asked = found.is_bound and found.form.is_valid() and any(found.form.cleaned_data.values())
    page = Paginator(found.qs if asked else Entry.objects.none(), PAGE).get_page(request.GET.get("page"))
    rows = [{"entry": entry, "sentence": _sentence(entry)} for entry in page]
    context = {"filter": found, "asked": asked, "page_obj": page, "rows": rows}
    return render(request, "ledger/erasure_find.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@eraser_required
def erasure_ask(request: HttpRequest, entry: int) -> HttpResponse:
    """Ask that the content of one entry be erased."""
    about = get_object_or_404(erasable(), pk=entry)
    standing = about.erasures.exclude(outcome="declined").first()
    if standing is not None:
        return redirect(standing)
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            made = ask_erasure(
                entry=about,
                ground=Ground(said["ground"]),
                reason=said["reason"],
                retention=said["retention"],
                by=request.user,
            )
        except LedgerRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Asked. A second person, who acts as a regulator, decides."))
            return redirect(made)
    context = {"entry": about, "sentence": _sentence(about), "holds": _holds(about), "form": form}
    return render(request, "ledger/erasure_ask.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@watcher_required
def erasure(request: HttpRequest, pk: int) -> HttpResponse:
    """One erasure; a second person decides it here."""
    return _page(request, get_object_or_404(erasures(), pk=pk))


def _page(
    request: HttpRequest,
    shown: Erasure,
    *,
    confirm: forms.Form | None = None,
    decline: forms.Form | None = None,
) -> HttpResponse:
    may = shown.is_open and _decides(request)
    own = request.user.pk in (shown.asked_by_id, shown.entry.actor_id)
    context = {
        "erasure": shown,
        "sentence": _sentence(shown.entry),
        "holds": _holds(shown.entry),
        "may_decide": may and not own,
        "own": own,
        "confirm": confirm or ConfirmErasureForm(),
        "decline": decline or DeclineErasureForm(),
        "failed": next((f for f in (confirm, decline) if f is not None and f.errors), None),
    }
    return render(request, "ledger/erasure.html", context, status=422 if context["failed"] else 200)


@never_cache
@require_POST
@eraser_required
def erasure_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person has the content destroyed."""
    shown, form = get_object_or_404(erasures(), pk=pk), ConfirmErasureForm(request.POST)
    if form.is_valid():
        try:
            erase(erasure=shown, by=request.user)
        except LedgerRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The content is erased. The entry stands, and its proofs verify."))
            return redirect(shown)
    return _page(request, shown, confirm=form)


@never_cache
@require_POST
@eraser_required
def erasure_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person leaves the content where it is."""
    shown, form = get_object_or_404(erasures(), pk=pk), DeclineErasureForm(request.POST)
    if form.is_valid():
        try:
            decline_erasure(erasure=shown, by=request.user, note=form.cleaned_data["note"])
        except LedgerRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The content stays. Why stands on record."))
            return redirect(shown)
    return _page(request, shown, decline=form)
