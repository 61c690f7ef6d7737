from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept

from . import guards
from .contract import Contract
from .kept_file import KeptFile, private_storage, random_place
from .kept_file import new_ref as new_ref  # by this name in the first migrations
from .milestone import Milestone

MOST_SUBMISSIONS = 2  # the first, and one more after it was returned


def private_name(_instance: Any, _filename: str) -> str:
    return random_place("deliverables")


class Submission(models.Model):
    """What was handed in for a milestone, once, and once more after it was returned. Append-only."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    note = models.TextField(blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("submission")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["milestone", "number"], name="submission_once_a_number"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_SUBMISSIONS), name="submission_at_most_twice"
            ),
        ]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"contracts.submission/{self.pk}"


class DeliverableFile(KeptFile):
    """A file that was handed in. Append-only."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="files")
    file = models.FileField(storage=private_storage, upload_to=private_name, max_length=100)

    class Meta:
        verbose_name = _("deliverable")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "digest"], name="deliverable_once_a_submission"),
            models.CheckConstraint(condition=Q(size__gt=0), name="deliverable_is_not_empty"),
        ]
        triggers = append_only()

    @property
    def urn(self) -> str:
        return f"contracts.deliverable/{self.ref}"


class Answer(models.Model):
    """What the buyer said of a submission, by each line of the checklist. Append-only.

    `items` is [{text, met, why}]. The first submission alone can be returned; `answered_by` is empty where
    the time to answer ran out.
    """

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="answer")
    number = models.PositiveSmallIntegerField()
    accepted = models.BooleanField()
    items = models.JSONField(default=list)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("answer to a submission")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted=True) | Q(number=1, answered_by__isnull=False),
                name="answer_returns_once",
            )
        ]
        triggers = append_only()


class ShareLink(models.Model):
    """A way for somebody outside to read what was handed in, until `ends_at` (exclusive) or it is ended.

    Of one milestone, or of a contract: then all work of it that is accepted, also later. Only the SHA-256 of
    the token is kept: the address is shown once, to whoever made it.
    """

    milestone = models.ForeignKey(Milestone, models.PROTECT, null=True, related_name="shares")
    whole = models.ForeignKey(Contract, models.PROTECT, null=True, related_name="shares")
    token_digest = models.CharField(max_length=64, unique=True)
    whom = models.CharField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("link to deliverables")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("made_at")), name="share_ends_after_it_is_made"),
            models.CheckConstraint(condition=~Q(whom=""), name="share_is_for_somebody"),
            models.CheckConstraint(
                condition=Q(milestone__isnull=True, whole__isnull=False)
                | Q(milestone__isnull=False, whole__isnull=True),
                name="share_of_one_thing",
            ),
        ]
        triggers = [
            guards.trigger(
                "ends_once",
                pgtrigger.Update,
                f"""
                    IF NOT ({guards.only("ended_at")}) OR OLD.ended_at IS NOT NULL THEN
                        {guards.refuse("share_stands")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    @property
    def contract(self) -> Contract:
        """The contract of what it leads to."""
        found = self.whole or (self.milestone.contract if self.milestone else None)
        if found is None:
            raise ValueError("a link leads to a milestone or to a contract")
        return found

    @property
    def urn(self) -> str:
        return f"contracts.share/{self.pk}"


class ShareAccess(models.Model):
    """Somebody opened a link, or fetched a file by it. Append-only."""

    link = models.ForeignKey(ShareLink, models.PROTECT, related_name="accesses")
    file = models.ForeignKey(DeliverableFile, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("access by a link")
        ordering = ["-pk"]
        triggers = append_only()
