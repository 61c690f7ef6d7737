from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulation.ledger.triggers import append_only

from .act import TenderAct
from .tender import Tender


class NoticeKind(models.TextChoices):
    """What a public notice announces."""

    PROCUREMENT = "procurement", _("Procurement notice")
    CHANGE = "change", _("Notice of change")
    POSTPONEMENT = "postponement", _("Notice of postponement")
    SUSPENSION = "suspension", _("Notice of suspension")
    RESUMPTION = "resumption", _("Notice that the tender goes on")
    RESULT = "result", _("Notice of result")
    RESULT_ENDED = "result_ended", _("Notice that a result does not stand any more")
    CANCELLATION = "cancellation", _("Notice of cancellation")
    FAILURE = "failure", _("Notice of failure")
    VOID = "void", _("Notice that the tender is void")


class PublicNotice(models.Model):
    """What a public act of a tender was announced with: its words and figures as they stood, for good.

    `slug` is the end of its address. `content` names facts by code and what has a name by that name, so that
    every reader is told in their language; `digest`, its SHA-256 (RFC 8785), stands in the entry of the act.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="public_notices")
    act = models.OneToOneField(TenderAct, models.PROTECT, related_name="notice")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    number = models.PositiveSmallIntegerField(default=1)
    slug = models.SlugField(max_length=24)
    at = models.DateTimeField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("public notice")
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["tender", "slug"], name="notice_one_at_an_address")]
        indexes = [models.Index(fields=["-at", "-id"], name="notice_newest")]
        triggers = append_only()

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return reverse("tenders:notice", args=[self.tender.ref, self.slug])

    @property
    def urn(self) -> str:
        return f"tenders.notice/{self.pk}"
