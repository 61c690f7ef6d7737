from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity

from .check import Outcome


class SweepStatus(models.TextChoices):
    """How far a sweep is."""

    RUNNING = "running", _("running")
    DONE = "done", _("done")


class Sweep(models.Model):
    """One judgement over all departments and all intermediaries, as of a day and as known at a moment.

    It goes on where it stopped: `last_department` is the key of the last department done, in order of keys.
    `pairs` is what there is to judge, `judged` the pairs some interest joins at all. `undeclared` counts
    intermediaries without a declaration of interests, to whom no gate opens. `digest` is SHA-256 over the
    pairs found.
    """

    on = models.DateField()
    known_at = models.DateTimeField()
    rule_pack = models.CharField(max_length=30)
    status = models.CharField(max_length=8, choices=SweepStatus.choices, default=SweepStatus.RUNNING)
    last_department = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    intermediaries = models.PositiveIntegerField()
    undeclared = models.PositiveIntegerField(default=0)
    judged = models.PositiveIntegerField(default=0)
    conflicted = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    exempt = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    moved_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sweep")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="running"), name="sweep_one_running_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(status="running", finished_at__isnull=True)
                | (Q(status="done", finished_at__isnull=False) & ~Q(digest="")),
                name="sweep_done_has_its_digest",
            ),
            models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="sweep_within_its_total"),
        ]
        triggers = kept()

    def get_absolute_url(self) -> str:
        return reverse("decoupling:sweep", args=[self.pk])

    @property
    def pairs(self) -> int:
        return self.total * self.intermediaries

    @property
    def urn(self) -> str:
        return f"decoupling.sweep/{self.pk}"


class SweptPair(models.Model):
    """A pair that a sweep found barred, in doubt, or open by exemption alone. Append-only.

    `chain` is what decided; `input_digest` SHA-256 over graph, matter and rule pack, as of a check.
    """

    sweep = models.ForeignKey(Sweep, models.PROTECT, related_name="found")
    intermediary = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    department = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    rule_code = models.CharField(max_length=60, blank=True)
    provision_ref = models.CharField(max_length=80, blank=True)
    reason_code = models.CharField(max_length=60, blank=True)
    chain = models.JSONField(default=list)
    input_digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("pair found by a sweep")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sweep", "intermediary", "department"], name="swept_pair_once_per_sweep"
            ),
        ]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"decoupling.swept_pair/{self.pk}"
