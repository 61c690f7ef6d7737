from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from .entity import Entity, without
from .interest import stands_as_stated


class ContactRecord(models.Model):
    """What the register said of an entity's address, telephone, mail and account, on both time axes.

    `held` is the period it counts for, `recorded` the period the register said so; both [start, end). Written
    by triggers of the register alone; a check of an earlier day reads that day's (decoupling.queries).
    """

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="contact_records")
    held = DateRangeField()
    recorded = DateTimeRangeField()
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    account_digest = models.BinaryField(null=True, blank=True)

    class Meta:
        verbose_name = _("contacts on record")
        ordering = ["entity", F("held").desc(), F("recorded").desc()]
        indexes = [
            models.Index(
                fields=["entity"], condition=Q(recorded__upper_inf=True), name="contact_record_standing"
            ),
            # As a check compares them: who else has one of them on a day (decoupling migration 0021).
            models.Index(without("phone", "[^0-9]"), condition=~Q(phone=""), name="contact_phone"),
            models.Index(without("address", r"\s"), condition=~Q(address=""), name="contact_address"),
            models.Index(Lower("email"), condition=~Q(email=""), name="contact_email"),
            models.Index(
                fields=["account_digest"], condition=Q(account_digest__isnull=False), name="contact_account"
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="contact_record_one_at_a_time",
                expressions=[("entity", RangeOperators.EQUAL), ("held", RangeOperators.OVERLAPS)],
                condition=Q(recorded__upper_inf=True),
            ),
            models.CheckConstraint(
                condition=Q(held__isempty=False), name="contact_record_counts_for_some_days"
            ),
        ]
        triggers = [stands_as_stated("contact_record", "recorded"), *kept()]

    def __str__(self) -> str:
        return f"{self.entity} · {self.held}"

    @property
    def urn(self) -> str:
        return f"parties.contact_record/{self.pk}"
