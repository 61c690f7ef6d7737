from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DecouplingConfig(AppConfig):
    name = "regulation.decoupling"
    verbose_name = _("Decoupling")
