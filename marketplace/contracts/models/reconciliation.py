from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only


class Reconciliation(models.Model):
    """A day's comparison of contracts, books, the provider's records and banks' statements. Append-only.

    `differences` is [{what, contract or charge or line, party, ours, theirs}]; each with a party becomes
    a finding.
    """

    on = models.DateField(unique=True)
    contracts = models.PositiveIntegerField()
    orders = models.PositiveIntegerField()
    bank_rows = models.PositiveIntegerField(default=0)
    differences = models.JSONField(default=list)
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("reconciliation")
        ordering = ["-on"]
        triggers = append_only()

    def __str__(self) -> str:
        return self.on.isoformat()

    def get_absolute_url(self) -> str:
        return reverse("contracts:reconciliation", args=[self.pk])

    @property
    def urn(self) -> str:
        return f"contracts.reconciliation/{self.on}"
