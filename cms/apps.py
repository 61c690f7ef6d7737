from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = _("Site")

    def ready(self) -> None:
        from .page_cache import turn_on_edit

        post_save.connect(turn_on_edit, dispatch_uid="cms.turn_on_edit")
        post_delete.connect(turn_on_edit, dispatch_uid="cms.turn_on_edit")
