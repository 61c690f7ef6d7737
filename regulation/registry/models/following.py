from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ..rhythm import DAILY, WEEKLY


class Topic(models.TextChoices):
    """What changes can be followed by."""

    EVERYTHING = "everything", _("everything")
    APPROVAL = "approval", _("approval")
    SERVICE = "service", _("intermediary service")
    DEPARTMENT = "department", _("department")
    REGION = "region", _("region")
    INSTRUMENT = "instrument", _("instrument")
    PROVISION = "provision", _("provision")


class Rhythm(models.TextChoices):
    DAILY = DAILY, _("every day")
    WEEKLY = WEEKLY, _("every Monday")


class Following(models.Model):
    """A user is told by e-mail of changes to a topic. `key` is the topic's ref, code or number.

    Changes up to `told_until` (exclusive) have been told.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="followings")
    topic = models.CharField(max_length=12, choices=Topic.choices)
    key = models.CharField(max_length=100, blank=True)
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    told_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("following")
        ordering = ["topic", "key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "topic", "key"],
                condition=Q(ended_at__isnull=True),
                name="following_once_per_topic",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="following_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(topic=Topic.EVERYTHING, key="") | (~Q(topic=Topic.EVERYTHING) & ~Q(key="")),
                name="following_names_its_topic",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()} {self.key}"

    @property
    def urn(self) -> str:
        return f"registry.following/{self.pk}"
