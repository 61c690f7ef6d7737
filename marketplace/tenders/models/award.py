import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check
from regulation.ledger.triggers import kept

from .bid import Bid
from .tender import Tender


def needs_a_clear_check() -> pgtrigger.Trigger:
    """At the commit an award's check is of the award gate, for this bidder and department, on record in the
    ledger, clear, made within the hour, still true to the record, and not followed by one that is not clear
    (优化营商环境条例 43): `decoupling_clear`, which contracts and payouts ask too. Tables are named with
    their schema: a temporary table cannot stand in for one.
    """
    return pgtrigger.Trigger(
        name="needs_a_clear_check",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM public.tenders_bid b JOIN public.tenders_tender t ON t.id = b.tender_id
                WHERE b.id = NEW.bid_id AND t.id = NEW.tender_id
                  AND public.decoupling_clear(NEW.gate_id, 'award', b.tenderer_id, t.department_id)
            ) THEN
                RAISE EXCEPTION 'award_needs_a_clear_check: tender %', NEW.tender_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'award_needs_a_clear_check';
            END IF;
            RETURN NULL;
        """,
    )


class Opening(models.Model):
    """The opening of a tender's envelopes. One a tender: two at once make one."""

    tender = models.OneToOneField(Tender, models.PROTECT, related_name="opening")
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    bids_opened = models.PositiveIntegerField()
    bids_void = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("opening")


class EndKind(models.TextChoices):
    """Why an award no longer stands."""

    WITHDRAWN = "withdrawn", _("the winner withdrew")
    DISQUALIFIED = "disqualified", _("the winner was disqualified")
    CHALLENGED = "challenged", _("a challenge or complaint was upheld")
    UNSIGNED = "unsigned", _("the winner did not sign the contract in time")
    LAPSED = "lapsed", _("the owner did not sign the contract in time")
    VOID = "void", _("the tender was declared void")


class AwardQuerySet(models.QuerySet["Award"]):
    def live(self) -> "AwardQuerySet":
        """Awards that stand: at most one a lot."""
        return self.filter(ended_at__isnull=True)

    def final(self) -> "AwardQuerySet":
        """Awards whose standstill is over and that nothing holds up: a contract may follow."""
        return self.live().filter(final_at__isnull=False)


