"""Every component, on one page, for staff."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.admin.views.decorators import staff_member_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulation.registry.forms import DayForm

TOKENS = ("cinnabar", "bamboo", "ochre", "slate", "plum", "link", "ink", "ink-2")
SEALS = ("mandatory", "optional", "commissioned", "area_assessed", "abolished", "none")
OUTCOMES = ("clear", "conflicted", "unknown", "opened", "awarded", "verified")


class SampleForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Title"), help_text=gettext_lazy("As it will be read in public.")
    )
    days = forms.IntegerField(label=gettext_lazy("Working days"), min_value=1)
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea, required=False)
    basis = forms.ChoiceField(
        label=gettext_lazy("Price basis"),
        choices=[
            ("fixed", gettext_lazy("fixed price for the job")),
            ("rate", gettext_lazy("price per unit")),
        ],
        widget=forms.RadioSelect,
    )


def _samples() -> dict[str, Any]:
    now = timezone.now()
    instrument = SimpleNamespace(title="优化营商环境条例", number="国务院令第722号", in_force=None)
    held = SimpleNamespace(lower=dt.date(2020, 1, 1), upper=None)
    step = {"kind": "setUp", "kind_label": _("set up"), "is_invented": True, "source": "演示", "share": "51%"}
    return {
        "tokens": TOKENS,
        "seals": SEALS,
        "outcomes": OUTCOMES,
        "form": SampleForm(),
        "bound": SampleForm({"title": "", "days": "0"}),
        "page_obj": Paginator(range(240), 20).get_page(4),
        "now": now,
        "until": now + dt.timedelta(days=3, hours=4),
        "amount": Decimal("12800"),
        "score": Decimal("4.23"),
        "summary": {"n": 12, "minimum": Decimal(6000), "median": Decimal(9800), "maximum": Decimal(21000)},
        "steps": [
            {**step, "holder": "甲局", "subject": "乙中心", "start": dt.date(2012, 3, 1), "end": None},
            {**step, "holder": "乙中心", "subject": "丙公司", "start": dt.date(2016, 5, 1), "end": None},
        ],
        "events": [
            {"at": "2026-11-01", "title": _("Published"), "text": "", "url": "", "future": False},
            {"at": "2026-12-01", "title": _("Bids are opened"), "text": "", "url": "", "future": True},
        ],
        "provision": SimpleNamespace(
            instrument=instrument,
            article="第四十三条",
            in_force=held,
            get_level_display=_("administrative regulation"),
            get_absolute_url="#law",
        ),
        "facts": [(_("Recorded at"), now), (_("Price"), "¥12,800.00")],
        "tasks": [{"title": _("Publish the award"), "text": "", "url": "#tasks", "by": now}],
    }


@staff_member_required(login_url="account_login")
def styleguide(request: HttpRequest) -> HttpResponse:
    """The living style page."""
    return render(request, "styleguide.html", _samples() | {"day_form": DayForm(request.GET or None)})
