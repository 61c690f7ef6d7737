import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from regulation.parties.access import acting

from .. import queries
from ..access import may_draft
from ..forms import AsOfForm, DayForm, InstrumentFilter, LapsedFilter
from ..models import Instrument, Provision

PAGE = 20
REPEALED_SHOWN = 50


def lapsed_list(request: HttpRequest) -> HttpResponse:
    """Demands whose legal basis had ended by a day, with law and day: to refuse or replace."""
    form = DayForm(request.GET or None)
    lapsed = queries.lapsed_rulings(on=form.day())
    found = LapsedFilter(request.GET or None, queryset=lapsed, places=queries.lapsed_places(lapsed))
    page = Paginator(queries.with_bases(found.qs), PAGE).get_page(request.GET.get("page"))
    rows = [(ruling, queries.end_of_basis(ruling)) for ruling in page.object_list]
    context = {"filter": found, "page_obj": page, "rows": rows, "may_draft": may_draft(acting(request))}
    context |= {"form": form, "day": form.day()}
    return render(request, "registry/lapsed_list.html", context, status=422 if form.errors else 200)


def instrument_list(request: HttpRequest) -> HttpResponse:
    """Laws and documents, with how many of their provisions are on record."""
    instruments = Instrument.objects.select_related("region").annotate(articles=Count("provisions"))
    found = InstrumentFilter(request.GET or None, queryset=instruments.order_by("level", "title", "pk"))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/instrument_list.html", {"filter": found, "page_obj": page})


def instrument(request: HttpRequest, ref: str) -> HttpResponse:
    """One instrument: whether it holds, what repealed it, what it repeals, its articles on record.

    Asked for a day, it says what was in force on that day, as this site said on another.
    """
    found = get_object_or_404(Instrument.objects.select_related("region", "repealed_by"), ref=ref)
    form = AsOfForm(request.GET or None)
    articles = Paginator(queries.articles_of(found), PAGE).get_page(request.GET.get("page"))
    context = {
        "instrument": found,
        "page_obj": articles,
        "articles": [(article, _holds(article, found, form.day())) for article in articles],
        "repeals": found.repeals.order_by("title", "pk")[:REPEALED_SHOWN],
        "resting": queries.resting_on_instrument(found, **_asked(form)).count(),
        "ended": found.ended_by(form.day()),
        "form": form,
        "day": form.day(),
        "days": urlencode({name: day for name, day in form.data.items() if name in form.fields and day}),
    }
    return render(request, "registry/instrument.html", context, status=422 if form.errors else 200)


def _asked(form: AsOfForm) -> dict[str, Any]:
    """How rulings are asked for: on a day named only those in force on it, else all on record."""
    named = form.is_bound and form.is_valid() and any(form.cleaned_data.values())
    return {"on": form.day(), "in_force": bool(named), "said_at": form.moment()}


def _holds(article: Provision, law: Instrument, day: dt.date) -> bool | None:
    """Whether an article was in force on a day; None where neither it nor its law says."""
    known = [period for period in (article.in_force, law.in_force) if period]
    return all(day in period for period in known) if known else None


def instrument_rulings(request: HttpRequest, ref: str) -> HttpResponse:
    """Every ruling on record that rests on an article of one instrument, with the articles it cites."""
    found = get_object_or_404(Instrument, ref=ref)
    form = AsOfForm(request.GET or None)
    rulings = queries.with_bases(queries.resting_on_instrument(found, **_asked(form)))
    page = Paginator(rulings, PAGE).get_page(request.GET.get("page"))
    context = {"instrument": found, "page_obj": page, "form": form}
    return render(request, "registry/instrument_rulings.html", context, status=422 if form.errors else 200)


def provision(request: HttpRequest, ref: str) -> HttpResponse:
    """One article: our summary, its dates, its text where it is loaded, and the rulings that rest on it.

    Asked for a day, it says whether it held on it, and what rested on it then.
    """
    found = get_object_or_404(Provision.objects.select_related("instrument__repealed_by"), ref=ref)
    form = AsOfForm(request.GET or None)
    rulings = queries.resting_on(found, **_asked(form))
    day = form.day()
    context = {
        "provision": found,
        "page_obj": Paginator(rulings, PAGE).get_page(request.GET.get("page")),
        "ended": found.ends is not None and found.ends <= day,
        "holds": _holds(found, found.instrument, day),
        "form": form,
        "day": day,
    }
    return render(request, "registry/provision.html", context, status=422 if form.errors else 200)
