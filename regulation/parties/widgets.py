"""Fields of forms that every room above shares."""

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """A day that a browser reads: written as 2026-08-15 in every language, as HTML demands of `type=date`."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")
