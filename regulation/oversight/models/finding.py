import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity, Region


class FindingKind(models.TextChoices):
    """What was found. A lead is a reason to look, not a finding of wrong."""

    CONFLICT = "conflict", _("conflict of interests")
    UNKNOWN = "unknown", _("an interest leaves it open")
    AWARD_CONFLICT = "award_conflict", _("conflict known after an award")
    LATE_DECLARATION = "late_declaration", _("late declaration")
    CONTRADICTED = "contradicted", _("declaration contradicted by the record")
    BIDDERS_SHARE = "bidders_share", _("bidders share people, contact or premises")
    MONEY = "money", _("payments of a contract do not fit")
    UNSIGNED = "unsigned", _("contract not signed by its owner")
    UNDECIDED = "undecided", _("dispute not decided in time by its mediator")
    DRIFT = "drift", _("price of a contract moved beyond the limit")
    EARLIER_CONTACTS = "earlier_contacts", _("lead: contacts in common changed shortly before an opening")
    DESIGNATION = "designation", _("lead: one firm wins more than chance explains")
    REVIEW_RING = "review_ring", _("lead: two parties keep rating each other at the top")
    RETALIATION = "retaliation", _("lead: a low review soon after a low review, objection or complaint")


LEADS = (
    FindingKind.EARLIER_CONTACTS,
    FindingKind.DESIGNATION,
    FindingKind.REVIEW_RING,
    FindingKind.RETALIATION,
)
"""Reasons to look. The firm is not told of them."""


class FindingStatus(models.TextChoices):
    """Where a finding stands. It leaves `open` by a decision of people alone."""

    OPEN = "open", _("open")
    EXPLAINED = "explained", _("explained")
    UPHELD = "upheld", _("closed against the firm")


class Finding(models.Model):
    """Something the records show about a firm, until people explain it or close it against the firm.

    `ref` is random and tells nothing. `key` names what was found, so that seeing it again finds this row.
    `entity` is the firm concerned, `department` the other side. `evidence` holds chain and digests,
    `evidence_digest` SHA-256 over it. `cleared_at` is set while the records no longer show it. `after_award`:
    what it concerns was closed when it became known.
    """

    ref = models.SlugField(max_length=14, unique=True)
    key = models.CharField(max_length=300, unique=True)
    kind = models.CharField(max_length=18, choices=FindingKind.choices)
    subject = models.CharField(max_length=120)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="findings")
    department = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="findings_beside")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    rule_code = models.CharField(max_length=60, blank=True)
    rule_pack = models.CharField(max_length=30, blank=True)
    provision_ref = models.CharField(max_length=80, blank=True)
    evidence = models.JSONField(default=dict)
    evidence_digest = models.CharField(max_length=64)
    after_award = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=FindingStatus.choices, default=FindingStatus.OPEN)
    closure = models.OneToOneField(
        "oversight.Closure", models.PROTECT, null=True, related_name="closes", db_index=True
    )
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("finding")
        ordering = ["-last_seen", "-pk"]
        indexes = [
            models.Index(fields=["entity", "-last_seen"], name="finding_of_a_firm"),
            models.Index(fields=["status", "-last_seen", "-id"], name="finding_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", closure__isnull=True)
                | (~Q(status="open") & Q(closure__isnull=False)),
                name="finding_closed_by_a_decision_alone",
            ),
            models.CheckConstraint(condition=Q(first_seen__lte=F("last_seen")), name="finding_seen_in_order"),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="closed_in_effect",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NEW.closure_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM oversight_closure c
                        WHERE c.id = NEW.closure_id AND c.finding_id = NEW.id AND c.effective_at IS NOT NULL
                          AND c.outcome = NEW.status) THEN
                        RAISE EXCEPTION 'finding_closed_in_effect: finding %', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_closed_in_effect';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} · {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("oversight:finding", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"oversight.finding/{self.ref}"


class Closure(models.Model):
    """Why a finding is explained, or closed against the firm. Against the firm it takes a second regulator
    (DESIGN §3.3); an explanation takes effect at once.
    """

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="closures")
    outcome = models.CharField(
        max_length=10,
        choices=[
            (FindingStatus.EXPLAINED, FindingStatus.EXPLAINED.label),
            (FindingStatus.UPHELD, FindingStatus.UPHELD.label),
        ],
    )
    reason = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    effective_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("closure of a finding")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_at__isnull=True)
                | ~Q(outcome="upheld")
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("proposed_by"))),
                name="closure_against_a_firm_by_two",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="closure_gives_its_reason"),
            models.CheckConstraint(
                condition=Q(effective_at__isnull=True) | Q(returned_at__isnull=True),
                name="closure_effective_or_returned",
            ),
            models.UniqueConstraint(
                fields=["finding"],
                condition=Q(effective_at__isnull=True, returned_at__isnull=True),
                name="closure_one_waiting_per_finding",
            ),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="effective_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF OLD.effective_at IS NOT NULL OR OLD.returned_at IS NOT NULL
                       OR (to_jsonb(NEW) - ARRAY['confirmed_by_id', 'effective_at', 'returned_at'])
                          IS DISTINCT FROM
                          (to_jsonb(OLD) - ARRAY['confirmed_by_id', 'effective_at', 'returned_at']) THEN
                        RAISE EXCEPTION 'closure_stands: closure %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'closure_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    @property
    def urn(self) -> str:
        return f"oversight.closure/{self.pk}"


class FindingEventKind(models.TextChoices):
    """What can happen to a finding."""

    FOUND = "found", _("Found")
    CHANGED = "changed", _("Seen with other evidence")
    CLEARED = "cleared", _("The records no longer show it")
    BACK = "back", _("The records show it again")
    REPLIED = "replied", _("The firm replied")
    PROPOSED = "proposed", _("A closure waits for a second regulator")
    RETURNED = "returned", _("The second regulator returned the closure")
    EXPLAINED = "explained", _("Explained")
    UPHELD = "upheld", _("Closed against the firm")


class FindingEvent(models.Model):
    """One thing that happened to a finding; a reply of the firm is one row each. Append-only.

    The firm reads its own replies and the reasons of what is decided, and nothing that only waits.
    """

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=FindingEventKind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("event of a finding")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="replied") | ~Q(text=""), name="finding_reply_says_something"
            )
        ]
        triggers = append_only()
