import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.parties.models import Entity

from .tender import Tender


class Question(models.Model):
    """What an intermediary asks about a tender. Who asks is never shown, neither to the owner; what is asked
    is public once it is answered. An answer stands.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="questions")
    asker = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("question about a tender")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="question_says_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="question_answered_by_someone",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF OLD.answered_at IS NOT NULL
                       OR (to_jsonb(NEW) - ARRAY['answer', 'answered_by_id', 'answered_at'])
                       IS DISTINCT FROM
                       (to_jsonb(OLD) - ARRAY['answer', 'answered_by_id', 'answered_at']) THEN
                        RAISE EXCEPTION 'question_and_answer_stand: question %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'question_and_answer_stand';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def urn(self) -> str:
        return f"tenders.question/{self.pk}"
