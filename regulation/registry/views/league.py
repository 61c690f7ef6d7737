"""The league table of regions: every figure with its method, sortable, and as CSV."""

import csv
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from regulation.parties.models import Region

from ..forms import DayForm, LeagueForm, sort_of
from ..league import COLUMNS, FEWEST, Case, Standing, Value, ordered, services_required, shared, standings
from ..queries import league_cases, league_demands, league_regions

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a region, its approvals, its figures in the order of the columns."""

    region: Region
    approvals: int
    figures: list[tuple[Any, Value]]


@dataclass(frozen=True, slots=True)
class Table:
    form: LeagueForm
    day_form: DayForm
    rows: list[Row]
    pair: list[Region]
    counted: int

    @property
    def refused(self) -> bool:
        return bool(self.form.errors or self.day_form.errors)


def _table(request: HttpRequest) -> Table:
    day_form = DayForm(request.GET or None)
    day = day_form.day()
    cases = league_cases(on=day)
    regions = league_regions(case.region for case in cases)
    form = LeagueForm(request.GET or None, regions=[(code, str(r)) for code, (r, _line) in regions.items()])
    pair = form.pair()
    if pair:
        cases = shared(cases, *pair)
    key, descending = sort_of(request.GET.get("sort"))
    found = ordered(_standings(cases, regions, day), key, descending=descending)
    rows = [_row(standing, regions[standing.region][0]) for standing in found]
    return Table(form, day_form, rows, [regions[code][0] for code in pair or ()], len(cases))


def _standings(cases: list[Case], regions: dict[str, tuple[Region, list[str]]], day: Any) -> list[Standing]:
    demands = league_demands(on=day)
    required = {code: services_required(line, demands) for code, (_region, line) in regions.items()}
    return standings(cases, required=required)


def _row(standing: Standing, region: Region) -> Row:
    return Row(region, standing.approvals, [(column, standing.values[column.key]) for column in COLUMNS])


def league(request: HttpRequest) -> HttpResponse:
    """Regions side by side, or two of them over the approvals they share."""
    table = _table(request)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": table.form,
        "day_form": table.day_form,
        "page_obj": Paginator(table.rows, PAGE).get_page(request.GET.get("page")),
        "columns": COLUMNS,
        "across": [(column, [row.figures[n][1] for row in table.rows]) for n, column in enumerate(COLUMNS)]
        if table.pair
        else [],
        "fewest": FEWEST,
        "pair": table.pair,
        "counted": table.counted,
        "query": query.urlencode(),
        "day": table.day_form.day(),
    }
    return render(request, "registry/league.html", context, status=422 if table.refused else 200)


def league_csv(request: HttpRequest) -> HttpResponse:
    """The same table for a spreadsheet: each figure with the number of approvals behind it."""
    table = _table(request)
    if table.refused:
        return league(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="league-{table.day_form.day():%Y-%m-%d}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    head = [text for c in COLUMNS for text in (str(c.label), f"{c.label} · n")]
    writer.writerow([_("Region code"), _("Region"), _("Approvals"), *head])
    for row in table.rows:
        figures = [cell for _column, v in row.figures for cell in ("" if v.value is None else v.value, v.n)]
        writer.writerow([row.region.pk, str(row.region), row.approvals, *figures])
    for column in COLUMNS:
        writer.writerow([str(column.label), str(column.method), str(column.formula)])
    return response
