from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.parties.models import Entity

from .approval import Approval
from .provision import Provision


class Delegation(models.Model):
    """Which authority decides an approval, since when, handed on by whom and by what.

    `in_force` is [start, end); an approval has one decider at a time. `delegator` is empty where the
    document names none. What hands the power on is a provision on record or a `document` by title and number.
    """

    approval = models.ForeignKey(
        Approval, models.PROTECT, related_name="delegations", verbose_name=_("approval")
    )
    delegator = models.ForeignKey(
        Entity, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handed on by")
    )
    department = models.ForeignKey(
        Entity, models.PROTECT, related_name="delegations", verbose_name=_("decided by")
    )
    in_force = DateRangeField(verbose_name=_("in force"))
    provision = models.ForeignKey(
        Provision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegations",
        verbose_name=_("provision"),
    )
    document = models.CharField(max_length=300, blank=True, verbose_name=_("document, with its number"))
    note = models.TextField(blank=True, verbose_name=_("note"))
    note_en = models.TextField(blank=True, verbose_name=_("note, in English"))
    is_invented = models.BooleanField(default=False, editable=False)
    source = models.CharField(max_length=300, verbose_name=_("source"))

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["approval", "-in_force", "pk"]
        constraints = [
            ExclusionConstraint(
                name="delegation_one_decider_at_a_time",
                expressions=[("approval", RangeOperators.EQUAL), ("in_force", RangeOperators.OVERLAPS)],
                violation_error_message=_("Another delegation of this approval holds in that period."),
            ),
            models.CheckConstraint(
                condition=Q(in_force__isempty=False, in_force__startswith__isnull=False),
                name="delegation_period_has_days",
                violation_error_message=_("A period names the day it starts, and ends after it."),
            ),
            models.CheckConstraint(
                condition=Q(provision__isnull=False) | ~Q(document=""),
                name="delegation_rests_on_something",
                violation_error_message=_("Name the provision or the document that hands the power on."),
            ),
            models.CheckConstraint(
                condition=Q(delegator__isnull=True) | ~Q(delegator=F("department")),
                name="delegation_to_another",
                violation_error_message=_("A department hands power on to another, not to itself."),
            ),
            models.CheckConstraint(condition=~Q(source=""), name="delegation_names_its_source"),
        ]
        triggers = kept()

    def __str__(self) -> str:
        return f"{self.approval} · {self.department}"

    @property
    def urn(self) -> str:
        return f"registry.delegation/{self.pk}"
