from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .approval import Approval


class Counterpart(models.Model):
    """A finding that approvals of two regions are the same, though named or coded otherwise.

    Approvals with one item code, or with one name, need no such row. `ground` says why they are the same.
    """

    approval = models.ForeignKey(
        Approval, models.PROTECT, related_name="counterparts", verbose_name=_("approval")
    )
    same_as = models.ForeignKey(
        Approval, models.PROTECT, related_name="counterpart_of", verbose_name=_("the same as")
    )
    ground = models.CharField(max_length=300, verbose_name=_("why they are the same"))
    ground_en = models.CharField(
        max_length=400, blank=True, verbose_name=_("why they are the same, in English")
    )
    source = models.CharField(max_length=400, verbose_name=_("source"))

    class Meta:
        verbose_name = _("counterpart")
        verbose_name_plural = _("counterparts")
        ordering = ["same_as", "approval", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "same_as"], name="counterpart_once_per_pair"),
            models.CheckConstraint(
                condition=~Q(approval=F("same_as")),
                name="counterpart_of_another",
                violation_error_message=_("An approval is not its own counterpart."),
            ),
            models.CheckConstraint(
                condition=~Q(ground="") & ~Q(source=""), name="counterpart_says_why_and_whence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.approval} = {self.same_as}"

    @property
    def urn(self) -> str:
        return f"registry.counterpart/{self.pk}"
