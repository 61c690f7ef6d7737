from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from . import review_guards as guards
from .contract import Contract
from .review import Review, Reviewer


class PleaKind(models.TextChoices):
    """What somebody asks the operating centre to decide."""

    OBJECTION = "objection", _("objection to a review")
    COMPLAINT = "complaint", _("complaint about quality")


class PleaOutcome(models.TextChoices):
    UPHELD = "upheld", _("upheld")
    REJECTED = "rejected", _("rejected")


class Plea(models.Model):
    """An objection to a review, or a complaint about the quality of work: the centre decides by two people.

    Until `reply_until` the other side may reply, once; then one of the centre's people proposes and another
    decides, by `due_at`. An objection that is upheld sets the review aside; a complaint that is upheld is a
    verified one. What was put stands, and so does what was decided.
    """

    ref = models.SlugField(max_length=24, unique=True)
    kind = models.CharField(max_length=10, choices=PleaKind.choices)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="pleas")
    review = models.ForeignKey(Review, models.PROTECT, null=True, related_name="objections")
    side = models.CharField(max_length=10, choices=Reviewer.choices)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    reason = models.TextField(max_length=2000)
    reply_until = models.DateTimeField()
    due_at = models.DateTimeField()
    reply = models.TextField(max_length=2000, blank=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True, editable=False)
    outcome = models.CharField(max_length=8, choices=PleaOutcome.choices, blank=True)
    outcome_reason = models.TextField(max_length=2000, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("objection or complaint")
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(decided_at__isnull=True), name="plea_waiting")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=PleaKind.OBJECTION, review__isnull=False)
                | Q(kind=PleaKind.COMPLAINT, review__isnull=True),
                name="plea_objects_to_a_review",
            ),
            models.UniqueConstraint(fields=["review"], name="objection_once_a_review"),
            models.UniqueConstraint(
                fields=["contract", "side"],
                condition=Q(kind=PleaKind.COMPLAINT, decided_at__isnull=True),
                name="complaint_one_waits_a_side",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="plea_says_why"),
            models.CheckConstraint(
                condition=Q(proposed_at__isnull=True, outcome="", proposed_by__isnull=True)
                | (
                    Q(proposed_at__isnull=False, proposed_by__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(outcome_reason="")
                ),
                name="plea_proposed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False, proposed_by__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="plea_decided_by_two",
            ),
        ]
        triggers = [guards.plea_guard(), guards.plea_stands(), *kept()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.contract}"

    def get_absolute_url(self) -> str:
        return reverse("contracts:plea", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"contracts.plea/{self.ref}"
