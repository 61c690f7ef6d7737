"""A draft opened to the public: the question, what was said, and what was answered to each."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only, kept
from regulation.parties.models import Entity

from .ruling import Ruling

MOST_COMMENTS = 5  # of one person in one consultation
LONGEST_DAYS = 90


class _TimeRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def _refuse(name: str) -> str:
    return f"""RAISE EXCEPTION '{name}: consultation %', NEW.consultation_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"""


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def open_at(self, moment: object) -> "ConsultationQuerySet":
        """Those that take comments at a moment; the deadline itself is too late."""
        return self.filter(withdrawn_at__isnull=True, closes_at__gt=moment)


class Consultation(models.Model):
    """A draft opened for public comment. It takes comments in [opened_at, closes_at).

    The database sets both: from its own clock now, until the end of the `days`-th day after today in
    Shanghai, so that the public has that many whole days. `wording` is what the draft says, as it would stand
    on the ledger, and its source. Nothing changes, but that it is withdrawn, once, with a reason.
    """

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="consultations")
    question = models.TextField()
    question_en = models.TextField(blank=True)
    days = models.PositiveSmallIntegerField()
    wording = models.JSONField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    closes_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    is_invented = models.BooleanField(default=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=LONGEST_DAYS), name="consultation_lasts_1_to_90_days"
            ),
            models.CheckConstraint(condition=~Q(question=""), name="consultation_asks_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="consultation_withdrawn_with_a_reason",
            ),
            ExclusionConstraint(
                name="consultation_one_at_a_time",
                expressions=[
                    ("ruling", RangeOperators.EQUAL),
                    (_TimeRange(F("opened_at"), F("closes_at"), RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [
            *kept(),
            pgtrigger.Trigger(
                name="opens_now",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=f"""
                    PERFORM 1 FROM registry_ruling
                    WHERE id = NEW.ruling_id AND published_at IS NULL AND upper_inf(recorded)
                    FOR NO KEY UPDATE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'consultation_is_on_a_draft: ruling %', NEW.ruling_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_is_on_a_draft';
                    END IF;
                    IF NEW.days NOT BETWEEN 1 AND {LONGEST_DAYS} THEN
                        RETURN NEW;
                    END IF;
                    NEW.opened_at := clock_timestamp();
                    NEW.closes_at := (date_trunc('day', NEW.opened_at AT TIME ZONE 'Asia/Shanghai')
                        + make_interval(days => NEW.days + 1)) AT TIME ZONE 'Asia/Shanghai';
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - ARRAY['withdrawn_at', 'withdrawn_reason'])
                         IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['withdrawn_at', 'withdrawn_reason'])
                       OR OLD.withdrawn_at IS NOT NULL THEN
                        RAISE EXCEPTION 'consultation_stands: consultation %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ruling.service} · {self.ruling.region}"

    def get_absolute_url(self) -> str:
        return reverse("registry:consultation", args=[self.pk])

    @property
    def urn(self) -> str:
        return f"registry.consultation/{self.pk}"


class Comment(models.Model):
    """What one person said in a consultation, under a name of their choice, or for an entity they act for.

    `filed_at` is the database's clock, and before the deadline. Never altered, never removed; it may be
    hidden from the page with a reason (`CommentHiding`), and is answered all the same.
    """

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, blank=True, related_name="+")
    shown_name = models.CharField(max_length=100)
    text = models.TextField()
    filed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("comment")
        ordering = ["filed_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") & ~Q(shown_name=""), name="comment_says_something")
        ]
        triggers = [
            *append_only(),
            # The share lock lets commenters work side by side and makes whoever closes or publishes wait.
            pgtrigger.Trigger(
                name="in_time",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("about", "registry_consultation%ROWTYPE")],
                func=f"""
                    SELECT * INTO about FROM registry_consultation WHERE id = NEW.consultation_id FOR SHARE;
                    NEW.filed_at := clock_timestamp();
                    IF about.withdrawn_at IS NOT NULL OR NEW.filed_at >= about.closes_at THEN
                        {_refuse("comment_in_time")}
                    END IF;
                    RETURN NEW;
                """,
            ),
            # What one person says at the same moment in two windows is counted one after the other.
            pgtrigger.Trigger(
                name="not_too_often",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=f"""
                    PERFORM 1 FROM parties_user WHERE id = NEW.author_id FOR NO KEY UPDATE;
                    IF (
                        SELECT count(*) FROM registry_comment
                        WHERE consultation_id = NEW.consultation_id AND author_id = NEW.author_id
                    ) >= {MOST_COMMENTS} THEN
                        {_refuse("comment_not_too_often")}
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown_name}: {self.text[:40]}"


class CommentHiding(models.Model):
    """A comment taken off the page by a reviewer who did not write the draft, for a reason all can read."""

    comment = models.OneToOneField(Comment, models.PROTECT, related_name="hiding")
    reason = models.CharField(max_length=500)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    hidden_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("hidden comment")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="hiding_has_a_reason")]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="not_the_drafts_author",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM registry_comment m
                          JOIN registry_consultation c ON c.id = m.consultation_id
                          JOIN registry_ruling r ON r.id = c.ruling_id
                        WHERE m.id = NEW.comment_id AND r.author_id = NEW.hidden_by_id
                    ) THEN
                        RAISE EXCEPTION 'hiding_by_second_person: comment %', NEW.comment_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'hiding_by_second_person';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.reason[:40]}"


class Uptake(models.TextChoices):
    """What came of a comment."""

    TAKEN = "taken", _("taken up")
    PARTLY = "partly", _("taken up in part")
    DECLINED = "declined", _("not taken up")
    EXPLAINED = "explained", _("explained")


class Answer(models.Model):
    """A public answer to one comment or to several that say the same. Never altered, never removed."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="answers")
    uptake = models.CharField(max_length=12, choices=Uptake.choices)
    text = models.TextField()
    text_en = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(db_default=Now(), editable=False)
    comments = models.ManyToManyField(Comment, through="AnsweredComment", related_name="answers")

    class Meta:
        verbose_name = _("answer")
        ordering = ["answered_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="answer_says_something")]
        triggers = append_only()

    def __str__(self) -> str:
        return self.text[:60]


class AnsweredComment(models.Model):
    """Which answer answers a comment: one each, of the same consultation, by someone else than its author."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="answered")
    comment = models.OneToOneField(Comment, models.PROTECT, related_name="answered")

    class Meta:
        verbose_name = _("answered comment")
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="fits",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM registry_answer a JOIN registry_comment m
                          ON m.consultation_id = a.consultation_id AND m.author_id <> a.answered_by_id
                        WHERE a.id = NEW.answer_id AND m.id = NEW.comment_id
                    ) THEN
                        RAISE EXCEPTION 'answer_fits_its_comment: comment %', NEW.comment_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'answer_fits_its_comment';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} → {self.comment_id}"
