from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import AccessToken


class KeptAnswer(models.Model):
    """What was answered to a write by the interface, so that the same request again is answered the same.

    The row is made in the transaction of the write itself: there is an answer exactly where there is an
    effect. `digest` is SHA-256 over method, address and body. Of a bid neither holds anything: its body is
    an envelope, and its answer names the bid and the time.
    """

    token = models.ForeignKey(AccessToken, models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    kept_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("kept answer")
        indexes = [models.Index(fields=["kept_at"], name="kept_answer_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="kept_answer_once_a_key"),
            models.CheckConstraint(
                condition=Q(status__isnull=True) | Q(status__range=(200, 299)) | Q(status=409),
                name="kept_answer_of_what_was_done_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return self.key
