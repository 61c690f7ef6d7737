import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.registry.models import Provision


class ProcedureRule(models.Model):
    """What binds a tender in a region, from a day on. The nearest region wins.

    `minimum_bidding` is how long bidding stays open at least; `opening_grace` how long after the deadline the
    trustees may take before the tender is void; `after_amendment` what bidders have at least once the terms
    are amended: the deadline moves for it.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    minimum_bidding = models.DurationField()
    opening_grace = models.DurationField(default=dt.timedelta(days=1))
    after_amendment = models.DurationField(default=dt.timedelta(days=1))
    in_force = DateRangeField()
    provision = models.ForeignKey(Provision, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("procedure rule")
        constraints = [
            ExclusionConstraint(
                name="procedure_rule_one_at_a_time",
                expressions=[("region", "="), ("in_force", RangeOperators.OVERLAPS)],
            )
        ]
