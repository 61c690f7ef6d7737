from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only

from .amendment import Amendment
from .bid import Bid


class Confirmation(models.Model):
    """A bidder that knows an amendment lets its sealed bid stand. Nobody else sees it before the opening."""

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="confirmations")
    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("confirmation of a bid")
        constraints = [models.UniqueConstraint(fields=["bid", "amendment"], name="bid_confirmed_once")]
        triggers = append_only()
