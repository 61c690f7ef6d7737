"""What the reform reports of itself: each figure with its place, date and source, and not measured here."""

from types import SimpleNamespace

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from ..forms import KIND_NAMES, ReportedForm
from ..reported import Figure, figures, narrowed
from ..seed.load import FOLDER

PAGE = 20


def reported(request: HttpRequest) -> HttpResponse:
    """Figures as reported, narrowed by words, kind and place; a choice that is not offered is told, 422."""
    every = figures(FOLDER)
    form = ReportedForm(request.GET or None, places=_places(every))
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = [] if form.errors else narrowed(every, **asked)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    english = get_language() == "en"
    rows = [(one, KIND_NAMES[one.kind], one.unit_en if english else one.unit) for one in page]
    context = {"filter": SimpleNamespace(form=form), "page_obj": page, "rows": rows}
    return render(request, "registry/reported.html", context, status=422 if form.errors else 200)


def _places(every: tuple[Figure, ...]) -> list[tuple[str, str]]:
    english = get_language() == "en"
    names = {one.place: one.place_en if english else one.place for one in every}
    return sorted(names.items(), key=lambda pair: pair[1])
