from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.models import Entry
from regulation.ledger.stories import story_of

from .entity import Entity
from .user import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """What one person is told of one entry of the record: for that person alone.

    What happened is the entry's own sentence, so that it reads in either language; `about` names the thing,
    `view` and `args` the page where it stands. `entity` is for whom the person acts in it, empty for what is
    their own. `ref` is random: no address tells how many others were told.
    """

    ref = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=200, blank=True)
    view = models.CharField(max_length=80)
    args = models.JSONField(default=list)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "user", "entity"], nulls_distinct=False, name="notice_once_an_entry"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notice_of_a_person"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> Any:
        """What happened, in the language of whoever reads."""
        story = story_of(self.kind)
        return story.sentence if story else ""

    def get_absolute_url(self) -> str:
        """Where it stands; the inbox where that page is no more."""
        try:
            return reverse(self.view, args=self.args)
        except NoReverseMatch:
            return reverse("parties:inbox")
