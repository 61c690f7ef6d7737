import datetime as dt
import functools
import operator
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.payments.books import to_fen, to_yuan
from regulation.parties.models import Entity, Region
from regulation.parties.upload_fields import ManyFiles
from regulation.parties.widgets import DayInput
from regulation.registry.models import Approval, Service

from .department_queries import approvals_open_to
from .models import Contract, Milestone
from .operations import Judged, Part, Wanted
from .queries import services_contracted, tenders_of

MOST_MILESTONES = 12
MOST_LINES = 30


def clean_text(text: str) -> str:
    return text.replace("\0", "").strip()


class MilestoneForm(forms.Form):
    """One milestone of a draft; a row left empty is none."""

    name = forms.CharField(label=_("Milestone"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    amount = forms.DecimalField(
        label=_("Amount in yuan, without tax"), max_digits=12, decimal_places=2, min_value=Decimal("0.01")
    )
    days = forms.IntegerField(label=_("Working days from signing"), min_value=1, max_value=32767)
    checklist = forms.CharField(
        label=_("What it is examined by"),
        help_text=_("One line for each point. After a | the same in English."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=6000,
    )

    def clean_checklist(self) -> str:
        text: str = self.cleaned_data["checklist"]
        if len([line for line in text.splitlines() if line.strip()]) > MOST_LINES:
            raise forms.ValidationError(_("A checklist has at most 30 lines."))
        return text

    @property
    def part(self) -> Part | None:
        """The milestone; none where the row was left empty, or is to be left out."""
        told = self.cleaned_data
        if not told.get("name") or told.get("DELETE"):
            return None
        lines = [line.partition("|") for line in told["checklist"].splitlines() if line.strip(" |")]
        return Part(
            name=told["name"],
            name_en=told["name_en"],
            amount=told["amount"],
            days=told["days"],
            checklist=tuple((zh.strip() or en.strip(), en.strip()) for zh, _bar, en in lines),
        )


class _Milestones(forms.BaseFormSet):  # type: ignore[type-arg]
    """The rows, each of which can be left out."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Leave this milestone out")


MilestoneSet = forms.formset_factory(
    MilestoneForm, formset=_Milestones, extra=1, max_num=MOST_MILESTONES, validate_max=True, can_delete=True
)


def initial_of(milestones: list[Milestone]) -> list[dict[str, Any]]:
    """A draft's milestones as the form shows them."""
    return [
        {
            "name": m.name,
            "name_en": m.name_en,
            "amount": to_yuan(m.fen),
            "days": m.days,
            "checklist": "\n".join(
                f"{line['text']} | {line['text_en']}" if line.get("text_en") else line["text"]
                for line in m.checklist
            ),
        }
        for m in milestones
    ]


class ChangeForm(forms.Form):
    """Amount and days of each milestone, the whole time, and why."""

    days = forms.IntegerField(label=_("Working days of the contract"), min_value=1, max_value=32767)
    reason = forms.CharField(
        label=_("Reason, shown to the public"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, contract: Contract, milestones: list[Milestone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.positions = [one.position for one in milestones]
        self.fields["days"].initial = contract.days
        for one in milestones:
            named = {"name": one.name_en if get_language() == "en" and one.name_en else one.name}
            self.fields[f"amount_{one.position}"] = forms.DecimalField(
                label=_("%(name)s: amount in yuan") % named,
                max_digits=12,
                decimal_places=2,
                min_value=Decimal("0.01"),
                initial=to_yuan(one.fen),
            )
            self.fields[f"days_{one.position}"] = forms.IntegerField(
                label=_("%(name)s: working days from signing") % named,
                min_value=1,
                max_value=32767,
                initial=one.days,
            )
        self.order_fields([name for name in self.fields if name not in ("days", "reason")])

    @property
    def wanted(self) -> dict[int, Wanted]:
        told = self.cleaned_data
        return {n: Wanted(told[f"amount_{n}"], told[f"days_{n}"]) for n in self.positions}


class HeldForm(forms.Form):
    """Files may have come in parts before the form did: then `held` are the uploads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = list(self.data.getlist("held")) if hasattr(self.data, "getlist") else []


class FilesForm(HeldForm):
    """Files are needed, whole or in parts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"].required = not self.held


class WorkForm(FilesForm):
    uploads = ManyFiles(
        label=_("Files"),
        help_text=_("At most 10 PDF, DOCX, XLSX, PNG or JPEG of 500 MB each; without JavaScript of 50 MB."),
    )
    note = forms.CharField(
        label=_("Note to the buyer"), required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    """Each line of the checklist: met, or why not."""

    def __init__(self, *args: Any, milestone: Milestone, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = len(milestone.checklist)
        english = get_language() == "en"
        for n, line in enumerate(milestone.checklist):
            self.fields[f"why_{n}"] = forms.CharField(
                label=(line.get("text_en") if english else "") or line["text"],
                required=False,
                max_length=300,
                help_text=_("Empty where it is met; else why it is not."),
            )

    @property
    def judged(self) -> list[Judged]:
        whys = [clean_text(self.cleaned_data.get(f"why_{n}", "")) for n in range(self.count)]
        return [Judged(met=not why, why=why) for why in whys]


class ShareForm(forms.Form):
    whom = forms.CharField(
        label=_("For whom"), max_length=200, help_text=_("Such as the window of the department that decides.")
    )
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=90, initial=14)


class InvoiceForm(HeldForm):
    number = forms.CharField(
        label=_("Invoice number"), max_length=24, help_text=_("8 digits, or 20 for a fully digital invoice.")
    )
    code = forms.RegexField(
        r"^[0-9]{10,12}$", label=_("Invoice code, if it has one"), required=False, max_length=12
    )
    issued_on = forms.DateField(label=_("Day of issue"), widget=DayInput)
    amount = forms.DecimalField(
        label=_("Amount with tax"), max_digits=12, decimal_places=2, min_value=Decimal("0.01")
    )

    upload = forms.FileField(
        label=_("The invoice as a file"),
        required=False,
        help_text=_("PDF, PNG or JPEG of at most 500 MB; without JavaScript of 50 MB."),
    )

    def clean_issued_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["issued_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("An invoice is recorded once it was given: this day is to come."))
        return day

    @property
    def fen(self) -> int:
        return to_fen(self.cleaned_data["amount"])


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=600)


class _Places(django_filters.FilterSet):
    region = django_filters.ModelChoiceFilter(
        field_name="region",
        queryset=Region.objects.filter(contracts__isnull=False).distinct(),
        label=_("Region"),
    )
    service = django_filters.ModelChoiceFilter(
        method="by_service",
        queryset=lambda _request: services_contracted(),
        label=_("Service"),
    )

    def by_service(self, queryset: Any, name: str, value: Service) -> Any:
        """Also where it was bought together with others."""
        return queryset.filter(award__tender__in=tenders_of(value))


class DepartmentFilter(django_filters.FilterSet):
    """Of the work opened to a department."""

    q = django_filters.CharFilter(method="by_words", label=_("Title, enterprise or work"))
    approval = django_filters.ModelChoiceFilter(
        field_name="contract__approval", queryset=Approval.objects.none(), label=_("Approval")
    )
    service = django_filters.ModelChoiceFilter(
        method="by_service", queryset=lambda _request: services_contracted(), label=_("Service")
    )

    class Meta:
        model = Milestone
        fields = ["q"]

    def __init__(self, *args: Any, department: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["approval"].queryset = approvals_open_to(department)

    def by_words(self, queryset: Any, name: str, value: str) -> Any:
        words = ("name", "contract__award__tender__title", "contract__buyer__name")
        asked = [Q(**{f"{word}__icontains": value}) for word in words]
        return queryset.filter(functools.reduce(operator.or_, asked))

    def by_service(self, queryset: Any, name: str, value: Service) -> Any:
        return queryset.filter(contract__award__tender__in=tenders_of(value))


class StandardFilter(django_filters.FilterSet):
    """Of services with terms of their own."""

    q = django_filters.CharFilter(method="by_words", label=_("Service"))

    class Meta:
        model = Service
        fields = ["q"]

    def by_words(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(Q(name__icontains=value) | Q(name_en__icontains=value))


class ContractFilter(_Places):
    q = django_filters.CharFilter(
        field_name="award__tender__title", lookup_expr="icontains", label=_("Title")
    )

    class Meta:
        model = Contract
        fields = ["q", "region"]


class RegisterFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        field_name="contract__award__tender__title", lookup_expr="icontains", label=_("Title")
    )
    service = django_filters.ModelChoiceFilter(
        method="by_service",
        queryset=lambda _request: services_contracted(),
        label=_("Service"),
    )
    region = django_filters.ModelChoiceFilter(
        field_name="contract__region",
        queryset=Region.objects.filter(contracts__isnull=False).distinct(),
        label=_("Region"),
    )

    class Meta:
        model = Milestone
        fields = ["q", "region"]

    def by_service(self, queryset: Any, name: str, value: Service) -> Any:
        return queryset.filter(contract__award__tender__in=tenders_of(value))
