"""Standard contract texts and schedules of milestones as snippets: a changed one is the next version."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from regulation.parties.widgets import DayInput

from . import typed_schedule
from .errors import ContractRefused
from .models import Schedule, Wording
from .operations import publish_schedule, publish_wording
from .terms_queries import newest_schedule, versions_for

WRONG: dict[str, Any] = {
    "number": _("Line %(line)d: shares are numbers above 0 and at most 100."),
    "milestone": _("Line %(line)d: a milestone is name | name in English | share of price | share of time."),
    "long": _("Line %(line)d: a name has at most 120 characters."),
    "line": _("Line %(line)d: a line begins with # for a milestone, or below one with - for its checklist."),
    "count": _("Line %(line)d: there are between 1 and 12 milestones."),
    "checklist": _("Line %(line)d: each milestone has between 1 and 30 lines to examine it by."),
    "sum": _("Line %(line)d: the shares of the price add up to 100."),
    "order": _("Line %(line)d: no milestone ends before the one above it."),
}
TOO_EARLY: Any = _("It begins after the last one of that service, which begins on %(day)s.")


class OnlyNew(ModelPermissionPolicy):
    """Texts are added and read; nobody changes or deletes one."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in ("add", "view") and bool(super().user_has_permission(user, action))


def _not_before_today(form: Any, name: str, last: dt.date | None) -> None:
    """What begins in the past would say of contracts drawn up since what they do not."""
    day = form.cleaned_data.get(name)
    if day is None:
        return
    if day < timezone.localdate():
        form.add_error(name, _("It begins today or later."))
    elif last is not None and day <= last:
        form.add_error(name, TOO_EARLY % {"day": last.isoformat()})


class WordingForm(WagtailAdminModelForm):
    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean()
        last = versions_for(told.get("service")).first()
        _not_before_today(self, "starts_on", last.starts_on if last else None)
        if told.get("version") is not None and told["version"] != (last.version + 1 if last else 1):
            self.add_error(
                "version", _("The next version is %(n)d.") % {"n": last.version + 1 if last else 1}
            )
        return told


class ScheduleForm(WagtailAdminModelForm):
    """The milestones as lines, since when they hold, and a word on them."""

    starts_on = forms.DateField(label=_("used from"), widget=DayInput)
    lines = forms.CharField(
        label=_("milestones"),
        widget=forms.Textarea(attrs={"rows": 16}),
        max_length=20000,
        help_text=_(
            "# name | name in English | share of the price | share of the time, in percent; below it - for "
            "each line it is examined by, and after a | the same in English."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["starts_on"] = self.instance.in_force.lower
            self.initial["lines"] = typed_schedule.write(self.instance.parts)

    def clean_lines(self) -> list[dict[str, Any]]:
        try:
            return typed_schedule.read(self.cleaned_data["lines"].replace("\0", ""))
        except typed_schedule.TypedWrong as wrong:
            raise forms.ValidationError(WRONG[wrong.code] % {"line": wrong.line}) from wrong

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean()
        last = newest_schedule(told.get("service"))
        _not_before_today(self, "starts_on", last.in_force.lower if last else None)
        return told


class _Recorded(CreateView):
    """Where somebody else was quicker the form says so."""

    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)
        except ContractRefused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)


class RecordedCreate(_Recorded):
    def save_instance(self) -> Any:
        return publish_wording(wording=self.form.save(commit=False), by=self.request.user)


class RecordedSchedule(_Recorded):
    def save_instance(self) -> Any:
        told = self.form.cleaned_data
        return publish_schedule(
            service=told["service"],
            starts_on=told["starts_on"],
            parts=told["lines"],
            note=told["note"],
            note_en=told["note_en"],
            by=self.request.user,
        )


class WordingViewSet(SnippetViewSet):
    """What editors see: service, version, from when, both languages side by side on their page."""

    model = Wording
    icon = "doc-full"
    menu_order = 400
    add_to_admin_menu = True
    list_display = ("__str__", "starts_on", "note")
    list_filter = ("service",)
    add_view_class = RecordedCreate
    inspect_view_enabled = True
    copy_view_enabled = False
    edit_handler = ObjectList(
        [FieldPanel(name) for name in ("service", "version", "starts_on", "text", "text_en", "note")],
        base_form_class=WordingForm,
    )


class ScheduleViewSet(SnippetViewSet):
    """Which milestones contracts begin with, by service; without a service those of every other."""

    model = Schedule
    icon = "list-ol"
    menu_order = 410
    add_to_admin_menu = True
    list_display = ("__str__", Column("used", label=_("used from")), Column("note", label=_("note")))
    list_filter = ("service",)
    add_view_class = RecordedSchedule
    inspect_view_enabled = True
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            *(FieldPanel(name) for name in ("service", "starts_on", "lines")),
            FieldPanel("note", heading=_("note")),
            FieldPanel("note_en", heading=_("note in English")),
        ],
        base_form_class=ScheduleForm,
    )


register_permission_policy(Wording, OnlyNew(Wording))
register_snippet(WordingViewSet)
register_permission_policy(Schedule, OnlyNew(Schedule))
register_snippet(ScheduleViewSet)
