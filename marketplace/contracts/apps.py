from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    name = "marketplace.contracts"
    verbose_name = _("Contracts")

    def ready(self) -> None:
        from regulation.parties.mail import optional_mail
        from regulation.registry.seed.load import FURTHER

        from . import review_stories, stories  # noqa: F401
        from .operations.calendaring import REMINDERS
        from .seed import reviews_seeded, seeded

        FURTHER["contract_schedules.json"] = seeded
        FURTHER["review_rules.json"] = reviews_seeded
        optional_mail(
            REMINDERS,
            _("Reminders of what is due on your contracts"),
            _("Once for each deadline, within the day before it."),
        )
