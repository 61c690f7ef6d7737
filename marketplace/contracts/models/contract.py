import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.tenders.models import Award, TenderService
from regulation.decoupling.models import Check
from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity, Region
from regulation.registry.models import Approval, Ruling, Service

from .. import life
from . import guards
from .rules import ContractRule, Wording


class ContractQuerySet(models.QuerySet["Contract"]):
    def signed(self) -> "ContractQuerySet":
        """What was signed is public, whatever became of it."""
        return self.filter(signed_at__isnull=False)

    def of_sides(self, entity_ids: list[int]) -> "ContractQuerySet":
        return self.filter(Q(buyer__in=entity_ids) | Q(seller__in=entity_ids) | Q(payer__in=entity_ids))

    def visible_to(self, entity_ids: list[int], *, oversees: bool) -> "ContractQuerySet":
        """Signed ones for everyone; others for their sides, and for regulators."""
        if oversees:
            return self.all()
        seen = Q(signed_at__isnull=False) | Q(buyer__in=entity_ids) | Q(seller__in=entity_ids)
        return self.filter(seen | Q(payer__in=entity_ids))


class Contract(models.Model):
    """What follows a final award (OCDS contract): who buys, who sells, who pays, for what, at which price.

    `payer` follows from the ruling relied on: the department where it commissions the service, or the buyer.
    `price` is yuan without tax, `bid_price` what was bid; `days` working days from signing. Facts are stored,
    the state follows (life.py). `sign_by` is exclusive, by the database's clock; `gate` the check at signing.
    """

    ref = models.SlugField(max_length=40, unique=True)
    award = models.OneToOneField(Award, models.PROTECT, related_name="contract")
    buyer = models.ForeignKey(Entity, models.PROTECT, related_name="contracts_bought")
    seller = models.ForeignKey(Entity, models.PROTECT, related_name="contracts_sold")
    payer = models.ForeignKey(Entity, models.PROTECT, related_name="contracts_paid")
    department = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="contracts")
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="contracts")
    region = models.ForeignKey(Region, models.PROTECT, related_name="contracts")
    ruling = models.ForeignKey(Ruling, models.PROTECT, null=True, related_name="+")
    rule = models.ForeignKey(ContractRule, models.PROTECT, related_name="+")
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="+")
    price = models.DecimalField(max_digits=12, decimal_places=2)
    bid_price = models.DecimalField(max_digits=12, decimal_places=2)
    days = models.PositiveSmallIntegerField()
    version_no = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sign_by = models.DateTimeField()
    offered_at = models.DateTimeField(null=True, editable=False)
    signed_at = models.DateTimeField(null=True, editable=False)
    gate = models.ForeignKey(Check, models.PROTECT, null=True, related_name="+")
    lapsed_at = models.DateTimeField(null=True, editable=False)
    suspended_at = models.DateTimeField(null=True, editable=False)
    suspend_reason = models.CharField(max_length=600, blank=True)
    suspended_by_check = models.ForeignKey(Check, models.PROTECT, null=True, related_name="+")
    terminated_at = models.DateTimeField(null=True, editable=False)
    terminate_reason = models.CharField(max_length=600, blank=True)
    completed_at = models.DateTimeField(null=True, editable=False)
    is_invented = models.BooleanField(default=False)

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["buyer", "-id"], name="contract_of_a_buyer"),
            models.Index(fields=["seller", "-id"], name="contract_of_a_seller"),
            models.Index(fields=["-signed_at", "-id"], name="contract_newest_signed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0, days__gt=0), name="contract_price_and_days"),
            models.CheckConstraint(condition=~Q(buyer=F("seller")), name="contract_between_two"),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True) | ~Q(suspend_reason=""),
                name="contract_suspended_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(terminated_at__isnull=True) | ~Q(terminate_reason=""),
                name="contract_ended_with_a_reason",
            ),
        ]
        triggers = [
            guards.of_a_final_award(),
            guards.terms_stand(),
            guards.goes_where_it_may(life.CONTRACT, "contract"),
            guards.told_by_an_act(
                life.CONTRACT, "contract", "a.contract_id = NEW.id AND a.milestone_id IS NULL", "version_no"
            ),
            guards.signed_by_all_and_clear(),
            guards.adds_up(),
            *kept(),
        ]

    def __str__(self) -> str:
        return str(self.award.tender.title)

    def state_at(self, moment: dt.datetime) -> life.State:
        return life.State(life.CONTRACT.state_of(self, moment))

    def get_absolute_url(self) -> str:
        return reverse("contracts:contract", args=[self.ref])

    @property
    def bought(self) -> list[TenderService]:
        """All the services it is for, the leading one first, as its tender has them."""
        return self.award.tender.bought

    @property
    def sides(self) -> list[str]:
        """Who has to sign: the payer too, where the department pays."""
        return ["buyer", "seller"] if self.payer_id == self.buyer_id else ["buyer", "seller", "payer"]

    @property
    def urn(self) -> str:
        return f"contracts.contract/{self.ref}"


class Version(models.Model):
    """What was laid before all sides for signature: every term and both texts. Append-only."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    terms = models.JSONField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    reason = models.CharField(max_length=600, blank=True)

    class Meta:
        verbose_name = _("version of a contract")
        ordering = ["contract", "number"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="version_once_a_number"),
            models.CheckConstraint(condition=Q(number__gt=0), name="version_begins_with_one"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.contract_id} · {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("contracts:version", args=[self.contract.ref, self.number])

    @property
    def urn(self) -> str:
        return f"contracts.version/{self.pk}"


class Side(models.TextChoices):
    """In which part somebody signs."""

    BUYER = "buyer", _("buyer")
    SELLER = "seller", _("intermediary")
    PAYER = "payer", _("department that pays")


class Signature(models.Model):
    """One side signs one version. `proof` is how the person proved anew who it is. Append-only."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=8, choices=Side.choices)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proof = models.CharField(
        max_length=10, choices=[("mfa", _("second factor")), ("password", _("password"))]
    )
    signed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("signature")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "side"], name="signature_once_a_side"),
            models.UniqueConstraint(fields=["version", "signed_by"], name="signature_of_different_people"),
            models.CheckConstraint(condition=Q(proof__in=["mfa", "password"]), name="signature_proved_anew"),
        ]
        triggers = [guards.signature_guard(), *append_only()]

    @property
    def urn(self) -> str:
        return f"contracts.signature/{self.pk}"
