import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region

from ..models import Comment, Consultation, Uptake
from ..models.consultation import LONGEST_DAYS
from ..queries import ANSWERED, CLOSED, OPEN, PUBLISHED, WITHDRAWN, in_state

STATES = {
    OPEN: _("Open for comment"),
    CLOSED: _("Closed, being answered"),
    ANSWERED: _("Answered, to be published"),
    PUBLISHED: _("Published"),
    WITHDRAWN: _("Given up"),
}


class ConsultationFilter(django_filters.FilterSet):
    """What a reader narrows the consultations by."""

    q = django_filters.CharFilter(label=_("Service or question"), method="by_text", max_length=100)
    state = django_filters.ChoiceFilter(label=_("State"), choices=list(STATES.items()), method="by_state")
    region = django_filters.ModelChoiceFilter(
        label=_("Region"),
        queryset=lambda _r: Region.objects.filter(
            pk__in=Consultation.objects.order_by().values("ruling__region")
        ),
        field_name="ruling__region",
        to_field_name="code",
    )

    class Meta:
        model = Consultation
        fields = ()

    def __init__(self, *args: Any, now: dt.datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now or timezone.now()

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        service = "ruling__service__name"
        return queryset.filter(
            Q(question__icontains=value)
            | Q(question_en__icontains=value)
            | Q((f"{service}__icontains", value))
            | Q((f"{service}_en__icontains", value))
        )

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return in_state(queryset, value, now=self.now)


class ConsultForm(forms.Form):
    """What the public is asked, and for how long."""

    days = forms.IntegerField(
        label=_("Whole days the public has"),
        help_text=_("After today. The last of them ends at midnight."),
        max_value=LONGEST_DAYS,
    )
    question = forms.CharField(
        label=_("Question, in Chinese"), max_length=1000, widget=forms.Textarea(attrs={"rows": "3"})
    )
    question_en = forms.CharField(
        label=_("Question, in English"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shortest = settings.CONSULTATION_MINIMUM_DAYS
        self.fields["days"].validators.append(MinValueValidator(shortest))
        self.fields["days"].widget.attrs["min"] = shortest


class CommentForm(forms.Form):
    """What someone who is signed in says."""

    text = forms.CharField(label=_("Your comment"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    shown_name = forms.CharField(
        label=_("Name shown with it"),
        max_length=100,
        required=False,
        help_text=_("Any name you choose. Your e-mail address is never shown."),
    )
    as_entity = forms.BooleanField(label=_("Speak for the entity I act for"), required=False)

    def __init__(self, *args: Any, entity: Entity | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entity = entity
        if entity is None:
            del self.fields["as_entity"]
        else:
            self.fields["as_entity"].label = _("Speak for %(entity)s; its name is shown") % {"entity": entity}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("shown_name") and not said.get("as_entity"):
            self.add_error("shown_name", _("Choose the name your comment is shown under."))
        return said

    def speaks_for(self) -> Entity | None:
        return self.entity if self.cleaned_data.get("as_entity") else None


class AnswerForm(forms.Form):
    """One answer, and the comments it answers."""

    comments = forms.ModelMultipleChoiceField(
        label=_("Comments it answers"), queryset=Comment.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    uptake = forms.ChoiceField(
        label=_("What comes of them"), choices=Uptake.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Answer, in Chinese"), max_length=4000, widget=forms.Textarea(attrs={"rows": "5"})
    )
    text_en = forms.CharField(
        label=_("Answer, in English"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": "5"}),
        required=False,
    )

    def __init__(self, *args: Any, waiting: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comments"].queryset = waiting  # type: ignore[attr-defined]
        self.fields["comments"].label_from_instance = _in_short  # type: ignore[attr-defined]


def _in_short(comment: Comment) -> str:
    said = comment.text if len(comment.text) <= 200 else f"{comment.text[:200]}…"
    return f"{comment.shown_name}: {said}"


class ReasonForm(forms.Form):
    """A reason that the public reads."""

    reason = forms.CharField(
        label=_("Reason, shown to the public"), max_length=500, widget=forms.Textarea(attrs={"rows": "3"})
    )
