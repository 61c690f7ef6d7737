from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import kept

from .entity import Entity, Person
from .interest import Tier, stands_as_stated


class SameQuerySet(models.QuerySet["Same"]):
    def standing(self) -> "SameQuerySet":
        """Merges nobody has split since."""
        return self.filter(recorded__upper_inf=True)

    def known_at(self, moment: object) -> "SameQuerySet":
        return self.filter(recorded__contains=moment)


class Same(models.Model):
    """Two records are one entity, or one person: a merge. Splitting closes `recorded` [start, end).

    The statements of both stay as they are, so a merge is reversible and a new import does not undo it.
    Tier C is a suggestion nobody confirmed: a lead that no rule reads.
    """

    entity = models.ForeignKey(Entity, models.PROTECT, null=True, blank=True, related_name="same_as")
    other_entity = models.ForeignKey(Entity, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="same_as")
    other_person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    tier = models.CharField(max_length=1, choices=Tier.choices)
    agreeing = models.JSONField(default=list)  # names of the attributes that agree
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded = DateTimeRangeField(
        db_default=Func(Now(), None, function="tstzrange", output_field=DateTimeRangeField()), editable=False
    )
    split_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    split_reason = models.CharField(max_length=300, blank=True)

    objects = SameQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of two records")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    entity__isnull=False,
                    other_entity__isnull=False,
                    person__isnull=True,
                    other_person__isnull=True,
                )
                | Q(
                    entity__isnull=True,
                    other_entity__isnull=True,
                    person__isnull=False,
                    other_person__isnull=False,
                ),
                name="same_joins_two_of_one_sort",
            ),
            models.CheckConstraint(
                condition=Q(entity__isnull=True, person__lt=F("other_person"))
                | Q(person__isnull=True, entity__lt=F("other_entity")),
                name="same_names_the_lower_key_first",
            ),
            models.UniqueConstraint(
                fields=["entity", "other_entity"],
                condition=Q(recorded__upper_inf=True),
                name="same_entities_once",
            ),
            models.UniqueConstraint(
                fields=["person", "other_person"],
                condition=Q(recorded__upper_inf=True),
                name="same_people_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="same_gives_its_reason"),
        ]
        triggers = [stands_as_stated("same", "recorded", "split_by_id", "split_reason"), *kept()]

    @property
    def urn(self) -> str:
        return f"parties.same/{self.pk}"
