"""An editor says that a region adopts a practice, or takes that back."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from .access import may_adopt
from .models import PracticePage
from .operations import adopt_practice, take_back_adoption
from .practice_forms import AdoptionForm
from .refusals import AdoptionRefused


def _practice(key: uuid.UUID) -> PracticePage:
    """The live page in the reader's language, or else in the one it was written in."""
    pages = list(PracticePage.objects.live().filter(translation_key=key).select_related("locale", "region"))
    if not pages:
        raise Http404
    own = (page for page in pages if page.locale.language_code == get_language())
    return next(own, pages[0])


@acting_required(Role.EDITOR)
def adopt(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The editor's own region adopts a practice."""
    practice, membership = _practice(key), acting(request)
    if membership is None or not may_adopt(membership, practice):
        raise PermissionDenied
    form = AdoptionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            region: Any = membership.entity.region
            by: Any = request.user
            adopt_practice(practice=practice, region=region, by=by, **form.cleaned_data)
            messages.success(request, _("The adoption is public."))
            return redirect(practice.get_url(request))
        except AdoptionRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "practice": practice, "region": membership.entity.region}
    return render(request, "cms/adopt.html", context, status=422 if form.errors else 200)


@require_POST
@acting_required(Role.EDITOR)
def take_back(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The editor's own region no longer follows a practice."""
    practice, membership = _practice(key), acting(request)
    if membership is None or not may_adopt(membership, practice):
        raise PermissionDenied
    try:
        region: Any = membership.entity.region
        by: Any = request.user
        take_back_adoption(practice=practice, region=region, by=by, at=database_now())
        messages.success(request, _("The adoption is taken back."))
    except AdoptionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(practice.get_url(request))
