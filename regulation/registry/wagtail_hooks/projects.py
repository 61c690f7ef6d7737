"""Staff screens for what a project meets: conditions, activities, zones, joint review."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.views.generic import CreateView, EditView

from ..errors import RegistryRefused
from ..forms import ItemRow, StageRow, StepRow
from ..models import (
    Activity,
    AreaAssessmentMatter,
    Condition,
    JointReviewScheme,
    Zone,
    ZoneAssessment,
)
from ..operations import Assessed, draft_assessment, revise_assessment
from .base import CatalogueViewSet, WithRowsCreateView, WithRowsEditView


class ConditionViewSet(CatalogueViewSet):
    model = Condition
    icon = "help"
    menu_label = _("Conditions")
    once = ("code",)
    form_fields = ("code", "question", "question_en", "hint", "hint_en", "source")
    list_display = ("code", "question")
    search_fields = ("code", "question", "question_en")


class _Steps:
    row_forms = {"steps": (_("Approvals, in the order they are applied for"), StepRow)}


class ActivityCreateView(_Steps, WithRowsCreateView):
    pass


class ActivityEditView(_Steps, WithRowsEditView):
    pass


class ActivityViewSet(CatalogueViewSet):
    model = Activity
    icon = "list-ol"
    menu_label = _("Activities")
    add_view_class = ActivityCreateView
    edit_view_class = ActivityEditView
    form_fields = ("ref", "region", "name", "name_en", "source")
    list_display = ("name", "region")
    search_fields = ("name", "name_en", "pinyin", "initials")


class ZoneViewSet(CatalogueViewSet):
    model = Zone
    icon = "site"
    menu_label = _("Zones")
    once = ("ref", "is_invented")
    form_fields = ("ref", "region", "name", "name_en", "is_invented", "source")
    list_display = ("name", "region", "is_invented")
    search_fields = ("name", "name_en")


class AssessmentDraftForm(WagtailAdminModelForm):
    def _get_validation_exclusions(self) -> set[str]:
        """Whether it is published is known though not asked: the exclusion of overlaps looks at it."""
        excluded: set[str] = super()._get_validation_exclusions()
        return excluded - {"published_at"}


class _Drafted:
    """Saves a draft for a second person at the desk; what is published or another's is refused in words."""

    form: Any
    request: Any

    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except RegistryRefused as refusal:
            self.produced_error_code, self.produced_error_message = "refused", str(refusal)
            form.add_error(None, str(refusal))
            return self.form_invalid(form)  # type: ignore[attr-defined]

    def said(self) -> Assessed:
        data = self.form.cleaned_data
        names = ("zone", "service", "report", "effect", "provision", "note", "note_en", "source")
        return Assessed(
            **{name: data[name] for name in names}, start=data["valid"].lower, end=data["valid"].upper
        )


class AssessmentCreateView(_Drafted, CreateView):
    def save_instance(self) -> Any:
        return draft_assessment(said=self.said(), by=self.request.user)


class AssessmentEditView(_Drafted, EditView):
    def save_instance(self) -> Any:
        found = ZoneAssessment.objects.get(pk=self.form.instance.pk)
        return revise_assessment(assessment=found, said=self.said(), by=self.request.user)


class ZoneAssessmentViewSet(CatalogueViewSet):
    """Drafts and what was published; publishing is done at the desk by a second person."""

    model = ZoneAssessment
    icon = "clipboard-list"
    menu_label = _("Assessments of zones")
    once = ()
    base_form = AssessmentDraftForm
    add_view_class = AssessmentCreateView
    edit_view_class = AssessmentEditView
    form_fields = (
        "zone",
        "service",
        "report",
        "valid",
        "effect",
        "provision",
        "note",
        "note_en",
        "source",
    )
    list_display = ("zone", "service", "effect", "valid", "published_at")
    list_filter = ("effect", "zone")
    search_fields = ("report", "zone__name", "service__name")


class AreaMatterViewSet(CatalogueViewSet):
    model = AreaAssessmentMatter
    icon = "tasks"
    menu_label = _("Area-assessment matters")
    once = ()
    form_fields = (
        "region",
        "matter",
        "matter_en",
        "service",
        "provision",
        "payer_note",
        "payer_note_en",
        "source",
    )
    list_display = ("matter", "region", "service")
    search_fields = ("matter", "matter_en")


class _Scheme:
    row_forms = {"stages": (_("Stages, in order"), StageRow), "items": (_("Assessments"), ItemRow)}


class JointReviewCreateView(_Scheme, WithRowsCreateView):
    pass


class JointReviewEditView(_Scheme, WithRowsEditView):
    pass


class JointReviewViewSet(CatalogueViewSet):
    model = JointReviewScheme
    icon = "group"
    menu_label = _("Joint review schemes")
    add_view_class = JointReviewCreateView
    edit_view_class = JointReviewEditView
    form_fields = ("ref", "region", "title", "title_en", "number", "issued_on", "source")
    list_display = ("title", "region", "number")
    search_fields = ("title", "title_en", "number")
