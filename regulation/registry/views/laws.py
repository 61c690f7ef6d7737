from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from regulation.parties.access import acting

from .. import queries
from ..access import may_draft
from ..forms import InstrumentFilter, LapsedFilter
from ..models import Instrument, Provision

PAGE = 20
REPEALED_SHOWN = 50


def lapsed_list(request: HttpRequest) -> HttpResponse:
    """Demands whose legal basis has ended, each with the law and the day: to refuse, and to replace."""
    lapsed = queries.lapsed_rulings(on=timezone.localdate())
    found = LapsedFilter(request.GET or None, queryset=lapsed, places=queries.lapsed_places(lapsed))
    page = Paginator(queries.with_bases(found.qs), PAGE).get_page(request.GET.get("page"))
    rows = [(ruling, queries.end_of_basis(ruling)) for ruling in page.object_list]
    context = {"filter": found, "page_obj": page, "rows": rows, "may_draft": may_draft(acting(request))}
    return render(request, "registry/lapsed_list.html", context)


def instrument_list(request: HttpRequest) -> HttpResponse:
    """Laws and documents, with how many of their provisions are on record."""
    instruments = Instrument.objects.select_related("region").annotate(articles=Count("provisions"))
    found = InstrumentFilter(request.GET or None, queryset=instruments.order_by("level", "title", "pk"))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/instrument_list.html", {"filter": found, "page_obj": page})


def instrument(request: HttpRequest, ref: str) -> HttpResponse:
    """One instrument: whether it holds, what repealed it, what it repeals, its articles on record."""
    found = get_object_or_404(Instrument.objects.select_related("region", "repealed_by"), ref=ref)
    today = timezone.localdate()
    context = {
        "instrument": found,
        "page_obj": Paginator(queries.articles_of(found), PAGE).get_page(request.GET.get("page")),
        "repeals": found.repeals.order_by("title", "pk")[:REPEALED_SHOWN],
        "resting": queries.resting_on_instrument(found, on=today).count(),
        "ended": found.ended_by(today),
    }
    return render(request, "registry/instrument.html", context)


def instrument_rulings(request: HttpRequest, ref: str) -> HttpResponse:
    """Every ruling on record that rests on an article of one instrument, with the articles it cites."""
    found = get_object_or_404(Instrument, ref=ref)
    rulings = queries.with_bases(queries.resting_on_instrument(found, on=timezone.localdate()))
    page = Paginator(rulings, PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/instrument_rulings.html", {"instrument": found, "page_obj": page})


def provision(request: HttpRequest, ref: str) -> HttpResponse:
    """One article: our summary, its dates, its text where it is loaded, and the rulings that rest on it."""
    found = get_object_or_404(Provision.objects.select_related("instrument__repealed_by"), ref=ref)
    today = timezone.localdate()
    rulings = queries.resting_on(found, on=today)
    context = {
        "provision": found,
        "page_obj": Paginator(rulings, PAGE).get_page(request.GET.get("page")),
        "ended": found.ends is not None and found.ends <= today,
    }
    return render(request, "registry/provision.html", context)
