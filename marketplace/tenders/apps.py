from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TendersConfig(AppConfig):
    name = "marketplace.tenders"
    verbose_name = _("Tenders")

    def ready(self) -> None:
        from regulation.parties.mail import optional_mail

        from .telling import ANNOUNCEMENTS

        optional_mail(
            ANNOUNCEMENTS,
            _("New tenders that fit what you follow"),
            _("When a tender is published on a topic you follow, or that a search you keep finds."),
        )
