from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.models import Entry
from regulation.ledger.triggers import kept


class Recheck(models.Model):
    """What one change set off: every live bid and standing award it can reach, asked again in slices.

    `reached` names the entities, null everyone. It goes on where it stopped: `last_bid` and `last_award` are
    the keys of the last ones done. One for an entry, so that an effect that is tried again begins no second.
    """

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    reached = ArrayField(models.BigIntegerField(), null=True)
    last_bid = models.BigIntegerField(default=0)
    last_award = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(db_default=Now(), editable=False)
    moved_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recheck after a change")
        indexes = [
            models.Index(fields=["moved_at"], condition=Q(finished_at__isnull=True), name="recheck_running")
        ]
        triggers = kept()

    @property
    def urn(self) -> str:
        return f"tenders.recheck/{self.pk}"
