import pgtrigger
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from .entity import Entity, Person

SHARE_DIGITS, SHARE_PLACES = 7, 4


class InterestKind(models.TextChoices):
    """BODS 0.4 interestType codes, and after them the kinds this field needs."""

    SHAREHOLDING = "shareholding", _("shareholding")
    VOTING_RIGHTS = "votingRights", _("voting rights")
    APPOINTMENT_OF_BOARD = "appointmentOfBoard", _("appoints the board")
    CONTROL = "otherInfluenceOrControl", _("control by other means")
    BOARD_MEMBER = "boardMember", _("member of the board")
    BOARD_CHAIR = "boardChair", _("chair of the board")
    SENIOR_MANAGER = "seniorManagingOfficial", _("executive")
    CONTROL_BY_LAW = "controlByLegalFramework", _("control by legal framework")
    CONTROL_BY_ARTICLES = "controlViaCompanyRulesOrArticles", _("control by the articles of association")
    RIGHTS_BY_CONTRACT = "rightsGrantedByContract", _("rights granted by contract")
    CONDITIONAL_RIGHTS = "conditionalRightsGrantedByContract", _("conditional rights granted by contract")
    PROFIT = "rightsToProfitOrIncome", _("right to profit or income")
    SURPLUS_ASSETS = "rightsToSurplusAssetsOnDissolution", _("right to surplus assets on dissolution")
    USE_OF_ASSETS = "enjoymentAndUseOfAssets", _("use of assets")
    INCOME_FROM_ASSETS = "rightToProfitOrIncomeFromAssets", _("right to income from assets")
    SETTLOR = "settlor", _("settlor")
    TRUSTEE = "trustee", _("trustee")
    PROTECTOR = "protector", _("protector")
    BENEFICIARY = "beneficiaryOfLegalArrangement", _("beneficiary of a legal arrangement")
    NOMINEE = "nominee", _("nominee")
    NOMINATOR = "nominator", _("nominator")
    UNKNOWN = "unknownInterest", _("interest of an unknown kind")
    UNPUBLISHED = "unpublishedInterest", _("interest not published")
    LEGAL_REPRESENTATIVE = "legalRepresentative", _("legal representative")
    SUPERVISOR = "supervisor", _("member of the supervisory board")
    PRACTITIONER = "practitioner", _("practitioner")
    OFFICIAL = "official", _("official of")
    CLOSE_KIN = "closeKin", _("close relative of")
    AFFILIATION = "affiliation", _("has as its subordinate body")
    SET_UP = "setUp", _("set up")
    SUPERVISION = "supervision", _("is the supervising unit of")
    SPONSORSHIP = "sponsorship", _("sponsors")
    SAME_PREMISES = "samePremises", _("shares its premises with")
    SAME_FINANCES = "sameFinances", _("shares its finances with")
    SAME_CONTACT = "sameContact", _("shares its contact with")


SYMMETRIC = (
    InterestKind.CLOSE_KIN,
    InterestKind.SAME_PREMISES,
    InterestKind.SAME_FINANCES,
    InterestKind.SAME_CONTACT,
)


class Rank(models.TextChoices):
    """What an official's post weighs, as far as 公务员法 107 asks."""

    LEADING = "leading", _("leading member, or county level and above")
    OTHER = "other", _("other civil servant")


class Tier(models.TextChoices):
    """How surely the parties are who they seem (DESIGN §3.5)."""

    A = "A", _("exact identifier")
    B = "B", _("several attributes agree")
    C = "C", _("name alone")


