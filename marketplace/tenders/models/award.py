from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check

from .bid import Bid
from .tender import Tender


class Opening(models.Model):
    """The opening of a tender's envelopes. One a tender: two at once make one."""

    tender = models.OneToOneField(Tender, models.PROTECT, related_name="opening")
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    bids_opened = models.PositiveIntegerField()
    bids_void = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("opening")


class Award(models.Model):
    """Who won, at which price, by which rule (OCDS award). `gate` is the check made again at the award."""

    tender = models.OneToOneField(Tender, models.PROTECT, related_name="award")
    bid = models.OneToOneField(Bid, models.PROTECT, related_name="award")
    price = models.DecimalField(max_digits=12, decimal_places=2)
    gate = models.ForeignKey(Check, models.PROTECT, related_name="+")
    awarded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    awarded_at = models.DateTimeField(db_default=Now(), editable=False)
    passed_over = models.JSONField(default=list)  # [{bid, reason, check}] cheaper bids the gate kept out

    class Meta:
        verbose_name = _("award")
        constraints = [models.CheckConstraint(condition=Q(price__gt=0), name="award_price_is_positive")]

    @property
    def urn(self) -> str:
        return f"tenders.award/{self.pk}"
