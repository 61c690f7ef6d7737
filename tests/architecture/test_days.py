"""A day in a form is written as a browser reads it, in every language."""

import datetime as dt
import importlib
from collections.abc import Iterator

import pytest
from django import forms
from django.utils.translation import override

from regulation.parties.widgets import DayInput
from regulation.registry.forms import AsOfForm

ROOMS = (
    "regulation.registry.forms",
    "regulation.decoupling.forms",
    "regulation.oversight.forms",
    "cms.practice_forms",
)


def below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from below(each)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_day_is_filled_in_as_a_browser_reads_it(language):
    with override(language):
        shown = str(AsOfForm(initial={"on": dt.date(2026, 8, 15)})["on"])
    assert 'type="date"' in shown
    assert 'value="2026-08-15"' in shown


def test_no_form_of_ours_asks_for_a_day_in_another_way():
    for room in ROOMS:
        importlib.import_module(room)
    asked = [
        (f"{form.__module__}.{form.__name__}.{name}", field.widget)
        for form in below(forms.BaseForm)
        if form.__module__.split(".")[0] in {"cms", "regulation", "marketplace"}
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.DateField)
    ]
    assert len(asked) > 5
    assert [name for name, widget in asked if not isinstance(widget, DayInput)] == []
