"""Accepted work that the buyer opens to the department that decides, so that the paper is carried once."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept

from . import guards
from .contract import Contract
from .deliverable import DeliverableFile
from .milestone import Milestone


class DepartmentGrant(models.Model):
    """The buyer lets the department that decides read accepted work: one milestone's, or, without one, all of
    the contract's, what is accepted later included. One stands at a time for each; ended, it stays on record.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="grants")
    milestone = models.ForeignKey(Milestone, models.PROTECT, null=True, related_name="grants")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("opening of deliverables to the department")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["contract"], condition=Q(ended_at__isnull=True), name="department_grant_standing"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "milestone"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="department_grant_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="department_grant_ended_by_somebody",
            ),
        ]
        triggers = [
            guards.trigger(
                "by_the_buyer",
                pgtrigger.Insert,
                f"""
                    IF NEW.ended_at IS NOT NULL OR NOT EXISTS (
                        SELECT 1 FROM public.contracts_contract c
                        JOIN public.parties_membership m ON m.entity_id = c.buyer_id
                        WHERE c.id = NEW.contract_id AND c.signed_at IS NOT NULL
                          AND c.department_id <> c.buyer_id
                          AND m.user_id = NEW.given_by_id AND m.role = 'owner'
                          AND m.valid @> (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)
                       OR NEW.milestone_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM public.contracts_milestone w
                        WHERE w.id = NEW.milestone_id AND w.contract_id = NEW.contract_id) THEN
                        {guards.refuse("department_grant_by_the_buyer", "NEW.contract_id")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            guards.trigger(
                "ends_once",
                pgtrigger.Update,
                f"""
                    IF NOT ({guards.only("ended_at", "ended_by_id")}) OR OLD.ended_at IS NOT NULL THEN
                        {guards.refuse("department_grant_stands")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    @property
    def urn(self) -> str:
        return f"contracts.department_grant/{self.pk}"


class DepartmentReading(models.Model):
    """Somebody of the department read a milestone's accepted work, or fetched a file of it. Append-only."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="readings")
    file = models.ForeignKey(DeliverableFile, models.PROTECT, null=True, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("reading by the department")
        ordering = ["-pk"]
        triggers = [
            guards.trigger(
                "of_what_is_open",
                pgtrigger.Insert,
                f"""
                    IF NOT EXISTS (
                        SELECT 1 FROM public.contracts_milestone w
                        JOIN public.contracts_contract c ON c.id = w.contract_id
                        JOIN public.contracts_departmentgrant g ON g.contract_id = c.id
                             AND g.ended_at IS NULL AND coalesce(g.milestone_id, w.id) = w.id
                        JOIN public.parties_membership m ON m.entity_id = c.department_id
                        WHERE w.id = NEW.milestone_id AND w.accepted_at IS NOT NULL
                          AND m.user_id = NEW.reader_id AND m.role = 'owner'
                          AND m.valid @> (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date) THEN
                        {guards.refuse("department_reads_what_is_open", "NEW.milestone_id")}
                    END IF;
                    IF NEW.file_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM public.contracts_deliverablefile f
                        JOIN public.contracts_submission s ON s.id = f.submission_id
                        WHERE f.id = NEW.file_id AND s.milestone_id = NEW.milestone_id
                          AND s.number = (SELECT max(l.number) FROM public.contracts_submission l
                                          WHERE l.milestone_id = NEW.milestone_id)) THEN
                        {guards.refuse("department_reads_what_is_open", "NEW.file_id")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            *append_only(),
        ]
