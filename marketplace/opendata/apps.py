from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpendataConfig(AppConfig):
    name = "marketplace.opendata"
    verbose_name = _("Open data")
