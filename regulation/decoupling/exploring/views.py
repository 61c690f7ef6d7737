from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Entity, Interest, Person, Role

from ..drawing import Drawing, Party, Tie, draw
from ..queries import current_pack
from . import queries
from .evidence import evidence, share_text
from .forms import SearchForm, ViewForm
from .operations import note_explored

PAGE = 20
SORTS: dict[str, type[Entity] | type[Person]] = {"entity": Entity, "person": Person}


@dataclass(frozen=True)
class _View:
    """One question and what the record answers."""

    form: ViewForm
    found: queries.Around
    asked: dict[str, Any]
    on: Any
    chain: frozenset[str]
    query: str

    @property
    def people(self) -> int:
        return sum(isinstance(party, Person) for party in self.found.parties)


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
    """What is around a party: a table of interests and the same drawn."""
    view = _asked(request, sort, pk)
    _note(request, view, "page")
    rows = [_row(interest, view) for interest in view.found.interests]
    context = {
        "form": view.form,
        "centre": view.found.centre,
        "sort": sort,
        "rows": rows,
        "found": view.found,
        "drawing": _drawing(view),
        "query": view.query,
        "check": view.form.cleaned_data.get("check"),
        "in_chain": sum(row["in_chain"] for row in rows),
        "chain_length": len(view.chain),
        "on": view.on,
        "known_at": view.form.cleaned_data.get("known") or view.form.now,
    }
    status = 422 if view.form.errors else 200
    return render(request, "decoupling/explore.html", context, status=status)


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def explore_drawing(request: HttpRequest, sort: str, pk: int) -> HttpResponse:
    """The drawing as a file."""
    view = _asked(request, sort, pk)
    if view.form.errors:
        return _refused(view)
    _note(request, view, "drawing")
    context = {"drawing": _drawing(view), "centre": view.found.centre, "alone": True}
    text = render_to_string("decoupling/_explored.html", context)
    return _file(text.strip(), "image/svg+xml", f"explorer-{sort}-{pk}.svg")


@never_cache
@require_safe
@acting_required(Role.REGULATOR)
def explore_evidence(request: HttpRequest, sort: str, pk: int) -> HttpResponse:
    """Nodes and interests with their sources, as canonical JSON with digests."""
    view = _asked(request, sort, pk)
    if view.form.errors:
        return _refused(view)
    _note(request, view, "evidence")
    known_at = view.form.cleaned_data.get("known") or view.form.now
    body = evidence(
        view.found, asked=view.asked, rule_pack=current_pack(at=known_at).version, chain=view.chain
    )
    return _file(body, "application/json", f"explorer-{sort}-{pk}.json")


def _asked(request: HttpRequest, sort: str, pk: int) -> _View:
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
    check = given.get("check")
    asked = {
        "depth": depth,
        "on": on.isoformat(),
        "known": known_at.isoformat(),
        "ended": ended,
        "check": check.pk if check else None,
    }
    found = queries.around(centre, depth=depth, on=on, known_at=known_at, ended=ended)
    chain = frozenset(tie["ref"] for tie in check.chain if tie.get("ref")) if check else frozenset()
    return _View(form, found, asked, on, chain, _query(asked))


def _query(asked: dict[str, Any]) -> str:
    given = {**asked, "ended": 1 if asked["ended"] else None}
    return urlencode({name: value for name, value in given.items() if value is not None})


def _note(request: HttpRequest, view: _View, what: str) -> None:
    if what == "page" and not view.people:
        return
    by: Any = request.user
    note_explored(centre=view.found.centre, what=what, asked=view.asked, people=view.people, by=by)


def _row(interest: Interest, view: _View) -> dict[str, Any]:
    return {
        "interest": interest,
        "holder_url": _url(interest.holder, view.query),
        "about_url": _url(interest.about, view.query),
        "share": _share(interest),
        "ended": _ended(interest, view),
        "in_chain": interest.urn in view.chain,
    }


def _ended(interest: Interest, view: _View) -> bool:
    return interest.held.upper is not None and interest.held.upper <= view.on


def _share(interest: Interest) -> str:
    low, high = share_text(interest.share_min), share_text(interest.share_max)
    if low is None:
        return ""
    return f"{low}%" if low == high else f"{low}–{high}%"


def _url(party: Any, query: str) -> str:
    sort = "person" if isinstance(party, Person) else "entity"
    return f"{reverse('decoupling:explore', args=[sort, party.pk])}?{query}"


def _drawing(view: _View) -> dict[str, Any]:
    """The drawing, and for each box where it leads."""
    parties = {party.urn: party for party in view.found.parties}
    nodes = [Party(urn, str(one), getattr(one, "kind", "person")) for urn, one in parties.items()]
    drawn: Drawing = draw(nodes, [_tie(i, view) for i in view.found.interests], centre=view.found.centre.urn)
    boxes = [{"box": box, "url": _url(parties[box.urn], view.query)} for box in drawn.boxes]
    return {"drawn": drawn, "boxes": boxes}


def _tie(interest: Interest, view: _View) -> Tie:
    holder, about = interest.holder, interest.about
    dates = [day.isoformat() if day else "" for day in (interest.held.lower, interest.held.upper)]
    held = f"{dates[0]} – {dates[1]}".strip() if any(dates) else ""
    second = " · ".join(text for text in (_share(interest), held) if text)
    lead = _("lead, name alone") if interest.tier == "C" else ""
    tones = {
        "ended": _ended(interest, view),
        "chained": interest.urn in view.chain,
        "lead": interest.tier == "C",
    }
    return Tie(
        ref=interest.urn,
        holder=holder.urn if holder else "",
        subject=about.urn if about else "",
        lines=tuple(text for text in (str(interest.get_kind_display()), second, lead) if text),
        tones=tuple(f"tie-{name}" for name, is_so in tones.items() if is_so),
    )


def _refused(view: _View) -> HttpResponse:
    lines = [
        f"{view.form.fields[name].label}: {' '.join(map(str, errors))}"
        for name, errors in view.form.errors.items()
    ]
    return HttpResponse("\n".join(lines), status=422, content_type="text/plain; charset=utf-8")


def _file(body: str | bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
