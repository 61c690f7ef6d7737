from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    name = "marketplace.contracts"
    verbose_name = _("Contracts")

    def ready(self) -> None:
        from regulation.registry.seed.load import FURTHER

        from . import stories  # noqa: F401
        from .seed import seeded

        FURTHER["contract_schedules.json"] = seeded
