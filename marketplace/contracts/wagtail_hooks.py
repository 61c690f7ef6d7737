"""Standard contract texts as snippets: a text is never changed, a changed one is its next version."""

from typing import Any

from wagtail.admin.panels import FieldPanel
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from .models import Wording
from .operations import publish_wording


class OnlyNew(ModelPermissionPolicy):
    """Texts are added and read; nobody changes or deletes one."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in ("add", "view") and bool(super().user_has_permission(user, action))


class RecordedCreate(CreateView):
    def save_instance(self) -> Any:
        return publish_wording(wording=self.form.save(commit=False), by=self.request.user)


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
    panels = [FieldPanel(name) for name in ("service", "version", "starts_on", "text", "text_en", "note")]


register_permission_policy(Wording, OnlyNew(Wording))
register_snippet(WordingViewSet)
