from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .contact_triggers import contacts_kept
from .region import Region

CREDIT_CODE_MAX = 18


def without(field: str, pattern: str) -> Func:
    """A text of the register as checks compare it: without what a pattern matches."""
    return Func(F(field), Value(pattern), Value(""), Value("g"), function="regexp_replace")


class EntityKind(models.TextChoices):
    """What sort of body an entity is (BODS 0.4 entityType, made finer for this field)."""

    DEPARTMENT = "department", _("government department")
    PUBLIC_INSTITUTION = "public_institution", _("public institution")
    SOCIAL_ORGANISATION = "social_organisation", _("social organisation")
    INDUSTRY_ASSOCIATION = "industry_association", _("industry association or chamber of commerce")
    ENTERPRISE = "enterprise", _("enterprise")
    INTERMEDIARY = "intermediary", _("intermediary")
    UNTOLD = "untold", _("holder not told")  # somebody holds it, and the source does not say who


class EntityQuerySet(models.QuerySet["Entity"]):
    def departments(self) -> "EntityQuerySet":
        return self.filter(kind=EntityKind.DEPARTMENT)


class Entity(models.Model):
    """A body that can hold interests or act (BODS 0.4 entity).

    `account_digest` is the keyed HMAC of its payment account; `record_id` what BODS statements call it.
    What address, telephone, mail and account were before stays in `ContactRecord`.
    `self_stated` names those of address, phone and email that it told itself: what another source put on
    record it does not overwrite.
    """

    kind = models.CharField(max_length=24, choices=EntityKind.choices, db_index=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    credit_code = models.CharField(
        _("Unified Social Credit Code"), max_length=CREDIT_CODE_MAX, null=True, blank=True, unique=True
    )
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="entities")
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    account_digest = models.BinaryField(null=True, blank=True)
    self_stated = ArrayField(models.CharField(max_length=10), db_default=Value("{}"), editable=False)
    is_state_owned = models.BooleanField(default=False)
    record_id = models.CharField(max_length=64, null=True, blank=True, unique=True)
    pinyin = models.CharField(max_length=400, blank=True, db_index=True)
    is_invented = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = EntityQuerySet.as_manager()

    class Meta:
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        ordering = ["pinyin", "pk"]
        indexes = [
            models.Index(
                fields=["account_digest"], condition=Q(account_digest__isnull=False), name="entity_account"
            ),
            models.Index(Lower("email"), condition=~Q(email=""), name="entity_email"),
            models.Index(without("phone", "[^0-9]"), condition=~Q(phone=""), name="entity_phone"),
            models.Index(without("address", r"\s"), condition=~Q(address=""), name="entity_address"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_code__isnull=True) | Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="entity_credit_code_has_the_standards_alphabet",
            )
        ]
        triggers = contacts_kept()

    def __str__(self) -> str:
        if get_language() == "en" and self.name_en:
            return self.name_en
        return self.name

    @property
    def urn(self) -> str:
        return f"parties.entity/{self.pk}"


class Person(models.Model):
    """A natural person (BODS 0.4 person). Identity numbers are kept only as a keyed HMAC.

    `birth_month` is YYYY-MM. It and the address let a name agree by attributes (tier B, DESIGN §3.5).
    """

    name = models.CharField(max_length=100, db_index=True)
    identity_digest = models.BinaryField(null=True, blank=True, unique=True)
    birth_month = models.CharField(max_length=7, blank=True)
    address = models.CharField(max_length=200, blank=True)
    record_id = models.CharField(max_length=64, null=True, blank=True, unique=True)
    is_invented = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    @property
    def urn(self) -> str:
        return f"parties.person/{self.pk}"
