from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only
from regulation.parties.models import Entity

from .guards import clear_is_true


class Outcome(models.TextChoices):
    """What a check says. Only clear opens a gate (DESIGN §3.4)."""

    CLEAR = "clear", _("clear")
    CONFLICTED = "conflicted", _("conflicted")
    UNKNOWN = "unknown", _("not yet known")


class Gate(models.TextChoices):
    """Where a check stands."""

    REGISTRATION = "registration", _("registration")
    OFFER = "offer", _("offer")
    BID = "bid", _("bid")
    DRAW_POOL = "draw_pool", _("draw pool")
    OPENING = "opening", _("opening")
    AWARD = "award", _("award")
    CONTRACT = "contract", _("contract")
    PAYOUT = "payout", _("payout")
    MEDIATION = "mediation", _("mediation of a dispute")
    INQUIRY = "inquiry", _("inquiry")
    RECHECK = "recheck", _("recheck after a change")


class Check(models.Model):
    """One run of the rules over the interest graph: rerunnable from what it stores. Append-only.

    `chain` is the list of interests that decided, each with its source; `grounds` is everything the rules
    found. `input_digest` is SHA-256 over the canonical graph, matter and rule pack, `doubt_digest` over what
    left it open. `on` is the day it speaks
    for, `known_at` the moment whose knowledge it used. An unknown waits for a person until `due_at`. `ref` is
    random, so that no address tells a firm how many were checked before it. `of` is the URN of what it was
    asked for, such as a tender: no part of what the rules see.
    """

    ref = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    intermediary = models.ForeignKey(Entity, models.PROTECT, related_name="checks")
    department = models.ForeignKey(Entity, models.PROTECT, related_name="checks_against")
    gate = models.CharField(max_length=14, choices=Gate.choices)
    of = models.CharField(max_length=80, blank=True, db_default="", editable=False)
    on = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, db_index=True)
    rule_code = models.CharField(max_length=60, blank=True)
    rule_pack = models.CharField(max_length=30)
    provision_ref = models.CharField(max_length=80, blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    chain = models.JSONField(default=list)
    grounds = models.JSONField(default=list)
    graph = models.JSONField(default=list)
    matter = models.JSONField(default=dict)
    known_at = models.DateTimeField(null=True)
    input_digest = models.CharField(max_length=64)
    doubt_digest = models.CharField(max_length=64, blank=True, db_index=True)
    due_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("check")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["intermediary", "department", "-id"], name="check_of_a_pair"),
            models.Index(fields=["due_at"], condition=Q(outcome="unknown"), name="check_waiting"),
            models.Index(fields=["of"], condition=~Q(of=""), name="check_of_something"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="conflicted") | (~Q(rule_code="") & ~Q(chain=[])),
                name="check_conflict_shows_rule_and_chain",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="unknown") | Q(due_at__isnull=False),
                name="check_unknown_waits_until_a_day",
            ),
        ]
        triggers = [clear_is_true(), *append_only()]

    def __str__(self) -> str:
        return f"{self.intermediary} / {self.department}: {self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        return reverse("decoupling:check", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"decoupling.check/{self.pk}"


class DisclosedCheck(models.Model):
    """A check that told who bids, and that everyone may read of now: its award is final. Append-only."""

    check_made = models.OneToOneField(Check, models.PROTECT, related_name="disclosure")
    disclosed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("disclosure of a check")
        triggers = append_only()


class Unsealed(models.Model):
    """What checks were asked for, such as a tender, whose bids are open: from then on a list for regulators
    may show the checks that told who bids. Append-only."""

    of = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("opening of what checks were asked for")
        triggers = append_only()


class OverdueReferral(models.Model):
    """Two regulators did not answer a doubt in time. One for a pair and a doubt. Append-only."""

    check_made = models.OneToOneField(Check, models.PROTECT, related_name="overdue")
    intermediary = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    department = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    doubt_digest = models.CharField(max_length=64)
    noted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("overdue referral")
        constraints = [
            models.UniqueConstraint(
                fields=["intermediary", "department", "doubt_digest"], name="overdue_once_a_doubt"
            )
        ]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"decoupling.overdue/{self.pk}"


class Determination(models.Model):
    """A regulator's answer to an unknown check: one person proposes, a second confirms (DESIGN §3.3).

    It counts for the pair as long as the graph digest is the same.
    """

    check_made = models.ForeignKey(Check, models.PROTECT, related_name="determinations")
    outcome = models.CharField(
        max_length=10, choices=[(Outcome.CLEAR, _("clear")), (Outcome.CONFLICTED, _("conflicted"))]
    )
    reason = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("determination")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True)
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=models.F("proposed_by"))),
                name="determination_confirmed_by_second_person",
            ),
            models.UniqueConstraint(
                fields=["check_made"],
                condition=Q(rejected_at__isnull=True),
                name="determination_one_standing",
            ),
        ]

    @property
    def urn(self) -> str:
        return f"decoupling.determination/{self.pk}"
