from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import queries
from ..comparison import days_of
from ..forms import MOST, AsOfForm, ChooseForm, StandardFilter
from ..models import Approval, Ruling, Service, Standard
from ..sidebyside import Row, row, state_of

PAGE = 20


def standard_list(request: HttpRequest) -> HttpResponse:
    """Sets of approvals that are the same in several regions, the farthest apart first."""
    spread = (F("days_most") - F("days_least")).desc(nulls_last=True)
    sets = Standard.objects.order_by(spread, F("regions").desc(), "label", "key")
    found = StandardFilter(request.GET or None, queryset=sets)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    members = queries.members_of(list(page.object_list))
    every = list({approval.pk: approval for some in members.values() for approval in some}.values())
    verdicts = queries.verdicts_of(every, on=timezone.localdate())
    rows = [
        (one, members[one.key], _services_apart([verdicts[a.pk] for a in members[one.key]]))
        for one in page.object_list
    ]
    return render(request, "registry/standard_list.html", {"filter": found, "page_obj": page, "rows": rows})


def _services_apart(verdicts: Sequence[dict[int, Ruling]]) -> list[Service]:
    """The services on which the approvals are not ruled alike."""
    services = {pk: ruling.service for rulings in verdicts for pk, ruling in rulings.items()}
    return [
        service
        for pk, service in services.items()
        if len({rulings[pk].verdict if pk in rulings else "none" for rulings in verdicts}) > 1
    ]


def elsewhere(request: HttpRequest, ref: str) -> HttpResponse:
    """One approval beside the same in other regions: who decides, how fast, which papers, which services."""
    found = get_object_or_404(
        Approval.objects.select_related("region", "department").annotate(papers=queries.papers()), ref=ref
    )
    others = queries.elsewhere(found)
    choices = [(o.approval.ref, f"{o.approval.region} · {o.approval}") for o in others]
    form = ChooseForm(request.GET or None, choices=choices, most=MOST - 1)
    as_of = AsOfForm(request.GET or None)
    shown = [other for other in others if other.approval.ref in form.chosen()]
    columns = [found, *(other.approval for other in shown)]
    context = {
        "approval": found,
        "others": shown,
        "form": form,
        "choose": len(others) > 1,
        "columns": columns,
        "rows": _rows(columns, as_of) if shown else [],
        "day": as_of.day(),
        "as_of_form": as_of,
    }
    refused = form.errors or as_of.errors
    return render(request, "registry/elsewhere.html", context, status=422 if refused else 200)


def _rows(columns: Sequence[Approval], as_of: AsOfForm) -> list[Row]:
    on, said_at = as_of.day(), as_of.moment()
    services = queries.pairs_of(columns, said_at=said_at)
    every = list({s.pk: s for some in services.values() for s in some}.values())
    verdicts = queries.verdicts_of(columns, on=on, services=every, said_at=said_at)
    onces = queries.onces_of(columns, on=on, said_at=said_at)
    return [
        Row(_("Department"), [a.department for a in columns], "own"),
        row(_("Committed working days"), [onces[a.pk].committed_days for a in columns], kind="number"),
        row(_("Papers asked for"), [onces[a.pk].papers for a in columns], kind="number"),
        *(_service_row(service, [verdicts[a.pk].get(service.pk) for a in columns]) for service in every),
    ]


def _service_row(service: Service, rulings: Sequence[Ruling | None]) -> Row:
    said = [(r.verdict, r.days, r.day_kind, r.payer) if r else ("none",) for r in rulings]
    return Row(service, rulings, state_of(said), "verdict", service.get_absolute_url())


def service_regions(request: HttpRequest, code: str) -> HttpResponse:
    """What the country and its regions rule on one service in every approval, side by side."""
    service = get_object_or_404(Service, code=code)
    as_of = AsOfForm(request.GET or None)
    found = queries.general_rulings(service, on=as_of.day(), said_at=as_of.moment())
    rulings = {r.region_id: r for r in found}
    choices = [(place, str(r.region)) for place, r in rulings.items()]
    form = ChooseForm(request.GET or None, choices=choices, most=MOST)
    columns = [rulings[place] for place in form.chosen()]
    context = {
        "service": service,
        "form": form,
        "choose": len(choices) > 2,
        "columns": columns,
        "rows": _ruling_rows(columns),
        "day": as_of.day(),
        "as_of_form": as_of,
    }
    refused = form.errors or as_of.errors
    return render(request, "registry/service_regions.html", context, status=422 if refused else 200)


def _ruling_rows(rulings: Sequence[Ruling]) -> list[Row]:
    clock = {True: _("yes"), False: _("no, it is counted apart"), None: ""}
    laws = [_("; ").join(str(b.provision) for b in r.bases.all()) for r in rulings]
    return [
        Row(_("Verdict"), rulings, state_of([r.verdict for r in rulings]), "verdict"),
        row(_("Who pays"), [r.get_payer_display() for r in rulings]),
        row(_("Time limit of the service"), [days_of(r) for r in rulings]),
        row(
            _("Does it run inside the approval's own time limit?"),
            [clock[r.counts_in_clock] for r in rulings],
        ),
        row(_("Price"), [r.get_price_regime_display() for r in rulings]),
        row(_("Conditions"), [_spoken(r, "conditions") for r in rulings]),
        row(_("One sentence"), [_spoken(r, "reason") for r in rulings]),
        row(_("The law behind it"), laws),
        Row(_("In force from"), [r.in_force.lower.isoformat() for r in rulings], "own"),
    ]


def _spoken(ruling: Ruling, field: str) -> Any:
    english = getattr(ruling, f"{field}_en") if get_language() == "en" else ""
    return english or getattr(ruling, field)
