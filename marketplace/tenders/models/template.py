import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept
from regulation.parties.models import Entity
from regulation.registry.models import Service


class TenderTemplate(models.Model):
    """Terms to begin a tender of a service with: an entity's own, or the platform's for everybody.

    `terms` holds what templates.TERMS names, in JSON, and the codes of `services` bought with the first. It
    stands as it was kept; another takes its place.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    owner = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")  # empty: the platform's
    name = models.CharField(max_length=120)
    terms = models.JSONField()
    is_invented = models.BooleanField(default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("template of a tender")
        ordering = ["owner", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "owner", "name"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="template_named_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="template_has_a_name"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("made_at")),
                name="template_ends_after_it_is_made",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stands",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF OLD.ended_at IS NOT NULL
                       OR (to_jsonb(NEW) - 'ended_at') IS DISTINCT FROM (to_jsonb(OLD) - 'ended_at') THEN
                        RAISE EXCEPTION 'template_stands: template %', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'template_stands';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *kept(),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def urn(self) -> str:
        return f"tenders.template/{self.pk}"
