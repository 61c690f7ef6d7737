"""How credit is reckoned, for everyone: the rule in force, the steps, and a worked example."""

import datetime as dt
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.directory.queries import consequence_rules
from regulation.parties.models import Region

from ..credit import Credit, Rated, reckon
from ..indicators import DIMENSIONS, OF_BUYER, OF_INTERMEDIARY
from ..review_queries import review_rule_for, weighing_of

DAY = dt.date(2026, 11, 28)
EXAMPLE = (
    ("A", "甲", dt.date(2026, 9, 1), {"buyer": "5", "department": "4", "centre": "5"}),
    ("B", "甲", dt.date(2025, 6, 1), {"buyer": "4", "department": "4", "centre": "4"}),
    ("C", "乙", dt.date(2026, 3, 1), {"buyer": "4"}),
    ("D", "丙", dt.date(2023, 1, 1), {"buyer": "1"}),
)


def example(weighing: Any) -> Credit:
    """The worked example of docs/credit.md."""
    rated = [
        Rated(ref, buyer, on, {by: Fraction(value) for by, value in marks.items()})
        for ref, buyer, on, marks in EXAMPLE
    ]
    return reckon(rated, weighing, on=DAY)


@require_safe
def credit_method(request: HttpRequest) -> HttpResponse:
    """Which reviews count, what they weigh, when they age, what follows."""
    today = timezone.localdate()
    country = Region.objects.filter(code="000000").first()
    rule = review_rule_for(country, on=today)
    context: dict[str, Any] = {"rule": rule, "today": today}
    if rule is not None:
        weighing = weighing_of(rule)
        worked = example(weighing)
        context |= {
            "weighing": weighing,
            "indicators": [
                {"dimension": DIMENSIONS[one.dimension], "asks": one.asks} for one in OF_INTERMEDIARY
            ],
            "of_buyer": [one.asks for one in OF_BUYER],
            "ages": [{"days": days, "weight": float(weight)} for days, weight in weighing.ages],
            "oldest": weighing.ages[-1][0],
            "worked": worked,
            "day": DAY,
            "lines": [
                {
                    "line": line,
                    "marks": [line.rated.marks.get(by) for by in ("buyer", "department", "centre")],
                    "mark": f"{float(line.mark):.2f}" if line.mark is not None else "",
                    "weight": float(line.weight),
                }
                for line in worked.lines
            ],
            "consequences": list(consequence_rules(country, on=today).values()),
            "title": _("How credit is reckoned"),
        }
    return render(request, "contracts/credit_method.html", context)
