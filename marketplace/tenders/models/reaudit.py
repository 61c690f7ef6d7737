from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check, Outcome
from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity

from .award import Award


class ReauditStatus(models.TextChoices):
    """How far an audit of awards is."""

    RUNNING = "running", _("running")
    DONE = "done", _("done")


class Reaudit(models.Model):
    """Every award judged again for its own day: by what was known then, and by what was known at `known_at`.

    It goes on where it stopped: `last_award` is the key of the last award that is done. The four counts are
    of awards conflicted as known then, and as known now; `digest` is SHA-256 over what was found.
    """

    known_at = models.DateTimeField()
    rule_pack = models.CharField(max_length=30)
    status = models.CharField(max_length=8, choices=ReauditStatus.choices, default=ReauditStatus.RUNNING)
    last_award = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    both = models.PositiveIntegerField(default=0)
    then_alone = models.PositiveIntegerField(default=0)
    now_alone = models.PositiveIntegerField(default=0)
    neither = models.PositiveIntegerField(default=0)
    pairs_tested = models.PositiveIntegerField(default=0)
    field_pairs_tested = models.PositiveIntegerField(default=0)
    uncontested = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    moved_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("audit of awards")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="running"), name="reaudit_one_running_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(done=F("both") + F("then_alone") + F("now_alone") + F("neither")),
                name="reaudit_cells_add_up",
            ),
        ]
        triggers = kept()

    def get_absolute_url(self) -> str:
        return reverse("tenders:reaudit", args=[self.pk])

    @property
    def urn(self) -> str:
        return f"tenders.reaudit/{self.pk}"


class ReauditedAward(models.Model):
    """One award in an audit: outcome, rule and chain by each of the two states of knowledge. Append-only.

    `gate_made` is the check that opens the story of a conflict that became known after the award.
    """

    reaudit = models.ForeignKey(Reaudit, models.PROTECT, related_name="awards")
    award = models.ForeignKey(Award, models.PROTECT, related_name="+")
    then_outcome = models.CharField(max_length=10, choices=Outcome.choices)
    then_rule = models.CharField(max_length=60, blank=True)
    then_chain = models.JSONField(default=list)
    then_digest = models.CharField(max_length=64)
    now_outcome = models.CharField(max_length=10, choices=Outcome.choices)
    now_rule = models.CharField(max_length=60, blank=True)
    now_chain = models.JSONField(default=list)
    now_digest = models.CharField(max_length=64)
    gate_made = models.ForeignKey(Check, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("award judged again")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["reaudit", "award"], name="reaudited_award_once_per_audit")
        ]
        indexes = [
            models.Index(fields=["reaudit", "then_outcome", "now_outcome"], name="reaudited_award_cell")
        ]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"tenders.reaudited_award/{self.pk}"


class Basis(models.TextChoices):
    """Among whom a fair market would choose."""

    BIDDERS = "bidders", _("among the bidders")
    FIELD = "field", _("among all who could have served")


class DesignationShare(models.Model):
    """A firm's part in a department's work, with the chance of it in a fair market. Append-only.

    Only pairs whose corrected chance is at most the rate of leads are kept; `Reaudit.pairs_tested` and
    `field_pairs_tested` tell of how many. `uncontested` of its wins had no second valid bidder.
    """

    reaudit = models.ForeignKey(Reaudit, models.PROTECT, related_name="leads")
    department = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    basis = models.CharField(max_length=8, choices=Basis.choices, default=Basis.BIDDERS)
    uncontested = models.PositiveIntegerField(default=0)
    tenders = models.PositiveIntegerField()
    wins = models.PositiveIntegerField()
    expected = models.FloatField()
    p = models.FloatField()
    q = models.FloatField()

    @property
    def share(self) -> float:
        """Per cent won of what it could have won."""
        return 100 * self.wins / self.tenders

    class Meta:
        verbose_name = _("designation lead")
        ordering = ["q", "p", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reaudit", "department", "firm"], name="designation_share_once_per_audit"
            )
        ]
        triggers = append_only()