class Award(models.Model):
    """Who won, at which price, by which rule (OCDS award). `gate` is the check made again at the award.

    One person proposed it, `awarded_by` approved it. Nothing follows from it before `standstill_until`
    (exclusive); `final_at` is when it became final, `ended_at` when it ceased to stand.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="awards")
    lot = models.PositiveSmallIntegerField(default=1)
    bid = models.ForeignKey(Bid, models.PROTECT, related_name="awards")
    evaluation = models.ForeignKey("tenders.Evaluation", models.PROTECT, null=True, related_name="+")
    price = models.DecimalField(max_digits=12, decimal_places=2)
    gate = models.ForeignKey(Check, models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    awarded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    awarded_at = models.DateTimeField(db_default=Now(), editable=False)
    reason = models.TextField(blank=True)
    passed_over = models.JSONField(default=list)  # [{bid, reason, check}] better bids the gate kept out
    standstill_until = models.DateTimeField(null=True, editable=False)
    final_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    end_kind = models.CharField(max_length=12, choices=EndKind.choices, blank=True)
    end_reason = models.TextField(blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("award")
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="award_price_is_positive"),
            models.UniqueConstraint(
                fields=["tender", "lot"], condition=Q(ended_at__isnull=True), name="award_one_live_per_lot"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_kind="", end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(end_kind="") & ~Q(end_reason="")),
                name="award_ends_with_a_reason",
            ),
        ]
        triggers = [
            needs_a_clear_check(),
            pgtrigger.Trigger(
                name="by_two_people",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.proposed_by_id IS NULL OR NEW.proposed_by_id = NEW.awarded_by_id
                       OR NEW.standstill_until IS NULL THEN
                        RAISE EXCEPTION 'award_by_two_people: tender %', NEW.tender_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'award_by_two_people';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    DECLARE ends text[] := ARRAY['final_at', 'ended_at', 'end_kind', 'end_reason',
                                                 'ended_by_id'];
                    BEGIN
                    IF (to_jsonb(NEW) - ends) IS DISTINCT FROM (to_jsonb(OLD) - ends)
                       OR OLD.ended_at IS NOT NULL
                       OR (OLD.final_at IS NOT NULL AND NEW.final_at IS DISTINCT FROM OLD.final_at) THEN
                        RAISE EXCEPTION 'award_stands: award %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'award_stands';
                    END IF;
                    IF OLD.final_at IS NULL AND NEW.final_at IS NOT NULL AND (
                        NOT EXISTS (SELECT 1 FROM public.tenders_tender t
                                    WHERE t.id = OLD.tender_id
                                      AND public.tenders_state(t, clock_timestamp()) = 'awarded')
                        OR EXISTS (SELECT 1 FROM public.tenders_challenge c
                                   WHERE c.tender_id = OLD.tender_id AND c.holds_up)) THEN
                        RAISE EXCEPTION 'award_waits: award %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'award_waits';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            *kept(),
        ]

    @property
    def urn(self) -> str:
        return f"tenders.award/{self.pk}"


class AwardProposal(models.Model):
    """An award one person proposes and another approves or declines. One waits at a time."""

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="proposals")
    lot = models.PositiveSmallIntegerField(default=1)
    bid = models.ForeignKey(Bid, models.PROTECT, related_name="+")
    evaluation = models.ForeignKey("tenders.Evaluation", models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    passed_over = models.JSONField(default=list)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)
    declined_because = models.TextField(blank=True)

    class Meta:
        verbose_name = _("proposal of an award")
        constraints = [
            models.UniqueConstraint(
                fields=["tender", "lot"], condition=Q(decided_at__isnull=True), name="proposal_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="proposal_decided_by_another",
            ),
        ]
        triggers = kept()

    @property
    def urn(self) -> str:
        return f"tenders.proposal/{self.pk}"


class ExclusionKind(models.TextChoices):
    """Why an opened bid is out of the running."""

    WITHDREW = "withdrew", _("the bidder withdrew after the opening")
    DISQUALIFIED = "disqualified", _("the bidder was disqualified")
    PRICE = "price", _("its abnormally low price was not justified")
    CHALLENGE = "challenge", _("a challenge or complaint was upheld")


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def waiting(self) -> "ExclusionQuerySet":
        """Proposed, and not decided by a second person yet."""
        return self.filter(confirmed_at__isnull=True, declined_at__isnull=True)

    def confirmed(self) -> "ExclusionQuerySet":
        return self.filter(confirmed_at__isnull=False)


class Exclusion(models.Model):
    """A bid out of the running after the opening, with its reason.

    Its bidder alone may withdraw it; whatever is decided against a bidder takes a second person.
    """

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="exclusions")
    kind = models.CharField(max_length=12, choices=ExclusionKind.choices)
    reason = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, editable=False)
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    declined_at = models.DateTimeField(null=True, editable=False)

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exclusion of a bid")
        constraints = [
            models.UniqueConstraint(
                fields=["bid"], condition=Q(declined_at__isnull=True), name="exclusion_one_a_bid"
            ),
            models.CheckConstraint(
                condition=Q(declined_at__isnull=True) | Q(confirmed_at__isnull=True),
                name="exclusion_decided_one_way",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="exclusion_has_a_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, kind="withdrew", confirmed_by__isnull=False)
                | (
                    Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                    & ~Q(confirmed_by=F("proposed_by"))
                ),
                name="exclusion_by_two_people",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="confirmed_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__confirmed_at__isnull=False),
            ),
            *kept(),
        ]

    @property
    def urn(self) -> str:
        return f"tenders.exclusion/{self.pk}"


class Suspension(models.Model):
    """A bid set aside because a recheck found it barred; lifted by a later check that is clear.

    While one stands the bid is not evaluated. `check_made` says why; the bidder reads it and may contest.
    """

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="suspensions")
    check_made = models.ForeignKey(Check, models.PROTECT, related_name="+")
    since = models.DateTimeField(db_default=Now(), editable=False)
    lifted_by = models.ForeignKey(Check, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("suspension of a bid")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bid"], condition=Q(lifted_at__isnull=True), name="suspension_one_standing_per_bid"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="suspension_lifted_by_a_check",
            ),
        ]
        triggers = kept()

    @property
    def urn(self) -> str:
        return f"tenders.suspension/{self.pk}"
