from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DecouplingConfig(AppConfig):
    name = "regulation.decoupling"
    verbose_name = _("Decoupling")

    def ready(self) -> None:
        from . import contests  # noqa: F401
