from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "marketplace.payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from regulation.registry.seed.load import FURTHER

        from . import stories  # noqa: F401
        from .seed import seeded

        FURTHER["fee_rules.csv"] = seeded
