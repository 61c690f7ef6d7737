from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only

from .tender import Tender


class Amendment(models.Model):
    """A change of a published tender's terms before the deadline: what was said, what is said now, and why.

    `before` and `after` hold the changed terms by name, as text. Bidders are told, and confirm or withdraw.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=600)
    before = models.JSONField()
    after = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("amendment")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tender", "number"], name="amendment_numbered_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_says_why"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.tender_id}/{self.number}"

    @property
    def urn(self) -> str:
        return f"tenders.amendment/{self.pk}"
