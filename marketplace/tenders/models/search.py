from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.registry.models import Service


class SavedSearch(models.Model):
    """A user is told by e-mail of each new tender with these words, for this service, in this region or
    below it.

    What is empty narrows nothing; something is named. A search that ended stays.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tender_searches")
    q = models.CharField(max_length=60, blank=True)
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("saved search")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "q", "service", "region"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="saved_search_once",
            ),
            models.CheckConstraint(
                condition=~Q(q="") | Q(service__isnull=False) | Q(region__isnull=False),
                name="saved_search_names_something",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="saved_search_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(str(part) for part in (self.q, self.service, self.region) if part)

    @property
    def urn(self) -> str:
        return f"tenders.search/{self.pk}"

    @property
    def query(self) -> dict[str, str]:
        """As the address of the list has it."""
        named = {
            "q": self.q,
            "service": self.service.code if self.service else "",
            "region": self.region_id or "",
        }
        return {name: value for name, value in named.items() if value}
