import datetime as dt
import secrets
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept

from ..sniff import KINDS
from .entity import Entity
from .interest import Interest, Rank


def private_storage() -> Storage:
    """Outside MEDIA: nothing serves it by itself."""
    return storages["evidence"]


def private_name(instance: Any, filename: str) -> str:
    """A random place that says nothing of the file, and that no file name can lead out of."""
    key = secrets.token_hex(20)
    return f"{key[:2]}/{key}"


class ContestQuerySet(models.QuerySet["Contest"]):
    def open(self) -> "ContestQuerySet":
        return self.filter(closed_at__isnull=True)

    def overdue(self, *, today: dt.date) -> "ContestQuerySet":
        """Open after the last day for the answer, `due_on`, has gone by."""
        return self.open().filter(due_on__lt=today)


class Contest(models.Model):
    """An entity says that an interest on record about it is wrong: its right of reply.

    It is answered by `due_on`, a day that still counts. `after` is the interest that took the place of the
    contested one where the contest was upheld and the record corrected.
    """

    interest = models.ForeignKey(Interest, models.PROTECT, related_name="contests")
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="contests")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(db_default=Now(), editable=False)
    wrong = models.TextField()
    right = models.TextField(blank=True)
    document = models.CharField(max_length=300, blank=True)
    document_url = models.URLField(max_length=500, blank=True)
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True)
    after = models.ForeignKey(Interest, models.PROTECT, null=True, related_name="+")
    is_invented = models.BooleanField(default=False)

    objects = ContestQuerySet.as_manager()

    class Meta:
        verbose_name = _("contest of an interest")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["interest"], condition=Q(closed_at__isnull=True), name="contest_one_open_per_interest"
            ),
            models.CheckConstraint(condition=~Q(wrong=""), name="contest_says_what_is_wrong"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stands_as_filed",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - ARRAY['closed_at', 'after_id'])
                       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['closed_at', 'after_id'])
                       OR OLD.closed_at IS NOT NULL THEN
                        RAISE EXCEPTION 'contest_stands_as_filed: contest %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'contest_stands_as_filed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    def get_absolute_url(self) -> str:
        """The page of who filed it."""
        return reverse("parties:own_contest", args=[self.pk])

    @property
    def desk_url(self) -> str:
        return reverse("parties:contest", args=[self.pk])

    @property
    def overdue_at(self) -> dt.datetime:
        """The moment from which it is overdue: the end of the day it is due."""
        return timezone.make_aware(dt.datetime.combine(self.due_on + dt.timedelta(days=1), dt.time()))

    @property
    def urn(self) -> str:
        return f"parties.contest/{self.pk}"


class Remedy(models.TextChoices):
    """What becomes of the contested interest."""

    REFUSE = "refuse", _("refused: the record stays")
    RETRACT = "retract", _("upheld: the interest is taken off the record")
    CORRECT = "correct", _("upheld: the interest is stated anew as corrected")


class ContestAnswer(models.Model):
    """A regulator's answer. Where a live conflict rests on the interest, a second regulator confirms it.

    Neither of them filed the contest. `facts` are the corrected ones, as JSON values: share, post, rank,
    start, end; only what is to change stands there. It counts from `issued_at`.
    """

    contest = models.ForeignKey(Contest, models.PROTECT, related_name="answers")
    remedy = models.CharField(max_length=8, choices=Remedy.choices)
    reason = models.TextField()
    facts = models.JSONField(default=dict)
    needs_second = models.BooleanField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("answer to a contest")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contest"], condition=Q(returned_at__isnull=True), name="contest_answer_one_standing"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="contest_answer_gives_its_reason"),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True)
                | Q(needs_second=False)
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=models.F("proposed_by"))),
                name="contest_answer_confirmed_by_second_person",
            ),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True) | Q(returned_at__isnull=True),
                name="contest_answer_issued_or_returned",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="not_by_who_filed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                declare=[("filer", "bigint")],
                func="""
                    SELECT filed_by_id INTO filer FROM parties_contest WHERE id = NEW.contest_id;
                    IF NEW.proposed_by_id = filer OR NEW.confirmed_by_id = filer THEN
                        RAISE EXCEPTION 'contest_answer_not_by_who_filed: contest %', NEW.contest_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'contest_answer_not_by_who_filed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    @property
    def urn(self) -> str:
        return f"parties.contest_answer/{self.pk}"

    @property
    def rank_label(self) -> str:
        return str(dict(Rank.choices).get(self.facts.get("rank", ""), ""))


class ContestFile(models.Model):
    """A document a contesting entity gave. `digest` is SHA-256 in hex; `size` bytes; `name` is only shown."""

    contest = models.ForeignKey(Contest, models.PROTECT, related_name="files")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=5, choices=[(kind, kind.upper()) for kind in KINDS])
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    file = models.FileField(storage=private_storage, upload_to=private_name, max_length=100)

    class Meta:
        verbose_name = _("document of a contest")
        ordering = ["pk"]
        triggers = append_only()

    def __str__(self) -> str:
        return self.name
