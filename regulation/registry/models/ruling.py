import datetime as dt
from collections.abc import Sequence

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, Func, Q, Value
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.parties.models import Region

from .among import Among
from .approval import Approval
from .condition import Condition
from .guards import BASIS_FUNC, BURDEN_FUNC, PLACE_FUNC
from .level import LAWFUL_LEVELS
from .provision import Provision
from .service import Service
from .workflow import Workflow, basis_triggers, stage_constraints, stage_triggers

EVERY_APPROVAL = "every-approval"  # in an address, for a ruling on the service alone


class Necessity(models.TextChoices):
    """Whether an approval may ask for an intermediary's service (DESIGN §2)."""

    MANDATORY = "mandatory", _("required")
    OPTIONAL = "optional", _("may be done by yourself")
    COMMISSIONED = "commissioned", _("the department commissions and pays")
    AREA_ASSESSED = "area_assessed", _("covered by an area assessment")
    ABOLISHED = "abolished", _("abolished, may not be asked for")


class Payer(models.TextChoices):
    APPLICANT = "applicant", _("the applicant")
    DEPARTMENT = "department", _("the department")
    GOVERNMENT = "government", _("the government")
    NOBODY = "nobody", _("nobody")


class PriceRegime(models.TextChoices):
    """How the price of a service comes about (价格法 3, 18)."""

    MARKET = "market", _("market price")
    GUIDED = "guided", _("government-guided price")
    SET = "set", _("price set by the government")


class DayKind(models.TextChoices):
    WORKING = "working", _("working days")
    CALENDAR = "calendar", _("calendar days")


class RulingQuerySet(models.QuerySet["Ruling"]):
    def published(self) -> "RulingQuerySet":
        return self.filter(published_at__isnull=False)

    def on_record(self) -> "RulingQuerySet":
        """Published, and still what this site says."""
        return self.published().filter(recorded__upper_inf=True)

    def in_force_on(self, day: dt.date) -> "RulingQuerySet":
        return self.filter(in_force__contains=day)

    def judged_on(self, day: dt.date) -> "RulingQuerySet":
        """Each with `lapsed`: mandatory, but no provision of lawful level behind it is in force on a day.

        `lapse.judged` says the same of a ruling whose provisions are in hand; a test holds the two together.
        """
        demands = Q(necessity=Necessity.MANDATORY)
        return self.annotate(
            lapsed=ExpressionWrapper(demands & ~Exists(_lawful_bases(day)), models.BooleanField())
        )

    def standing_on(self, day: dt.date) -> "RulingQuerySet":
        """In force on a day, and no demand whose legal basis has ended by it."""
        demands = Q(necessity=Necessity.MANDATORY)
        return self.in_force_on(day).filter(~demands | Exists(_lawful_bases(day)))

    def lapsed_on(self, day: dt.date) -> "RulingQuerySet":
        """The demands whose legal basis has ended by a day."""
        return self.judged_on(day).filter(~Exists(_lawful_bases(day)), necessity=Necessity.MANDATORY)

    def weakly_based(self, day: dt.date) -> "RulingQuerySet":
        """Those that cite anything which carries no demand on a day: of lower level, or not in force.

        A demand whose basis has ended is among them, since every demand cites something: a short way to it.
        """
        carries = Q(level__in=LAWFUL_LEVELS, in_force__contains=day)
        carries &= Q(instrument__in_force__isnull=True) | Q(instrument__in_force__contains=day)
        weak = Provision.objects.exclude(carries).order_by().values("pk")
        citing = RulingBasis.objects.filter(Among("provision", weak)).order_by()
        return self.filter(Among("pk", citing.values("ruling")))

    def said_at(self, moment: dt.datetime) -> "RulingQuerySet":
        """Published rulings as this site said at a moment."""
        return self.published().filter(recorded__contains=moment)


def _lawful_bases(day: dt.date) -> "models.QuerySet[RulingBasis]":
    """What can carry the outer ruling's demand on a day: of lawful level, article and law in force."""
    law = "provision__instrument__in_force"
    return RulingBasis.objects.filter(
        Q((f"{law}__isnull", True)) | Q((f"{law}__contains", day)),
        ruling=models.OuterRef("pk"),
        provision__level__in=LAWFUL_LEVELS,
        provision__in_force__contains=day,
    )


