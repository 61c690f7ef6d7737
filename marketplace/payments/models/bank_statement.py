import datetime as dt

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.parties.models import Entity

from ..books import to_yuan


class BankStatement(models.Model):
    """What a bank says moved on an account during [first day, day after the last).

    `entity` is whose account it is; none where it is the operating centre's, which holds the money. The file
    is not kept, for it may hold other business of the account: its lines are those that concern this site.
    `left_out` counts the others, `repeated` those that an earlier statement had told already. One that was
    uploaded by mistake is withdrawn, with a reason; nothing of it is altered or removed.
    """

    ref = models.SlugField(max_length=20, unique=True)
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="bank_statements")
    days = DateRangeField()
    file_name = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    repeated = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(max_length=300, blank=True)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("bank statement")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["entity", "-id"], name="bank_statement_of_a_party")]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "digest", "days"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="bank_statement_once",
            ),
            models.CheckConstraint(
                condition=Q(days__isempty=False, days__lower_inf=False, days__upper_inf=False),
                name="bank_statement_of_some_days",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(reason="")),
                name="bank_statement_withdrawn_with_a_reason",
            ),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="statement_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    DECLARE may text[] := ARRAY['withdrawn_by_id', 'withdrawn_at', 'reason'];
                    BEGIN
                    IF (to_jsonb(NEW) - may) IS DISTINCT FROM (to_jsonb(OLD) - may)
                       OR OLD.withdrawn_at IS NOT NULL THEN
                        RAISE EXCEPTION 'bank_statement_stands: statement %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_statement_stands';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("payments:bank_statement", args=[self.ref])

    @property
    def first(self) -> dt.date:
        day: dt.date = self.days.lower
        return day

    @property
    def last(self) -> dt.date:
        """The last day it is for, as a reader counts."""
        after: dt.date = self.days.upper
        return after - dt.timedelta(days=1)

    @property
    def urn(self) -> str:
        return f"payments.bank_statement/{self.ref}"


class BankLine(models.Model):
    """One movement as the bank tells it: its number once for money in and once for money out of an account.

    `entity` is the statement's, so that the database holds that. A line stands until its statement is
    withdrawn; nothing else of it ever changes.
    """

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="lines")
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    number = models.CharField(max_length=80)
    is_in = models.BooleanField()
    on = models.DateField()
    fen = models.BigIntegerField()
    account = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=300, blank=True)
    row = models.PositiveIntegerField()
    withdrawn = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("line of a bank statement")
        ordering = ["-on", "-pk"]
        indexes = [
            models.Index(fields=["entity", "on"], condition=Q(withdrawn=False), name="bank_line_by_day")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "number", "is_in"],
                condition=Q(withdrawn=False),
                nulls_distinct=False,
                name="bank_line_once",
            ),
            models.CheckConstraint(condition=Q(fen__gt=0) & ~Q(number=""), name="bank_line_moves_something"),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="line_stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - 'withdrawn') IS DISTINCT FROM (to_jsonb(OLD) - 'withdrawn')
                       OR OLD.withdrawn OR NOT EXISTS (
                        SELECT 1 FROM payments_bankstatement s
                         WHERE s.id = OLD.statement_id AND s.withdrawn_at IS NOT NULL) THEN
                        RAISE EXCEPTION 'bank_line_stands: line %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_line_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="within_its_statement",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.withdrawn OR NOT EXISTS (
                        SELECT 1 FROM payments_bankstatement s
                         WHERE s.id = NEW.statement_id AND s.days @> NEW."on" AND s.withdrawn_at IS NULL
                           AND s.entity_id IS NOT DISTINCT FROM NEW.entity_id) THEN
                        RAISE EXCEPTION 'bank_line_of_its_statement: statement %', NEW.statement_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_line_of_its_statement';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def yuan(self) -> object:
        return to_yuan(self.fen)

    @property
    def urn(self) -> str:
        return f"payments.bank_line/{self.pk}"
