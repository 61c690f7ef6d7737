from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from regulation.parties.access import acting

from .. import queries
from ..access import may_draft
from ..forms import AsOfForm, InstrumentFilter
from ..models import Instrument, Provision, Ruling

PAGE = 20


def ruling(request: HttpRequest, pk: int) -> HttpResponse:
    """One published ruling: seal, sentence, law, who pays; its history, and the same on another day."""
    today = timezone.localdate()
    signed = Ruling.objects.published().judged_on(today)
    signed = signed.select_related("approval", "service", "region", "author", "reviewer")
    found = get_object_or_404(signed, pk=pk)
    form = AsOfForm(request.GET or None)
    history = list(queries.history_of(found)[:50])
    then = None
    if request.GET and form.is_valid():
        then = queries.verdict_for(
            approval=found.approval,
            service=found.service,
            region=found.region,
            on=form.day(),
            said_at=form.moment(),
        )
    events = [
        {
            "at": r.in_force.lower,
            "title": r.get_necessity_display(),
            "text": _("corrected since") if r.recorded.upper else "",
            "url": r.get_absolute_url() if r.pk != found.pk else "",
            "future": r.in_force.lower > today,
        }
        for r in reversed(history)
    ]
    return render(
        request,
        "registry/ruling.html",
        {
            "ruling": found,
            "bases": found.bases.select_related("provision__instrument"),
            "events": events,
            "form": form,
            "asked": bool(request.GET) and form.is_valid(),
            "then": then,
            "day": form.day(),
            "holds_today": today in found.in_force and found.recorded.upper is None,
            "may_draft": may_draft(acting(request)),
        },
        status=422 if form.errors else 200,
    )


def lapsed_list(request: HttpRequest) -> HttpResponse:
    """Demands whose legal basis has ended: for the public to refuse, for editors to replace."""
    page = Paginator(queries.lapsed_rulings(on=timezone.localdate()), PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "may_draft": may_draft(acting(request))}
    return render(request, "registry/lapsed_list.html", context)


def instrument_list(request: HttpRequest) -> HttpResponse:
    """Laws and documents, with how many of their provisions are on record."""
    instruments = Instrument.objects.select_related("region").annotate(articles=Count("provisions"))
    found = InstrumentFilter(request.GET or None, queryset=instruments.order_by("level", "title", "pk"))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/instrument_list.html", {"filter": found, "page_obj": page})


def instrument(request: HttpRequest, ref: str) -> HttpResponse:
    """One instrument with its provisions on record."""
    found = get_object_or_404(Instrument.objects.select_related("region", "repealed_by"), ref=ref)
    provisions = found.provisions.annotate(resting=Count("bases")).order_by("article_order", "article", "pk")
    page = Paginator(provisions, PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/instrument.html", {"instrument": found, "page_obj": page})


def provision(request: HttpRequest, ref: str) -> HttpResponse:
    """One article: our summary, its dates, and the rulings that rest on it."""
    found = get_object_or_404(Provision.objects.select_related("instrument__repealed_by"), ref=ref)
    page = Paginator(queries.resting_on(found, on=timezone.localdate()), PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "registry/provision.html", {"provision": found, "page_obj": page})
