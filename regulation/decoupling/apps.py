from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DecouplingConfig(AppConfig):
    name = "regulation.decoupling"
    verbose_name = _("Decoupling")

    def ready(self) -> None:
        from regulation.registry.seed.load import FURTHER

        from . import contests  # noqa: F401
        from .published.packs import publish_shipped_packs

        FURTHER["rule packs"] = lambda at: publish_shipped_packs(at=at)
