from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "marketplace.directory"
    verbose_name = _("Directory")

    def ready(self) -> None:
        from regulation.registry.market import provide
        from regulation.registry.seed.load import FURTHER

        from .queries import market_facts
        from .seed import seeded

        provide(market_facts)
        FURTHER["credit_consequences.csv"] = seeded
