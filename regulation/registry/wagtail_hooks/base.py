"""What the staff screens share: recorded saves, nothing deleted."""

from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.forms import RangeWidget
from django.db.models import ForeignKey
from django.forms import DateInput, ModelForm, formset_factory
from django.forms.models import modelform_factory
from wagtail.admin.forms.models import formfield_for_dbfield
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from regulation.parties.models import Entity

from ..errors import RegistryRefused
from ..forms import RowSet
from ..operations import save_catalogued
from ..queries import deciders
from ..staff_choosers import DEPARTMENTS


class PeriodWidget(RangeWidget):
    """Two days, each with its label: the first one, and the first one on which it no longer holds."""

    template_name = "registry/widgets/period.html"

    def __init__(self) -> None:
        super().__init__(DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def _field(db_field: Any, **kwargs: Any) -> Any:
    if isinstance(db_field, DateRangeField):
        return db_field.formfield(widget=PeriodWidget(), **kwargs)
    if isinstance(db_field, ForeignKey) and db_field.related_model is Entity:
        return db_field.formfield(queryset=deciders(), widget=DEPARTMENTS.widget_class(), **kwargs)
    return formfield_for_dbfield(db_field, **kwargs)


class KeptPolicy(ModelPermissionPolicy):
    """Add and change by Django's permissions; nobody deletes."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and bool(super().user_has_permission(user, action))


class _Recorded:
    """Saves through the operation, so that the change stands in the ledger."""

    form: Any
    request: Any
    produced_error_code: str
    produced_error_message: str

    def save_instance(self) -> Any:
        save_catalogued(item=self.form.instance, changed=self.form.changed_data, by=self.request.user)
        return self.form.instance

    def form_valid(self, form: Any) -> Any:
        """What the operation refuses is shown on the form, and nothing is stored."""
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
            self.produced_error_code, self.produced_error_message = "validation_error", str(refusal)
            return self.form_invalid(form)  # type: ignore[attr-defined]


class RecordedCreateView(_Recorded, CreateView):
    pass


class RecordedEditView(_Recorded, EditView):
    pass


class CatalogueViewSet(ModelViewSet):
    """Common to all: recorded saves, search by the ORM, fields that never change once created."""

    add_view_class = RecordedCreateView
    edit_view_class = RecordedEditView
    search_backend_name = None
    copy_view_enabled = False
    list_per_page = 50
    once: tuple[str, ...] = ("ref",)
    base_form: Any = ModelForm

    def get_form_class(self, for_update: bool = False) -> Any:
        """Approvals, services, provisions and regions are chosen by the choosers registered for them."""
        left_out = [name for name in self.once if for_update]
        fields = [name for name in self.form_fields if name not in left_out]
        base: Any = type(self.base_form.__name__, (self.base_form,), dict.fromkeys(left_out))
        return modelform_factory(self.model, form=base, fields=fields, formfield_callback=_field)


class _WithRows(_Recorded):
    """Saves an item together with the rows that belong to it, which are replaced as a whole."""

    row_forms: dict[str, tuple[Any, Any]]  # by relation: its title, and the form of one row
    template_name = "registry/staff/with_rows.html"

    def row_sets(self) -> dict[str, Any]:
        if not hasattr(self, "_row_sets"):
            data = self.request.POST if self.request.method == "POST" else None
            item = getattr(self, "object", None)
            self._row_sets: dict[str, Any] = {
                name: formset_factory(row, formset=RowSet, extra=3, can_delete=True, max_num=200)(
                    data,
                    prefix=name,
                    initial=[row.of(one) for one in getattr(item, name).all()] if item and item.pk else [],
                )
                for name, (_title, row) in self.row_forms.items()
            }
        return self._row_sets

    def rows_said(self) -> dict[str, list[dict[str, Any]]]:
        """By relation the rows that take the place of those there are, where somebody touched one."""
        return {name: rows.said() for name, rows in self.row_sets().items() if rows.has_changed()}

    def get_context_data(self, **kwargs: Any) -> Any:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context["row_sets"] = []
        for name, rows in self.row_sets().items():
            rows.tell_found()
            context["row_sets"].append((self.row_forms[name][0], rows))
            context["media"] += rows.media
        return context

    def is_valid(self, form: Any) -> bool:
        valid = [rows.is_valid() for rows in self.row_sets().values()]  # every one tells its errors
        if bool(super().is_valid(form)) and all(valid):  # type: ignore[misc]
            return True
        self.produced_error_code = "validation_error"
        self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
        return False

    def save_instance(self) -> Any:
        save_catalogued(
            item=self.form.instance,
            changed=self.form.changed_data,
            by=self.request.user,
            rows=self.rows_said(),
        )
        return self.form.instance


class WithRowsCreateView(_WithRows, CreateView):
    pass


class WithRowsEditView(_WithRows, EditView):
    pass
