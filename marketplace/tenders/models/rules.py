from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Region
from regulation.registry.models import Provision


class ProcedureRule(models.Model):
    """How long bidding stays open at least, in a region, from a day on. The nearest region wins."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    minimum_bidding = models.DurationField()
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


class OpeningKey(models.Model):
    """The public half of a key that opens bids. The private half lies outside database and web server."""

    kid = models.CharField(max_length=32, primary_key=True)
    suite = models.CharField(max_length=40)
    public = models.BinaryField()
    valid_from = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("opening key")