class Ruling(Workflow):
    """Is an intermediary required? Approval × Service × Region → Necessity (CCCEV Requirement).

    Approval null: the law speaks of the service alone, so the ruling stands for every approval.
    `in_force` [start, end) is when it is so in law; `recorded` [start, end) is when this site said so.
    Nothing is overwritten: a correction closes `recorded` and opens another row.
    A mandatory ruling cites a law, administrative regulation or State Council decision in force on the
    day it starts (优化营商环境条例 43), by a deferred constraint trigger. Another holds that no region asks
    for more than the regions above it do, unless a provision of that level says so (see `guards`).
    With a `condition` it speaks of projects for which that question is answered yes.
    `days` is the time limit of the service, in the days of `day_kind`; `counts_in_clock` says whether it runs
    inside the approval's own limit (行政许可法 45), null where the provision does not say.
    `follow_up` is how the matter is supervised once nobody may ask for the service, `risk` what to watch.
    """

    approval = models.ForeignKey(Approval, models.PROTECT, null=True, blank=True, related_name="rulings")
    service = models.ForeignKey(
        Service, models.PROTECT, related_name="rulings", verbose_name=_("intermediary service")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="rulings", verbose_name=_("region"))
    necessity = models.CharField(max_length=16, choices=Necessity.choices, verbose_name=_("verdict"))
    payer = models.CharField(max_length=12, choices=Payer.choices, blank=True)
    reason = models.TextField()
    reason_en = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    conditions_en = models.TextField(blank=True)
    condition = models.ForeignKey(Condition, models.PROTECT, null=True, blank=True, related_name="rulings")
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    day_kind = models.CharField(max_length=8, choices=DayKind.choices, blank=True)
    counts_in_clock = models.BooleanField(null=True, blank=True)
    price_regime = models.CharField(max_length=8, choices=PriceRegime.choices, blank=True)
    follow_up = models.TextField(blank=True)
    follow_up_en = models.TextField(blank=True)
    risk = models.TextField(blank=True)
    risk_en = models.TextField(blank=True)
    note = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    in_force = DateRangeField()
    recorded = DateTimeRangeField(
        db_default=Func(Now(), None, function="tstzrange", output_field=DateTimeRangeField()), editable=False
    )
    provisions = models.ManyToManyField(Provision, through="RulingBasis", related_name="rulings")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True, verbose_name=_("published at"))
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    source = models.CharField(max_length=400)

    objects = RulingQuerySet.as_manager()
    lapsed = False  # whether its legal basis has ended, where a query judged it (`judged_on`)
    cited: Sequence[Provision] | None = None  # what it rests on, where that was read from the ledger

    class Meta:
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        ordering = ["service", "region", "pk"]
        indexes = [models.Index(fields=["service", "region"], name="ruling_service_region")]
        constraints = [
            ExclusionConstraint(
                name="ruling_one_in_force_at_a_time",
                expressions=[
                    (Coalesce(F("approval"), Value(0, models.BigIntegerField())), "="),
                    ("service", "="),
                    ("region", "="),
                    ("in_force", RangeOperators.OVERLAPS),
                    ("recorded", RangeOperators.OVERLAPS),
                ],
                condition=Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | (Q(reviewer__isnull=False) & ~Q(reviewer=F("author"))),
                name="ruling_published_by_second_person",
            ),
            models.CheckConstraint(
                condition=Q(in_force__isempty=False) & Q(in_force__lower_inf=False),
                name="ruling_period_has_a_start",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="ruling_names_its_source"),
            models.CheckConstraint(
                condition=Q(days__isnull=True, day_kind="")
                | (Q(days__isnull=False, days__gte=1) & ~Q(day_kind="")),
                name="ruling_days_have_a_kind",
            ),
            *stage_constraints(),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lawful_basis",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=BASIS_FUNC.format(ruling_id="NEW.id"),
            ),
            pgtrigger.Trigger(
                name="not_harder",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=BURDEN_FUNC.format(ruling_id="NEW.id"),
            ),
            pgtrigger.Trigger(
                name="approval_of_its_place",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("approval_id", "region_id"),
                when=pgtrigger.After,
                condition=pgtrigger.Q(new__approval__isnull=False),
                func=PLACE_FUNC,
            ),
            *kept(),
            *stage_triggers(),
            pgtrigger.Trigger(
                name="published_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func="""
                    IF (to_jsonb(NEW) - 'recorded') IS DISTINCT FROM (to_jsonb(OLD) - 'recorded')
                       OR lower(NEW.recorded) IS DISTINCT FROM lower(OLD.recorded)
                       OR upper(OLD.recorded) IS NOT NULL THEN
                        RAISE EXCEPTION 'ruling_published_stands: ruling %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'ruling_published_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.region} · {self.get_necessity_display()}"

    def get_absolute_url(self) -> str:
        return reverse("registry:ruling", args=[self.pk])

    @property
    def place_url(self) -> str:
        """What holds at the ruling's place today, whichever ruling that is."""
        return reverse("registry:requirement", args=self._place())

    @property
    def dated_url(self) -> str:
        """The lasting address of what this site said on the day it published this, for the day it starts."""
        if self.published_at is None:
            return self.get_absolute_url()
        said = timezone.localdate(self.published_at)
        if self.recorded.upper is not None and timezone.localdate(self.recorded.upper) <= said:
            return self.get_absolute_url()  # corrected within the day: the day's end says something else
        return reverse("registry:requirement_said", args=[*self._place(), self.in_force.lower, said])

    def _place(self) -> list[str]:
        approval = self.approval.ref if self.approval else EVERY_APPROVAL
        return [self.service.code, self.region_id, approval]

    @property
    def verdict(self) -> str:
        """The necessity; `lapsed` for a demand whose legal basis has ended."""
        return "lapsed" if self.lapsed else str(self.necessity)

    @property
    def urn(self) -> str:
        return f"registry.ruling/{self.pk}"


class RulingBasis(models.Model):
    """A provision a ruling rests on; the first is the principal one."""

    ruling = models.ForeignKey(Ruling, models.CASCADE, related_name="bases")
    provision = models.ForeignKey(Provision, models.PROTECT, related_name="bases")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["ruling", "position"]
        constraints = [
            models.UniqueConstraint(fields=["ruling", "provision"], name="ruling_basis_once_per_provision")
        ]
        triggers = [
            *basis_triggers(),
            pgtrigger.Trigger(
                name="lawful_basis",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=BASIS_FUNC.format(ruling_id="OLD.ruling_id"),
            ),
            pgtrigger.Trigger(
                name="not_harder",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=BURDEN_FUNC.format(ruling_id="coalesce(NEW.ruling_id, OLD.ruling_id)"),
            ),
        ]
