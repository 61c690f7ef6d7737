"""Fields of forms that every room above shares."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime


class DayInput(forms.DateInput):
    """A day that a browser reads: written as 2026-08-15 in every language, as HTML demands of `type=date`."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """A moment as people write it, in the time of the site: an address carries it to the microsecond with its
    zone, which nobody has to read.
    """

    def format_value(self, value: Any) -> str | None:
        try:
            moment = parse_datetime(value) if isinstance(value, str) else value
            there = timezone.localtime(moment) if moment and timezone.is_aware(moment) else moment
        except (ValueError, OverflowError):  # what was written is shown as it was
            return str(value)
        if there is None:
            return value or None
        return there.strftime("%Y-%m-%d %H:%M:%S" if there.second or there.microsecond else "%Y-%m-%d %H:%M")