def stands_as_stated(noun: str, *closing: str) -> pgtrigger.Trigger:
    """A statement is closed once, by its `recorded` and what tells who closed it; nothing else changes."""
    fields = ", ".join(f"'{field}'" for field in closing)
    return pgtrigger.Trigger(
        name="stands_as_stated",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
            IF (to_jsonb(NEW) - ARRAY[{fields}]) IS DISTINCT FROM (to_jsonb(OLD) - ARRAY[{fields}])
               OR NOT upper_inf(OLD.recorded) OR lower(NEW.recorded) IS DISTINCT FROM lower(OLD.recorded) THEN
                RAISE EXCEPTION '{noun}_stands_as_stated: {noun} %', OLD.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{noun}_stands_as_stated';
            END IF;
            RETURN NEW;
        """,
    )


class InterestQuerySet(models.QuerySet["Interest"]):
    def standing(self) -> "InterestQuerySet":
        """Interests the record still states (not corrected or retracted since)."""
        return self.filter(recorded__upper_inf=True)

    def known_at(self, moment: object) -> "InterestQuerySet":
        """What the record stated at a moment."""
        return self.filter(recorded__contains=moment)

    def public(self) -> "InterestQuerySet":
        """Between entities, and more than a name: what anyone may read. Never kin, never a person."""
        return self.filter(holder_entity__isnull=False, subject__isnull=False).exclude(tier=Tier.C)


class Interest(models.Model):
    """BODS 0.4 relationship: the holder has `kind` in the subject.

    `held` is the period it is held, `recorded` the period this record said so; both [start, end).
    A share is percent 0-100; null means not stated, which is not zero. The subject is an entity, and a person
    for kin alone. `statement_id` and `ordinal` name one interest of one BODS statement, `record_id` what
    stays the same through its versions. `rank` and `post` belong to officials; an empty rank is not stated.
    """

    holder_entity = models.ForeignKey(
        Entity, models.PROTECT, null=True, blank=True, related_name="interests_held"
    )
    holder_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="interests_held"
    )
    subject = models.ForeignKey(Entity, models.PROTECT, null=True, blank=True, related_name="interests_in")
    subject_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="interests_in"
    )
    kind = models.CharField(max_length=40, choices=InterestKind.choices)
    share_min = models.DecimalField(
        max_digits=SHARE_DIGITS, decimal_places=SHARE_PLACES, null=True, blank=True
    )
    share_max = models.DecimalField(
        max_digits=SHARE_DIGITS, decimal_places=SHARE_PLACES, null=True, blank=True
    )
    post = models.CharField(max_length=100, blank=True)
    rank = models.CharField(max_length=10, choices=Rank.choices, blank=True)
    held = DateRangeField()
    recorded = DateTimeRangeField(
        db_default=Func(Now(), None, function="tstzrange", output_field=DateTimeRangeField()), editable=False
    )
    tier = models.CharField(max_length=1, choices=Tier.choices)
    source = models.CharField(max_length=300)
    source_url = models.URLField(max_length=500, blank=True)
    declared_by = models.ForeignKey(
        Entity, models.PROTECT, null=True, blank=True, related_name="interests_declared"
    )
    statement_id = models.CharField(max_length=64, blank=True)
    record_id = models.CharField(max_length=64, blank=True)
    ordinal = models.PositiveSmallIntegerField(default=0)
    is_invented = models.BooleanField(default=False)

    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("interest")
        indexes = [
            models.Index(
                fields=["subject"],
                include=["holder_entity", "holder_person", "kind", "held"],
                condition=Q(recorded__upper_inf=True) & ~Q(tier="C"),
                name="interest_upward",
            ),
            models.Index(
                fields=["holder_entity"],
                include=["subject", "kind", "held"],
                condition=Q(recorded__upper_inf=True) & ~Q(tier="C"),
                name="interest_downward",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(holder_entity__isnull=True) ^ Q(holder_person__isnull=True),
                name="interest_has_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(subject__isnull=False, subject_person__isnull=True)
                | Q(subject__isnull=True, subject_person__isnull=False),
                name="interest_has_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(kind="closeKin", holder_person__isnull=False, subject_person__isnull=False)
                | (~Q(kind="closeKin") & Q(subject_person__isnull=True)),
                name="interest_of_kin_joins_two_people",
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
            models.CheckConstraint(
                condition=Q(kind="official") | Q(rank=""), name="interest_rank_belongs_to_officials"
            ),
            models.UniqueConstraint(
                fields=["statement_id", "ordinal"],
                condition=~Q(statement_id=""),
                name="interest_once_per_statement",
            ),
            models.UniqueConstraint(
                fields=["record_id", "ordinal"],
                condition=~Q(record_id="") & Q(recorded__upper_inf=True),
                name="interest_one_standing_per_record",
            ),
        ]
        triggers = [stands_as_stated("interest", "recorded"), *kept()]

    def __str__(self) -> str:
        return f"{self.holder} → {self.get_kind_display()} → {self.about}"

    @property
    def holder(self) -> Entity | Person | None:
        return self.holder_entity or self.holder_person

    @property
    def about(self) -> Entity | Person | None:
        """The subject, whichever it is."""
        return self.subject or self.subject_person

    @property
    def urn(self) -> str:
        return f"parties.interest/{self.pk}"
