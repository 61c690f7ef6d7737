import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity

from .bid import Bid
from .tender import Tender


class Evaluation(models.Model):
    """The order a method found among the bids in the running, with all it was found from. Append-only.

    `standing` is [{bid, rank, score, parts, tied}] best first, `left` [{bid, why}] those it does not rank;
    `digest` is SHA-256 over method, parameters and what was known of each bid.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="evaluations")
    number = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=20)
    parameters = models.JSONField(default=dict)
    standing = models.JSONField(default=list)
    left = models.JSONField(default=list)
    reference = models.CharField(max_length=30, blank=True)
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("evaluation")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["tender", "number"], name="evaluation_numbered_once")]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"tenders.evaluation/{self.pk}"


class Evaluator(models.Model):
    """Somebody who scores the bids of a tender alone. `recused_at` ends that, with its reason.

    `handed_in_at` is when its scores became fixed; until all have handed in nobody sees another's.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="evaluators")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    named_at = models.DateTimeField(db_default=Now(), editable=False)
    handed_in_at = models.DateTimeField(null=True, editable=False)
    remark = models.TextField(blank=True)
    recused_at = models.DateTimeField(null=True, editable=False)
    recusal_reason = models.CharField(max_length=300, blank=True)
    recused_for = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("evaluator")
        constraints = [
            models.UniqueConstraint(fields=["tender", "user"], name="evaluator_once_a_tender"),
            models.CheckConstraint(
                condition=Q(recused_at__isnull=True, recusal_reason="")
                | (Q(recused_at__isnull=False) & ~Q(recusal_reason="")),
                name="evaluator_recused_with_a_reason",
            ),
        ]
        triggers = kept()

    @property
    def urn(self) -> str:
        return f"tenders.evaluator/{self.pk}"


class Score(models.Model):
    """The points one evaluator gives one bid for one criterion. Fixed once the evaluator handed in."""

    evaluator = models.ForeignKey(Evaluator, models.PROTECT, related_name="scores")
    bid = models.ForeignKey(Bid, models.PROTECT, related_name="scores")
    criterion = models.CharField(max_length=60)
    points = models.DecimalField(max_digits=5, decimal_places=2)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("score")
        constraints = [
            models.UniqueConstraint(fields=["evaluator", "bid", "criterion"], name="score_once"),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=100), name="score_in_range"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="fixed_once_handed_in",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    DECLARE e public.tenders_evaluator%ROWTYPE;
                    BEGIN
                    SELECT * INTO e FROM public.tenders_evaluator
                    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.evaluator_id ELSE NEW.evaluator_id END
                    FOR SHARE;
                    IF e.handed_in_at IS NOT NULL OR e.recused_at IS NOT NULL THEN
                        RAISE EXCEPTION 'score_fixed_once_handed_in: evaluator %', e.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'score_fixed_once_handed_in';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                    END;
                """,
            )
        ]


class LowPrice(models.Model):
    """A bidder asked to justify an abnormally low price: by which rule, until when, its answer, the decision.

    A price that is accepted takes one person with a reason; one that is not takes two (Exclusion).
    """

    bid = models.OneToOneField(Bid, models.PROTECT, related_name="low_price")
    grounds = models.JSONField()  # [{test, against, bound}]
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, editable=False)
    accepted = models.BooleanField(null=True)
    decision = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("abnormally low price")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, accepted__isnull=True)
                | (Q(decided_at__isnull=False, accepted__isnull=False) & ~Q(decision="")),
                name="low_price_decided_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__lt=F("due_at")),
                name="low_price_answered_in_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True)
                | Q(answered_at__isnull=False)
                | Q(decided_at__gte=F("due_at")),
                name="low_price_heard_before_it_is_decided",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decided_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
            *kept(),
        ]

    @property
    def urn(self) -> str:
        return f"tenders.low_price/{self.pk}"
