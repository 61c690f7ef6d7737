from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import DatabaseDefault
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..triggers import append_only_but

ERASED = "ledger.erased"  # the kind of the entry that says that the content of another was destroyed

# What an insert may not say: a time, content that is not there, a commitment to something else.
AS_RECORDED = """
    IF NEW.salt IS NULL OR NEW.body IS NULL
       OR NEW.commitment <> sha256(NEW.salt || convert_to(NEW.body, 'UTF8')) THEN
        RAISE EXCEPTION 'entry_commits_to_its_content' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'entry_commits_to_its_content';
    END IF;
    NEW.recorded_at := clock_timestamp();
    RETURN NEW;
"""

# The one change an entry may see: salt and body go, where an entry says so, and everything else stands.
ERASURE = f"""
    TG_OP = 'UPDATE' AND NEW.salt IS NULL AND NEW.body IS NULL AND OLD.body IS NOT NULL
    AND OLD.kind NOT LIKE 'ledger.%'
    AND to_jsonb(NEW) - 'salt' - 'body' = to_jsonb(OLD) - 'salt' - 'body'
    AND EXISTS (SELECT FROM public.ledger_entry said
                WHERE said.kind = '{ERASED}' AND said.subject = 'ledger.entry/' || OLD.id
                  AND position(encode(OLD.commitment, 'hex') IN said.body) > 0)
"""


class DatabaseTimed(models.Model):
    """A row whose time the database gives: the insert does not name that column, which the site's role may
    not write (roles.py)."""

    class Meta:
        abstract = True

    def _do_insert(self, manager: Any, using: Any, fields: Any, returning_fields: Any, raw: bool) -> Any:
        given = [f for f in fields if not isinstance(getattr(self, f.attname), DatabaseDefault)]
        return super()._do_insert(manager, using, given, returning_fields, raw)  # type: ignore[misc]


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, urn: str) -> "EntryQuerySet":
        """The story of one subject, oldest first."""
        return self.filter(subject=urn).order_by("pk")


class Entry(DatabaseTimed):
    """One thing that happened, written in the transaction that did it. Never altered, never removed.

    `body` is canonical JSON (RFC 8785); `commitment` is SHA-256(salt || body in UTF-8). An erasure takes salt
    and body, for good, and nothing else: the commitment stands, and the proofs with it.
    """

    kind = models.CharField(max_length=60, db_index=True)
    subject = models.CharField(max_length=120, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    salt = models.BinaryField(null=True)
    body = models.TextField(null=True)  # none is not an empty one: it was erased
    commitment = models.BinaryField(unique=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(salt__isnull=True, body__isnull=True) | Q(salt__isnull=False, body__isnull=False),
                name="entry_keeps_or_loses_salt_and_body_together",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="by_the_databases_clock",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=AS_RECORDED,
            ),
            pgtrigger.Trigger(
                name="waits_for_its_leaf",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                func="INSERT INTO public.ledger_pending (entry_id) VALUES (NEW.id); RETURN NULL;",
            ),
            *append_only_but(ERASURE),
        ]

    @property
    def urn(self) -> str:
        return f"ledger.entry/{self.pk}"

    @property
    def is_erased(self) -> bool:
        return self.body is None

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Delivery(DatabaseTimed):
    """The fact that one effect of one entry has run. Unique, so that a message sent twice has one effect."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="deliveries")
    effect = models.CharField(max_length=80)
    delivered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("delivery")
        constraints = [
            models.UniqueConstraint(fields=["entry", "effect"], name="delivery_once_per_entry_and_effect")
        ]


class Outstanding(models.Model):
    """An effect that an entry still owes: made with the entry, gone with its Delivery (outbox.py).

    Exactly one of `next_try_at` and `dead_at` is set: it waits, or it was given up after its last try and
    waits for a person. `error` names the class of the last failure and where, and nobody.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="outstanding")
    effect = models.CharField(max_length=80)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    next_try_at = models.DateTimeField(db_default=Now(), null=True)
    dead_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("outstanding delivery")
        constraints = [
            models.UniqueConstraint(fields=["entry", "effect"], name="outstanding_once_per_entry_and_effect"),
            models.CheckConstraint(
                condition=Q(next_try_at__isnull=True) ^ Q(dead_at__isnull=True),
                name="outstanding_waits_or_is_dead",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], condition=Q(dead_at__isnull=True), name="outstanding_due"
            ),
            models.Index(
                fields=["-dead_at", "-id"], condition=Q(dead_at__isnull=False), name="outstanding_dead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} · {self.effect}"


class ReceiptLink(DatabaseTimed):
    """The way to the receipt of one entry, for whoever made it: `ref` is random (128 bits), and whoever has
    it may read the receipt. `holder` is the user it was given to, if that was one."""

    ref = models.SlugField(max_length=26, unique=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="receipt_link")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("way to a receipt")

    def __str__(self) -> str:
        return self.ref[:4]

    def get_absolute_url(self) -> str:
        return reverse("ledger:receipt", args=[self.ref])


class Heartbeat(models.Model):
    """When beat's signal last reached a worker; read by /healthz."""

    name = models.CharField(max_length=20, primary_key=True)
    beaten_at = models.DateTimeField()
