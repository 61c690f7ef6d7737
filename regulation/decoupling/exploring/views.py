from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Entity, Person, Role

from ..models import Check
from ..queries import current_pack
from . import queries
from .evidence import evidence
from .forms import SearchForm, ViewForm
from .operations import note_explored
from .picture import Picture

PAGE = 20
SORTS: dict[str, type[Entity] | type[Person]] = {"entity": Entity, "person": Person}


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def explorer(request: HttpRequest) -> HttpResponse:
    """Search for a party to look around. People are listed by a masked name: the whole is on their page."""
    form = SearchForm(request.GET or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    entities = Paginator(queries.entities_named(text), PAGE).get_page(request.GET.get("page"))
    people = Paginator(queries.people_named(text), PAGE).get_page(request.GET.get("people"))
    for person in people.object_list:
        person.masked = person.name[:1] + "＊" * max(len(person.name) - 1, 1)  # type: ignore[attr-defined]
    context = {"form": form, "text": text, "page_obj": entities, "people": people}
    status = 422 if form.errors else 200
    return render(request, "decoupling/explorer.html", context, status=status)


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def explore(request: HttpRequest, sort: str, pk: int) -> HttpResponse:
    """What is around a party: tables of interests and parties, and the same drawn."""
    picture = _asked(request, sort, pk)
    _note(request, picture, "page")
    rows = picture.rows()
    context = {
        "form": picture.form,
        "centre": picture.found.centre,
        "sort": sort,
        "rows": rows,
        "parties": picture.parties(),
        "found": picture.found,
        "drawing": picture.drawing(),
        "query": picture.query(),
        "days": picture.days(timezone.localdate(picture.form.now)),
        "check": picture.form.cleaned_data.get("check"),
        "in_chain": sum(row["in_chain"] for row in rows),
        "chain_length": len(picture.chain),
        "whole_chain": picture.whole_chain(),
        "on": picture.on,
        "known_at": picture.form.cleaned_data.get("known") or picture.form.now,
    }
    status = 422 if picture.form.errors else 200
    return render(request, "decoupling/explore.html", context, status=status)


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def explore_drawing(request: HttpRequest, sort: str, pk: int) -> HttpResponse:
    """The drawing as a file. The page's script makes a picture of points (PNG) of it."""
    picture = _asked(request, sort, pk)
    if picture.form.errors:
        return _refused(picture)
    _note(request, picture, "drawing")
    context = {"drawing": picture.drawing(), "centre": picture.found.centre, "alone": True}
    text = render_to_string("decoupling/_explored.html", context)
    return _file(text.strip(), "image/svg+xml", f"explorer-{sort}-{pk}.svg")


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def explore_evidence(request: HttpRequest, sort: str, pk: int) -> HttpResponse:
    """Nodes, merges and interests with their sources, as canonical JSON with digests."""
    picture = _asked(request, sort, pk)
    if picture.form.errors:
        return _refused(picture)
    _note(request, picture, "evidence")
    known_at = picture.form.cleaned_data.get("known") or picture.form.now
    body = evidence(
        picture.found,
        asked=picture.asked,
        rule_pack=current_pack(at=known_at).version,
        chain=picture.chain,
    )
    return _file(body, "application/json", f"explorer-{sort}-{pk}.json")


def _asked(request: HttpRequest, sort: str, pk: int) -> Picture:
    """Fields with errors count as not given; the page tells them."""
    if sort not in SORTS:
        raise Http404
    centre: Any = get_object_or_404(SORTS[sort], pk=pk)
    now = database_now()
    form = ViewForm(request.GET, now=now)
    form.is_valid()
    given = form.cleaned_data
    on, known_at = given.get("on") or timezone.localdate(now), given.get("known") or now
    depth, ended = given.get("depth") or 1, bool(given.get("ended"))
    check, opened = given.get("check"), given.get("open") or []
    asked = {
        "depth": depth,
        "on": on.isoformat(),
        "known": known_at.isoformat(),
        "ended": ended,
        "open": opened,
        "check": check.pk if check else None,
    }
    found = queries.around(centre, depth=depth, on=on, known_at=known_at, ended=ended, opened=opened)
    return Picture(form, found, asked, on, *_chain(check))


def _chain(check: Check | None) -> tuple[frozenset[str], tuple[str, ...]]:
    """The interests of a check's chain, and its parties from the intermediary up."""
    ties = [tie for tie in check.chain if tie.get("ref")] if check else []
    ends = [tie.get(end, "") for tie in reversed(ties) for end in ("subject", "holder")]
    parties = [urn for urn in ends if urn.startswith(("parties.entity/", "parties.person/"))]
    return frozenset(tie["ref"] for tie in ties), tuple(dict.fromkeys(parties))


def _note(request: HttpRequest, picture: Picture, what: str) -> None:
    if what == "page" and not picture.people:
        return
    by: Any = request.user
    note_explored(centre=picture.found.centre, what=what, asked=picture.asked, people=picture.people, by=by)


def _refused(picture: Picture) -> HttpResponse:
    lines = [
        f"{picture.form.fields[name].label}: {' '.join(map(str, errors))}"
        for name, errors in picture.form.errors.items()
    ]
    return HttpResponse("\n".join(lines), status=422, content_type="text/plain; charset=utf-8")


def _file(body: str | bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
