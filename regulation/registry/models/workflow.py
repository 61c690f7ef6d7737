"""How a draft comes to be published: written, submitted, reviewed in law, then published or scheduled."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """How far a draft has come. A published ruling keeps the stage it was published in."""

    DRAFT = "draft", _("being written")
    SUBMITTED = "submitted", _("in legal review")
    REVIEWED = "reviewed", _("legal review passed")


class Workflow(models.Model):
    """The stage of a draft, who reviewed it in law, and when it is to be published by itself.

    `publish_at` is exclusive of what comes before: at that moment by the database's clock the task publishes.
    """

    stage = models.CharField(
        max_length=12, choices=Stage.choices, default=Stage.DRAFT, verbose_name=_("stage")
    )
    legal_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    publish_at = models.DateTimeField(null=True, blank=True, verbose_name=_("to be published at"))
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True


# What may change on a draft without its wording having changed.
_APART = """ARRAY['recorded', 'reviewer_id', 'published_at', 'stage', 'legal_reviewer_id', 'reviewed_at',
                  'publish_at', 'scheduled_by_id']"""

_OPEN_CONSULTATION = """EXISTS (
    SELECT 1 FROM registry_consultation c
    WHERE c.ruling_id = {ruling_id} AND c.withdrawn_at IS NULL AND c.closes_at > clock_timestamp()
)"""


def _refuse(name: str, ruling_id: str) -> str:
    return f"""RAISE EXCEPTION '{name}: ruling %', {ruling_id}
                USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"""


# The consultations are locked before they are read: a comment that is being filed is waited for, then seen.
_STAGES_FUNC = f"""
    BEGIN
        IF (to_jsonb(NEW) - {_APART}) IS DISTINCT FROM (to_jsonb(OLD) - {_APART}) THEN
            IF OLD.stage = 'submitted' THEN
                {_refuse("ruling_locked_in_review", "OLD.id")}
            END IF;
            IF {_OPEN_CONSULTATION.format(ruling_id="OLD.id")} THEN
                {_refuse("ruling_locked_by_consultation", "OLD.id")}
            END IF;
            NEW.stage := 'draft';
            NEW.legal_reviewer_id := NULL;
            NEW.reviewed_at := NULL;
            NEW.publish_at := NULL;
            NEW.scheduled_by_id := NULL;
        END IF;
        IF NEW.stage = 'reviewed' AND OLD.stage = 'draft' THEN
            {_refuse("ruling_review_follows_submission", "OLD.id")}
        END IF;
        IF NEW.published_at IS NOT NULL THEN
            IF NEW.stage <> 'reviewed' THEN
                {_refuse("ruling_published_after_review", "OLD.id")}
            END IF;
            PERFORM 1 FROM registry_consultation WHERE ruling_id = OLD.id ORDER BY id FOR NO KEY UPDATE;
            IF {_OPEN_CONSULTATION.format(ruling_id="OLD.id")} THEN
                {_refuse("ruling_consultation_is_over", "OLD.id")}
            END IF;
            IF EXISTS (
                SELECT 1 FROM registry_comment m JOIN registry_consultation c ON c.id = m.consultation_id
                WHERE c.ruling_id = OLD.id
                  AND NOT EXISTS (SELECT 1 FROM registry_answeredcomment a WHERE a.comment_id = m.id)
            ) THEN
                {_refuse("ruling_comments_are_answered", "OLD.id")}
            END IF;
        END IF;
        RETURN NEW;
    END;
"""

_BASIS_FUNC = f"""
    DECLARE
        about registry_ruling%ROWTYPE;
    BEGIN
        SELECT * INTO about FROM registry_ruling
        WHERE id = coalesce(NEW.ruling_id, OLD.ruling_id) AND published_at IS NULL FOR NO KEY UPDATE;
        IF about.id IS NOT NULL THEN
            IF about.stage = 'submitted' THEN
                {_refuse("ruling_locked_in_review", "about.id")}
            END IF;
            IF {_OPEN_CONSULTATION.format(ruling_id="about.id")} THEN
                {_refuse("ruling_locked_by_consultation", "about.id")}
            END IF;
            IF about.stage = 'reviewed' THEN
                UPDATE registry_ruling SET stage = 'draft', legal_reviewer_id = NULL, reviewed_at = NULL,
                    publish_at = NULL, scheduled_by_id = NULL WHERE id = about.id;
            END IF;
        END IF;
        RETURN coalesce(NEW, OLD);
    END;
"""


def stage_triggers() -> list[pgtrigger.Trigger]:
    """On a draft: locked in review and while it is consulted on, a change voids the review, and it is
    published only reviewed, with no consultation running and every comment answered."""
    return [
        pgtrigger.Trigger(
            name="draft_stages",
            operation=pgtrigger.Update,
            when=pgtrigger.Before,
            condition=pgtrigger.Q(old__published_at__isnull=True),
            func=_STAGES_FUNC,
        )
    ]


def basis_triggers() -> list[pgtrigger.Trigger]:
    """What a draft rests on is part of its wording."""
    return [
        pgtrigger.Trigger(
            name="draft_stages",
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            when=pgtrigger.Before,
            func=_BASIS_FUNC,
        )
    ]


def stage_constraints() -> list[models.CheckConstraint]:
    """Reviewed and scheduled by someone other than the author, and only what is reviewed is scheduled."""
    reviewed = Q(legal_reviewer__isnull=False, reviewed_at__isnull=False) & ~Q(legal_reviewer=F("author"))
    return [
        models.CheckConstraint(
            condition=(Q(stage=Stage.REVIEWED) & reviewed)
            | (~Q(stage=Stage.REVIEWED) & Q(legal_reviewer__isnull=True, reviewed_at__isnull=True)),
            name="ruling_reviewed_by_second_person",
        ),
        models.CheckConstraint(
            condition=Q(publish_at__isnull=True, scheduled_by__isnull=True)
            | (
                Q(publish_at__isnull=False, scheduled_by__isnull=False, stage=Stage.REVIEWED)
                & ~Q(scheduled_by=F("author"))
            ),
            name="ruling_scheduled_by_second_person",
        ),
    ]
