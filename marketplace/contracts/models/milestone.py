import datetime as dt

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.payments.books import to_yuan
from regulation.ledger.models import Entry
from regulation.ledger.triggers import append_only

from .. import life
from ..life_texts import ACT_WORDS
from . import guards, settlement_guards
from .contract import Contract

_FACTS = (
    "due_on",
    "started_at",
    "submitted_at",
    "silence_until",
    "returned_at",
    "mend_until",
    "mend_noted_at",
    "disputed_at",
    "accepted_at",
    "accepted_by_id",
    "cancelled_at",
)


class Milestone(models.Model):
    """One part of a contract: what is handed in, by when, and what is paid for it (OCDS milestone).

    `fen` is without tax. `days` are working days from signing, `due_on` the day they end, set at signing.
    `checklist` is what it is examined by: [{text, text_en}], fixed with the version. Without an answer until
    `silence_until` (exclusive) what was handed in is accepted by rule: then `accepted_by` is empty. Returned
    work is to be mended and handed in again until `mend_until` (exclusive); `mend_noted_at` is when both
    sides learned that it was not. A resumption or the end of a dispute moves `mend_until`, nothing else.
    """

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    fen = models.BigIntegerField()
    days = models.PositiveSmallIntegerField()
    checklist = models.JSONField(default=list)
    due_on = models.DateField(null=True, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    silence_until = models.DateTimeField(null=True, editable=False)
    returned_at = models.DateTimeField(null=True, editable=False)
    mend_until = models.DateTimeField(null=True, editable=False)
    mend_noted_at = models.DateTimeField(null=True, editable=False)
    disputed_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("milestone")
        ordering = ["contract", "position"]
        indexes = [
            models.Index(
                fields=["silence_until"],
                condition=Q(accepted_at__isnull=True, silence_until__isnull=False),
                name="milestone_waits_for_answer",
            ),
            models.Index(fields=["-accepted_at", "-id"], name="milestone_newest_accepted"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "position"],
                name="milestone_once_a_place",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(fen__gt=0, days__gt=0), name="milestone_fen_and_days"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True)
                | Q(silence_until__isnull=False)
                | Q(disputed_at__isnull=False),
                name="milestone_accepted_once_handed_in",
            ),
        ]
        triggers = [
            guards.trigger(
                "stands_with_its_contract",
                pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                f"""
                    DECLARE
                        c public.contracts_contract%ROWTYPE;
                        state text;
                    BEGIN
                    SELECT * INTO c FROM public.contracts_contract
                    WHERE id = coalesce(NEW.contract_id, OLD.contract_id) FOR SHARE;
                    state := public.contracts_contract_state(c, clock_timestamp());
                    IF TG_OP = 'UPDATE' AND {guards.only(*_FACTS)} THEN
                        RETURN NEW;
                    END IF;
                    IF state <> 'draft' AND NOT (TG_OP = 'UPDATE' AND state = 'in_force'
                        AND OLD.accepted_at IS NULL AND OLD.cancelled_at IS NULL AND EXISTS (
                            SELECT 1 FROM public.contracts_version v
                            WHERE v.contract_id = c.id AND v.number > c.version_no)) THEN
                        {guards.refuse("milestone_stands_with_its_contract", "c.id")}
                    END IF;
                    RETURN coalesce(NEW, OLD);
                    END;
                """,
            ),
            guards.trigger(
                "facts_in_order",
                pgtrigger.Update,
                f"""
                    DECLARE
                        c public.contracts_contract%ROWTYPE;
                    BEGIN
                    IF OLD.accepted_at IS NOT NULL AND NOT ({guards.only()}) THEN
                        {guards.refuse("milestone_accepted_stands")}
                    END IF;
                    IF OLD.returned_at IS NOT NULL AND NEW.returned_at IS DISTINCT FROM OLD.returned_at THEN
                        {guards.refuse("milestone_returned_once")}
                    END IF;
                    IF OLD.returned_at IS NULL AND NEW.returned_at IS NOT NULL AND NEW.mend_until IS NULL THEN
                        {guards.refuse("milestone_returned_gives_time_to_mend")}
                    END IF;
                    IF NEW.mend_until IS DISTINCT FROM OLD.mend_until
                       AND NOT (OLD.returned_at IS NULL AND NEW.returned_at IS NOT NULL)
                       AND (NEW.mend_until > OLD.mend_until AND (
                                {guards.resumed("OLD.contract_id")}
                                OR OLD.disputed_at IS NOT NULL AND NEW.disputed_at IS NULL)) IS NOT TRUE THEN
                        {guards.refuse("milestone_time_to_mend_stands")}
                    END IF;
                    IF OLD.mend_noted_at IS NULL AND NEW.mend_noted_at IS NOT NULL
                       AND (clock_timestamp() < NEW.mend_until OR NEW.submitted_at IS NOT NULL) THEN
                        {guards.refuse("milestone_mending_is_over")}
                    END IF;
                    IF NEW.accepted_at IS NOT NULL AND NEW.accepted_by_id IS NULL AND OLD.disputed_at IS NULL
                       AND clock_timestamp() < OLD.silence_until THEN
                        {guards.refuse("milestone_silence_is_over")}
                    END IF;
                    SELECT * INTO c FROM public.contracts_contract WHERE id = OLD.contract_id;
                    IF public.contracts_milestone_state(OLD, clock_timestamp())
                       <> public.contracts_milestone_state(NEW, clock_timestamp())
                       AND NEW.cancelled_at IS NULL
                       AND public.contracts_contract_state(c, clock_timestamp()) <> 'in_force' THEN
                        {guards.refuse("milestone_moves_in_a_contract_in_force")}
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            guards.goes_where_it_may(life.MILESTONE, "milestone"),
            guards.told_by_an_act(life.MILESTONE, "milestone", "a.milestone_id = NEW.id"),
            settlement_guards.milestone_with_its_ground(),
        ]

    def __str__(self) -> str:
        return self.name

    def state_at(self, moment: dt.datetime) -> life.Step:
        return life.Step(life.MILESTONE.state_of(self, moment))

    @property
    def yuan(self) -> object:
        return to_yuan(self.fen)

    def mends_late(self, moment: dt.datetime) -> bool:
        """Whether returned work was not handed in again in time."""
        waits = self.mend_until is not None and self.submitted_at is None and self.accepted_at is None
        return waits and self.mend_until is not None and moment >= self.mend_until

    @property
    def by_rule(self) -> bool:
        """Whether nobody accepted it: the time to answer ran out."""
        return self.accepted_at is not None and self.accepted_by_id is None and self.disputed_at is None

    @property
    def urn(self) -> str:
        return f"contracts.milestone/{self.pk}"


class ContractAct(models.Model):
    """One act of a contract's life, or of one of its milestones': what, by whom, when, why. Append-only."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="acts")
    milestone = models.ForeignKey(Milestone, models.PROTECT, null=True, related_name="acts")
    act = models.CharField(max_length=16, choices=[(str(a), a) for a in life.Act])
    from_state = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=600, blank=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    made_in = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("act of a contract")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(
                    act__in=[
                        str(t.act) for m in (life.CONTRACT, life.MILESTONE) for t in m.transitions if t.reason
                    ]
                )
                | ~Q(reason=""),
                name="contract_act_says_why",
            ),
        ]
        triggers = [guards.act_guard(), *append_only()]

    def __str__(self) -> str:
        return str(ACT_WORDS[life.Act(self.act)])
