from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "regulation.ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        from . import checks, metrics  # noqa: F401
        from .roles import fire_always, grant_site_role

        autodiscover_modules("effects", "stories")
        metrics.register()
        post_migrate.connect(grant_site_role, sender=self, dispatch_uid="ledger.grant_site_role")
        post_migrate.connect(fire_always, sender=self, dispatch_uid="ledger.fire_always")
