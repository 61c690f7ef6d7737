import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from . import guards
from .contract import Contract, Side, Version


class Change(models.Model):
    """A version one side proposes while the contract is in force; every side signs it, or one declines it.

    One stands at a time. What it says is its version's; agreed or declined it stands as it is.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="changes")
    version = models.OneToOneField(Version, models.PROTECT, related_name="change")
    side = models.CharField(max_length=8, choices=Side.choices)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    agreed_at = models.DateTimeField(null=True, editable=False)
    declined_at = models.DateTimeField(null=True, editable=False)
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decline_reason = models.CharField(max_length=600, blank=True)

    class Meta:
        verbose_name = _("change of a contract")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(agreed_at__isnull=True, declined_at__isnull=True),
                name="change_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(declined_at__isnull=True) | (Q(agreed_at__isnull=True) & ~Q(decline_reason="")),
                name="change_declined_with_a_reason",
            ),
        ]
        triggers = [
            guards.trigger(
                "decided_once",
                pgtrigger.Update,
                f"""
                    IF NOT ({guards.only("agreed_at", "declined_at", "declined_by_id", "decline_reason")})
                       OR OLD.agreed_at IS NOT NULL OR OLD.declined_at IS NOT NULL THEN
                        {guards.refuse("change_decided_once")}
                    END IF;
                    IF NEW.agreed_at IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM public.contracts_contract c JOIN public.contracts_version v
                            ON v.id = NEW.version_id AND v.contract_id = c.id AND v.number = c.version_no
                        WHERE c.id = NEW.contract_id) THEN
                        {guards.refuse("change_agreed_is_in_force")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    @property
    def urn(self) -> str:
        return f"contracts.change/{self.pk}"
