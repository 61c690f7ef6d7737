from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .entity import Entity, Person


class InterestKind(models.TextChoices):
    """BODS 0.4 interestType codes, and after them the kinds this field needs."""

    SHAREHOLDING = "shareholding", _("shareholding")
    VOTING_RIGHTS = "votingRights", _("voting rights")
    APPOINTMENT_OF_BOARD = "appointmentOfBoard", _("appoints the board")
    CONTROL = "otherInfluenceOrControl", _("control by other means")
    BOARD_MEMBER = "boardMember", _("director or supervisor")
    SENIOR_MANAGER = "seniorManagingOfficial", _("executive")
    LEGAL_REPRESENTATIVE = "legalRepresentative", _("legal representative")
    AFFILIATION = "affiliation", _("has as its subordinate body")
    SET_UP = "setUp", _("set up")
    SUPERVISION = "supervision", _("is the supervising unit of")


class Tier(models.TextChoices):
    """How surely the parties are who they seem (DESIGN §3.5)."""

    A = "A", _("exact identifier")
    B = "B", _("several attributes agree")
    C = "C", _("name alone")


class InterestQuerySet(models.QuerySet["Interest"]):
    def standing(self) -> "InterestQuerySet":
        """Interests the record still states (not corrected or retracted since)."""
        return self.filter(recorded__upper_inf=True)


class Interest(models.Model):
    """BODS 0.4 relationship: the holder has `kind` in `subject`.

    `held` is the period it is held, `recorded` the period this record said so; both [start, end).
    A share is percent 0-100; null means not stated, which is not zero.
    """

    holder_entity = models.ForeignKey(
        Entity, models.PROTECT, null=True, blank=True, related_name="interests_held"
    )
    holder_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="interests_held"
    )
    subject = models.ForeignKey(Entity, models.PROTECT, related_name="interests_in")
    kind = models.CharField(max_length=30, choices=InterestKind.choices)
    share_min = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    share_max = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    held = DateRangeField()
    recorded = DateTimeRangeField(
        db_default=Func(Now(), None, function="tstzrange", output_field=DateTimeRangeField()), editable=False
    )
    tier = models.CharField(max_length=1, choices=Tier.choices)
    source = models.CharField(max_length=300)
    is_invented = models.BooleanField(default=False)

    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("interest")
        indexes = [
            models.Index(fields=["subject"], include=["holder_entity", "kind"], name="interest_upward"),
            models.Index(fields=["holder_entity"], include=["subject", "kind"], name="interest_downward"),
            GistIndex(fields=["held"], name="interest_held"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(holder_entity__isnull=True) ^ Q(holder_person__isnull=True),
                name="interest_has_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(share_min__isnull=True, share_max__isnull=True)
                | Q(
                    share_min__isnull=False,
                    share_max__isnull=False,
                    share_min__gte=0,
                    share_max__lte=100,
                    share_min__lte=F("share_max"),
                ),
                name="interest_share_is_a_percent_range",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="interest_names_its_source"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} → {self.get_kind_display()} → {self.subject}"

    @property
    def holder(self) -> Entity | Person | None:
        return self.holder_entity or self.holder_person

    @property
    def urn(self) -> str:
        return f"parties.interest/{self.pk}"
