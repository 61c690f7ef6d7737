import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from regulation.parties.access import acting
from regulation.parties.models import Region

from .. import queries
from ..access import may_draft
from ..comparison import compare
from ..drawing import Era, draw
from ..forms import AsOfForm, end_of
from ..models import Approval, Ruling, Service, judged
from ..models.ruling import EVERY_APPROVAL
from .editions import standing

HISTORY = 50


def ruling(request: HttpRequest, pk: int) -> HttpResponse:
    """One published ruling: seal, sentence, law, who pays; its history, and the same on another day."""
    today = timezone.localdate()
    found = judged(get_object_or_404(queries.with_all(Ruling.objects.published()), pk=pk), today)
    form = AsOfForm(request.GET or None)
    asked = bool(request.GET) and form.is_valid()
    context = _page(request, found, today) | {"form": form, "asked": asked, "day": form.day()}
    if asked:
        context["then"] = queries.verdict_for(
            approval=found.approval,
            service=found.service,
            region=found.region,
            on=form.day(),
            said_at=form.moment(),
        )
    return render(request, "registry/ruling.html", context, status=422 if form.errors else 200)


def requirement(
    request: HttpRequest,
    service: str,
    region: str,
    approval: str = EVERY_APPROVAL,
    on: dt.date | None = None,
    said: dt.date | None = None,
) -> HttpResponse:
    """What held for a service in a region on a day, as this site said at the end of another.

    The nearest region's ruling answers. With both days the address is a lasting one; without, it is today.
    """
    today = timezone.localdate()
    day = on or today
    ref = None if approval == EVERY_APPROVAL else approval
    moment = end_of(said) if said else None
    found = queries.ruling_at(service=service, region=region, approval=ref, on=day, said_at=moment)
    place = _place(found, service, region, ref)
    shared = {"asked_on": day, "asked_said": said, "place": place, "form": AsOfForm(None), "day": day}
    if found is None:
        return render(request, "registry/requirement_none.html", shared, status=404)
    return render(request, "registry/ruling.html", _page(request, found, today) | shared)


def _place(found: Ruling | None, service: str, region: str, ref: str | None) -> dict[str, Any]:
    """What was asked about, read only where the answer does not hold it. Raises Http404."""
    known = found.approval if found else None
    place: dict[str, Any] = {"approval": known if known and known.ref == ref else None}
    if ref and place["approval"] is None:
        place["approval"] = get_object_or_404(Approval, ref=ref)
    place["service"] = found.service if found else get_object_or_404(Service, code=service)
    near = found is not None and found.region_id == region
    place["region"] = found.region if found and near else get_object_or_404(Region, code=region)
    return place


def _page(request: HttpRequest, found: Ruling, today: dt.date) -> dict[str, Any]:
    """What the page of a ruling shows, whichever way a reader came to it."""
    history = list(queries.history_of(found)[:HISTORY])
    return {
        "ruling": found,
        "bases": found.bases.all(),
        "history": history,
        "versions": list(zip(history, [*history[1:], None], strict=True)),
        "drawing": draw([_era(r, found) for r in history], today=today),
        "holds_today": today in found.in_force and found.recorded.upper is None,
        "consulted": queries.consultations_about(found) if getattr(found, "is_discussed", True) else [],
        "may_draft": may_draft(acting(request)),
        "standing": standing(found) if getattr(found, "is_listed", True) else [],
    }


def _era(version: Ruling, shown: Ruling) -> Era:
    period, corrected = version.in_force, version.recorded.upper is not None
    tone = "past" if corrected else version.necessity
    label = f"{version.get_necessity_display()}{' ●' if version.pk == shown.pk else ''}"
    return Era(period.lower, period.upper, label, tone)


def comparison(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two published rulings on one service, word by word: two versions, or two regions."""
    published = Ruling.objects.published().select_related("approval", "service", "region")
    new, old = get_object_or_404(published, pk=pk), get_object_or_404(published, pk=other)
    if new.service_id != old.service_id:
        raise Http404
    context = {"new": new, "old": old, "lines": compare(old, new)}
    return render(request, "registry/comparison.html", context)
