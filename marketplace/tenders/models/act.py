from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.models import Entry
from regulation.ledger.triggers import append_only

from .. import life
from ..life_texts import ACT_WORDS
from .guards import act_guard, announced_guard
from .tender import Tender

_WHY = [str(act) for act, t in life.ACTS.items() if t.reason]


class TenderAct(models.Model):
    """One act of a tender's life: what was done, by whom, when, why, and its entry. Append-only.

    `at` is the clock the operation was given; `made_in` the transaction, which the database notes.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="acts")
    act = models.CharField(max_length=16, choices=[(str(a), a) for a in life.Act])
    from_state = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=600, blank=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    made_in = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("act of a tender")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(act__in=_WHY) | ~Q(reason=""), name="act_says_why"),
        ]
        triggers = [act_guard(), announced_guard(), *append_only()]

    def __str__(self) -> str:
        return str(ACT_WORDS[life.Act(self.act)])
