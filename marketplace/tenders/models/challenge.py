import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.parties.models import Entity

from .award import Award
from .tender import Tender


class Remedy(models.TextChoices):
    """What follows when a challenge or a complaint is upheld."""

    EVALUATE = "evaluate", _("evaluate again")
    VOID = "void", _("the tender is void")


class Stage(models.TextChoices):
    """Where a challenge stands; derived from its dates."""

    WAITING = "waiting", _("waits for the owner's answer")
    OVERDUE = "overdue", _("the owner has not answered in time")
    ANSWERED = "answered", _("answered")
    COMPLAINED = "complained", _("complaint filed, to be taken up")
    TAKEN_UP = "taken_up", _("complaint taken up, to be decided")
    REFUSED = "refused", _("complaint not taken up")
    DECIDED = "decided", _("complaint decided")


class Challenge(models.Model):
    """A bidder's challenge (质疑) of the award, the owner's answer, and the complaint (投诉) to the
    regulators that may follow. Free of charge.

    Each limit is fixed when it begins, by the rule then in force. While `holds_up` the award cannot become
    final. `upheld` is the owner's answer, `complaint_upheld` the regulators' decision, by two of them.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="challenges")
    award = models.ForeignKey(Award, models.PROTECT, null=True, related_name="challenges")
    challenger = models.ForeignKey(Entity, models.PROTECT, related_name="challenges")
    grounds = models.TextField()
    sought = models.TextField()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(db_default=Now(), editable=False)
    answer_due_at = models.DateTimeField()
    upheld = models.BooleanField(null=True)
    answer = models.TextField(blank=True)
    remedy = models.CharField(max_length=8, choices=Remedy.choices, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, editable=False)
    complaint_due_at = models.DateTimeField(null=True, editable=False)
    complaint = models.TextField(blank=True)
    complained_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    complained_at = models.DateTimeField(null=True, editable=False)
    acceptance_due_at = models.DateTimeField(null=True, editable=False)
    accepted = models.BooleanField(null=True)
    acceptance_reason = models.TextField(blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, editable=False)
    decision_due_at = models.DateTimeField(null=True, editable=False)
    complaint_upheld = models.BooleanField(null=True)
    decision = models.TextField(blank=True)
    decision_remedy = models.CharField(max_length=8, choices=Remedy.choices, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)
    holds_up = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name = _("challenge")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["award", "challenger"], name="challenge_one_an_award_and_challenger"
            ),
            models.CheckConstraint(
                condition=~Q(grounds="") & ~Q(sought=""), name="challenge_says_what_and_why"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, upheld__isnull=True)
                | (Q(answered_at__isnull=False, upheld__isnull=False) & ~Q(answer="")),
                name="challenge_answered_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(complained_at__isnull=True)
                | (Q(complained_at__lt=F("complaint_due_at")) & ~Q(complaint="")),
                name="complaint_in_time",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted__isnull=True)
                | (Q(accepted_at__isnull=False, accepted__isnull=False) & ~Q(acceptance_reason="")),
                name="complaint_taken_up_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False, accepted=True)
                    & ~Q(decision="")
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="complaint_decided_by_two",
            ),
            models.CheckConstraint(
                condition=(Q(upheld=True) & ~Q(remedy=""))
                | (Q(remedy="") & ~Q(upheld=True))
                | Q(upheld__isnull=True, remedy=""),
                name="challenge_upheld_with_a_remedy",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="grounds_stand",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "grounds", "sought", "challenger", "tender", "award", "filed_at"
                ),
            ),
            pgtrigger.Protect(
                name="decision_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
            *kept(),
        ]

    def get_absolute_url(self) -> str:
        return reverse("tenders:challenge", args=[self.pk])

    @property
    def urn(self) -> str:
        return f"tenders.challenge/{self.pk}"
