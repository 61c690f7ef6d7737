from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    name = "marketplace.contracts"
    verbose_name = _("Contracts")

    def ready(self) -> None:
        from regulation.registry.seed.load import FURTHER

        from . import review_stories, stories  # noqa: F401
        from .seed import reviews_seeded, seeded

        FURTHER["contract_schedules.json"] = seeded
        FURTHER["review_rules.json"] = reviews_seeded
