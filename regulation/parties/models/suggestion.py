from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .entity import Entity, Person
from .identity import Same
from .interest import Tier


class SuggestionState(models.TextChoices):
    """What a regulator made of two records that look alike."""

    OPEN = "open", _("to look at")
    MERGED = "merged", _("one and the same")
    REJECTED = "rejected", _("not the same")
    LEAD = "lead", _("kept as a lead")


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def open(self) -> "SuggestionQuerySet":
        return self.filter(state=SuggestionState.OPEN)


class Suggestion(models.Model):
    """Two records whose names are alike. Nothing follows from it until a regulator looks.

    A pair is there once for good, so what was rejected is not suggested again. `score` is the likeness of the
    names, 0 to 100; `agreeing` names the attributes that agree beside the name, `differing` those that both
    records hold and that differ; `tier` what follows from them.
    """

    entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    other_entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    other_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    score = models.PositiveSmallIntegerField()
    agreeing = models.JSONField(default=list)
    differing = models.JSONField(default=list)
    tier = models.CharField(max_length=1, choices=Tier.choices)
    state = models.CharField(
        max_length=8, choices=SuggestionState.choices, default=SuggestionState.OPEN, db_index=True
    )
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    same = models.ForeignKey(Same, models.PROTECT, null=True, related_name="+")

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion")
        ordering = ["tier", "-score", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, other_person__isnull=True, entity__lt=F("other_entity"))
                | Q(entity__isnull=True, other_entity__isnull=True, person__lt=F("other_person")),
                name="suggestion_joins_two_of_one_sort",
            ),
            models.CheckConstraint(condition=Q(score__lte=100), name="suggestion_score_to_100"),
            models.UniqueConstraint(fields=["entity", "other_entity"], name="suggestion_entities_once"),
            models.UniqueConstraint(fields=["person", "other_person"], name="suggestion_people_once"),
            models.CheckConstraint(
                condition=~Q(state="merged") | (~Q(tier="C") & Q(same__isnull=False)),
                name="suggestion_merged_on_more_than_a_name",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | ~Q(reason=""), name="suggestion_decided_with_reason"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("parties:suggestion", args=[self.pk])

    @property
    def is_of_people(self) -> bool:
        return self.person_id is not None

    @property
    def urn(self) -> str:
        return f"parties.suggestion/{self.pk}"
