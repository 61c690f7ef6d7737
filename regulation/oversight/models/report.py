import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.parties.models import Entity, Region
from regulation.registry.models import Approval, Necessity, Ruling, Service

NONE, UNCHECKED = "none", "unchecked"  # no ruling on record; a demand that rulings do not speak of


class Kind(models.TextChoices):
    """What was demanded."""

    SERVICE = "service", _("an intermediary's service")
    DESIGNATED = "designated", _("a service from a firm the department named")
    PAPER = "paper", _("a paper that an office holds itself")


class Verdict(models.TextChoices):
    """What the ruling in force said on the day, as found when the report was filed."""

    MANDATORY = Necessity.MANDATORY.value, Necessity.MANDATORY.label
    OPTIONAL = Necessity.OPTIONAL.value, Necessity.OPTIONAL.label
    COMMISSIONED = Necessity.COMMISSIONED.value, Necessity.COMMISSIONED.label
    AREA_ASSESSED = Necessity.AREA_ASSESSED.value, Necessity.AREA_ASSESSED.label
    ABOLISHED = Necessity.ABOLISHED.value, Necessity.ABOLISHED.label
    LAPSED = "lapsed", _("basis ended")
    NONE = NONE, _("no ruling on record")
    UNCHECKED = UNCHECKED, _("not a service on record")


CHANGING = ("taken_by_id", "taken_at", "withdrawn_at", "answer_id", "answered_at", "answer_days")
REVIEWING = ("review_asked_at", "review_due_on", "review_taken_by_id")
KEEPING = ("reporter_id",)


class Report(models.Model):
    """Somebody was asked for a service or paper and says that it is not required here.

    `ref` is random and tells nothing. `due_on` is the last day for the answer (working days of the State
    Council's calendar). `ruling` and `verdict` are what stood on record for `asked_on` at the filing and
    never change. Who reported stands in `reporter`, `contact`, `account` or nowhere; `reporter` may be filled
    in once, afterwards, by whoever has the code, of which `follow_up_digest` is the SHA-256. None of these is
    public, and no department sees them. `answer` is the decision in effect; `answer_days` the working days
    that the first one took.
    """

    ref = models.SlugField(max_length=14, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    department = models.ForeignKey(Entity, models.PROTECT, related_name="reports")
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="reports")
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="reports")
    region = models.ForeignKey(Region, models.PROTECT, related_name="reports")
    words = models.CharField(max_length=300, blank=True)
    firm = models.CharField(max_length=200, blank=True)
    asked_on = models.DateField()
    account = models.TextField()
    contact = models.CharField(max_length=200, blank=True)
    ruling = models.ForeignKey(Ruling, models.PROTECT, null=True, related_name="reports")
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="reports")
    follow_up_digest = models.CharField(max_length=64)
    assisted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    counter = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    filed_at = models.DateTimeField(db_default=Now())
    due_on = models.DateField()
    is_invented = models.BooleanField(default=False)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    answer = models.OneToOneField(
        "oversight.Decision", models.PROTECT, null=True, related_name="answers", db_index=True
    )
    answered_at = models.DateTimeField(null=True)
    answer_days = models.PositiveSmallIntegerField(null=True)
    review_asked_at = models.DateTimeField(null=True)
    review_due_on = models.DateField(null=True)
    review_taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("report of a demand")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["department", "filed_at"], name="report_of_department"),
            models.Index(fields=["-answered_at", "-id"], name="report_newest_answer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__isnull=True, answered_at__isnull=True, answer_days__isnull=True)
                | Q(answer__isnull=False, answered_at__isnull=False, answer_days__isnull=False),
                name="report_answer_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True, taken_at__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="report_taken_by_somebody_at_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(taken_by__isnull=True) | Q(reporter__isnull=True) | ~Q(taken_by=F("reporter")))
                & (
                    Q(review_taken_by__isnull=True)
                    | Q(reporter__isnull=True)
                    | ~Q(review_taken_by=F("reporter"))
                )
                & (Q(taken_by__isnull=True) | Q(assisted_by__isnull=True) | ~Q(taken_by=F("assisted_by"))),
                name="report_not_handled_by_who_filed_it",
            ),
            models.CheckConstraint(
                condition=Q(review_asked_at__isnull=True, review_due_on__isnull=True)
                | Q(review_asked_at__isnull=False, review_due_on__isnull=False, answer__isnull=False),
                name="report_review_follows_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(answer__isnull=True),
                name="report_withdrawn_before_its_answer",
            ),
            models.CheckConstraint(
                condition=Q(service__isnull=False) | ~Q(words=""), name="report_says_what_was_asked"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=[NONE, UNCHECKED]) | Q(ruling__isnull=False),
                name="report_verdict_has_its_ruling",
            ),
            models.CheckConstraint(
                condition=Q(assisted_by__isnull=True)
                | (Q(counter__isnull=False) & (Q(reporter__isnull=True) | ~Q(reporter=F("assisted_by")))),
                name="report_assisted_is_not_the_clerks_own",
            ),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="filed_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"""
                    IF (to_jsonb(NEW) - ARRAY{[*CHANGING, *REVIEWING, *KEEPING]!r})
                       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY{[*CHANGING, *REVIEWING, *KEEPING]!r})
                       OR (OLD.reporter_id IS NOT NULL AND NEW.reporter_id IS DISTINCT FROM OLD.reporter_id)
                       OR (OLD.taken_by_id IS NOT NULL AND NEW.taken_by_id IS DISTINCT FROM OLD.taken_by_id)
                       OR (OLD.withdrawn_at IS NOT NULL
                           AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
                       OR (OLD.answered_at IS NOT NULL AND NEW.answered_at IS DISTINCT FROM OLD.answered_at)
                       OR (OLD.review_asked_at IS NOT NULL
                           AND NEW.review_asked_at IS DISTINCT FROM OLD.review_asked_at) THEN
                        RAISE EXCEPTION 'report_stands_as_filed: report %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_stands_as_filed';
                    END IF;
                    IF NEW.reporter_id IS DISTINCT FROM OLD.reporter_id AND EXISTS (
                        SELECT 1 FROM oversight_decision d WHERE d.report_id = NEW.id
                          AND NEW.reporter_id IN (d.proposed_by_id, d.confirmed_by_id)) THEN
                        RAISE EXCEPTION 'report_not_handled_by_who_filed_it: report %', OLD.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'report_not_handled_by_who_filed_it';
                    END IF;
                    IF NEW.answer_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM oversight_decision d WHERE d.id = NEW.answer_id
                          AND d.report_id = NEW.id AND d.issued_at IS NOT NULL) THEN
                        RAISE EXCEPTION 'report_answered_by_an_issued_decision: report %', OLD.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'report_answered_by_an_issued_decision';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("oversight:report", args=[self.ref])

    @property
    def desk_url(self) -> str:
        return reverse("oversight:handle", args=[self.ref])

    @property
    def status_url(self) -> str:
        return reverse("oversight:status", args=[self.ref])

    @property
    def handler_id(self) -> int | None:
        """Who handles it now: the second taker once a review is asked for."""
        return self.review_taken_by_id if self.review_asked_at else self.taken_by_id

    @property
    def urn(self) -> str:
        return f"oversight.report/{self.ref}"
