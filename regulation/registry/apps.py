from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "regulation.registry"
    verbose_name = _("Registry")

    def ready(self) -> None:
        from regulation.parties.mail import optional_mail

        from .operations.following import DIGESTS

        optional_mail(
            DIGESTS,
            _("Changes in what you follow"),
            _("A digest in the rhythm you chose, when something changed."),
        )
