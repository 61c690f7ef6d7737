from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "regulation.ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        from . import checks, metrics  # noqa: F401
        from .models import Entry
        from .roles import grant_site_role

        autodiscover_modules("effects", "stories")
        metrics.register()
        post_save.connect(self._owe, sender=Entry, dispatch_uid="ledger.owe")
        post_migrate.connect(grant_site_role, sender=self, dispatch_uid="ledger.grant_site_role")

    @staticmethod
    def _owe(instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
        """What an entry owes is written down in the transaction that writes the entry."""
        from .outbox import owe

        if created and not raw:
            owe(instance)
