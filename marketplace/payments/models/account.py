from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.parties.models import Entity


class Provider(models.TextChoices):
    """Who moves the money."""

    BANK = "bank", _("recorded bank transfer")
    STRIPE = "stripe", _("Stripe")


class PayoutAccount(models.Model):
    """Where an entity is paid: a bank account, or an account with the payment provider.

    `external` is the provider's own identifier (Stripe: acct_…), or the number of the bank account.
    `ready_at` is when payouts to it became possible: for Stripe when Stripe said so.
    """

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="payout_accounts")
    provider = models.CharField(max_length=10, choices=Provider.choices)
    holder = models.CharField(max_length=200, blank=True)
    bank = models.CharField(max_length=200, blank=True)
    external = models.CharField(max_length=80)
    ready_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("account for payouts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "provider"],
                condition=Q(closed_at__isnull=True),
                name="payout_account_one_open_per_provider",
            ),
            models.CheckConstraint(
                condition=~Q(provider="bank") | (~Q(holder="") & ~Q(bank="")),
                name="payout_account_names_bank_and_holder",
            ),
        ]
        triggers = kept()

    def __str__(self) -> str:
        return f"{self.bank} · {self.ending}" if self.bank else self.ending

    @property
    def ending(self) -> str:
        """The last four characters, as a page shows them."""
        return "…" + self.external[-4:]

    @property
    def urn(self) -> str:
        return f"payments.account/{self.pk}"
