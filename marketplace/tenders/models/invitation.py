from django.db import models
from django.utils.translation import gettext_lazy as _

from regulation.decoupling.models import Check
from regulation.parties.models import Entity

from .part_guards import invitation_guard
from .tender import Tender


class Invitation(models.Model):
    """A firm that may bid in a tender by invitation, and nobody else. Who is invited is told to nobody before
    the opening but to the firm itself, the owner and the reviewer (招标投标法 22). `gate` is the check of the
    conflict gate made when the tender is published; it has to be clear then.
    """

    tender = models.ForeignKey(Tender, models.PROTECT, related_name="invitations")
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="invitations")
    gate = models.ForeignKey(Check, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("invitation to bid")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["tender", "entity"], name="invited_once_a_tender")]
        triggers = [invitation_guard()]

    def __str__(self) -> str:
        return str(self.entity)
