import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.widgets import DayInput
from regulation.tables.errors import REFUSALS, FileRefused
from regulation.tables.reading import MAX_BYTES

from .banking.matching import Result
from .models import BankStatement

MOST_DAYS = 366

RESULTS: dict[Result, Any] = {
    Result.FITS: _("fits"),
    Result.AMOUNT: _("another amount"),
    Result.NUMBER: _("recorded under another number"),
    Result.REFUSED: _("refused here, and moved at the bank"),
    Result.UNRECORDED: _("at the bank, not recorded here"),
    Result.MISSING: _("recorded here, not at the bank"),
}


class BankStatementForm(forms.Form):
    """A bank's statement to compare."""

    first = forms.DateField(label=_("First day of the statement"), widget=DayInput)
    last = forms.DateField(
        label=_("Last day of the statement"),
        widget=DayInput,
        help_text=_("A transfer recorded for these days that is not in the file counts as missing."),
    )
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=_("An .xlsx workbook or a CSV with the columns below, at most 20 MB and 10,000 rows."),
        error_messages={"empty": REFUSALS["empty"]},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(str(FileRefused("too_big", most=MAX_BYTES // 1024 // 1024)))
        return file

    def clean_last(self) -> dt.date:
        first: dt.date | None = self.cleaned_data.get("first")
        last: dt.date = self.cleaned_data["last"]
        if last > timezone.localdate():
            raise forms.ValidationError(_("A statement is for days that are over, or for today."))
        if first is not None and last < first:
            raise forms.ValidationError(_("The last day is not before the first."))
        if first is not None and (last - first).days >= MOST_DAYS:
            raise forms.ValidationError(_("A statement is for at most 366 days. Split it."))
        return last


class BankStatementFilter(django_filters.FilterSet):
    """What statements are narrowed by."""

    whose = django_filters.CharFilter(
        label=_("Whose account"), field_name="entity__name", lookup_expr="icontains"
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("stands", _("on record")), ("withdrawn", _("withdrawn"))],
        method="by_state",
    )

    class Meta:
        model = BankStatement
        fields = ()

    def by_state(self, queryset: QuerySet[BankStatement], _name: str, value: str) -> QuerySet[BankStatement]:
        return queryset.filter(withdrawn_at__isnull=value == "stands")


class ResultForm(forms.Form):
    """Which rows of a comparison are shown."""

    result = forms.ChoiceField(
        label=_("Result"),
        required=False,
        choices=[("", _("all rows")), ("due", _("all that do not fit")), *RESULTS.items()],
    )
