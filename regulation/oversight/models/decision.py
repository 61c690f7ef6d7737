import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.registry.models import Provision

from .report import Report


class Outcome(models.TextChoices):
    """How a report is answered."""

    UPHELD = "upheld", _("upheld: it could not be demanded")
    NOT_UPHELD = "not_upheld", _("not upheld")
    OUTSIDE = "outside", _("outside what this site answers")
    NEEDS_RULING = "needs_ruling", _("needs a ruling: passed to the registry's editors")


class Decision(models.Model):
    """An answer to a report, or a proposed one. Round 2 is the review.

    `reasons` goes to the reporter; `public_reasons` names no person. An answer that upholds a report speaks
    against a department, so it takes effect (`issued_at`) only with a second regulator (DESIGN §3.3).
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    reasons = models.TextField()
    public_reasons = models.TextField()
    provision = models.ForeignKey(Provision, models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("answer to a report")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True)
                | ~Q(outcome="upheld")
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("proposed_by"))),
                name="decision_against_a_department_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="upheld") | Q(provision__isnull=False),
                name="decision_against_a_department_cites_an_article",
            ),
            models.CheckConstraint(
                condition=~Q(reasons="") & ~Q(public_reasons=""), name="decision_has_its_reasons"
            ),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True) | Q(returned_at__isnull=True),
                name="decision_issued_or_returned",
            ),
            models.CheckConstraint(condition=Q(round__in=[1, 2]), name="decision_reviewed_once"),
            models.UniqueConstraint(
                fields=["report", "round"],
                condition=Q(returned_at__isnull=True),
                name="decision_one_standing_per_round",
            ),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="issued_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF OLD.issued_at IS NOT NULL OR OLD.returned_at IS NOT NULL
                       OR (to_jsonb(NEW) - ARRAY['confirmed_by_id', 'issued_at', 'returned_at'])
                          IS DISTINCT FROM
                          (to_jsonb(OLD) - ARRAY['confirmed_by_id', 'issued_at', 'returned_at']) THEN
                        RAISE EXCEPTION 'decision_stands_as_issued: decision %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_stands_as_issued';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="review_by_another",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.round = 2 AND EXISTS (
                        SELECT 1 FROM oversight_decision d
                        WHERE d.report_id = NEW.report_id AND d.round = 1 AND d.issued_at IS NOT NULL
                          AND d.proposed_by_id = NEW.proposed_by_id) THEN
                        RAISE EXCEPTION 'decision_review_by_another: report %', NEW.report_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_review_by_another';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} · {self.get_outcome_display()}"

    @property
    def urn(self) -> str:
        return f"oversight.decision/{self.pk}"
