from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulation.registry.models import Ruling, Service

from .part_guards import service_guard
from .tender import Tender

MOST_SERVICES = 10


class TenderService(models.Model):
    """One of the services that a tender buys, with the version of the ruling it relies on.

    Without a ruling it is bought by the owner's own choice. The first is the tender's own `service` and
    `ruling`, written by the database; the others are chosen with the draft and stand from the review on.
    """

    tender = models.ForeignKey(Tender, models.CASCADE, related_name="services")
    position = models.PositiveSmallIntegerField()
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    ruling = models.ForeignKey(Ruling, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("service of a tender")
        ordering = ["tender_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["tender", "position"], name="tender_service_one_a_place"),
            models.UniqueConstraint(fields=["tender", "service"], name="tender_service_once"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_SERVICES), name="tender_service_one_to_ten"
            ),
        ]
        indexes = [
            models.Index(fields=["tender"], condition=Q(position=2), name="tender_of_several_services")
        ]
        triggers = [service_guard()]

    def __str__(self) -> str:
        return str(self.service)

    @property
    def necessity(self) -> str:
        """What the ruling says of it; empty where it relies on none. `lapsed` where a query judged it so."""
        return self.ruling.verdict if self.ruling else ""
