import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..triggers import kept
from .entry import DatabaseTimed, Entry


class Ground(models.TextChoices):
    """Why content has to go: 个人信息保护法, article 47, first paragraph, items 1 to 5."""

    PURPOSE = "pipl-47-1-1", _("The purpose is reached, cannot be reached, or no longer needs it")
    PERIOD = "pipl-47-1-2", _("The service has ended, or the period of retention is over")
    CONSENT = "pipl-47-1-3", _("The person has withdrawn consent")
    UNLAWFUL = "pipl-47-1-4", _("It was handled against the law or against what was agreed")
    OTHER = "pipl-47-1-5", _("Another case that a law or an administrative regulation names")

    @property
    def item(self) -> int:
        """The number of the item within the paragraph."""
        return int(self.value[-1])


class Outcome(models.TextChoices):
    OPEN = "", _("Waits for a second person")
    ERASED = "erased", _("Erased")
    DECLINED = "declined", _("Declined")


CLOCKED = """
    NEW.asked_at := clock_timestamp();
    IF NEW.outcome <> '' THEN
        RAISE EXCEPTION 'erasure_begins_open' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

# What was asked stands; it is decided once, and "erased" is true only where the content is gone.
DECIDED_ONCE = """
    IF OLD.outcome <> ''
       OR (NEW.id, NEW.entry_id, NEW.ground, NEW.reason, NEW.retention, NEW.asked_by_id, NEW.asked_at)
          IS DISTINCT FROM
          (OLD.id, OLD.entry_id, OLD.ground, OLD.reason, OLD.retention, OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'erasure_stands_as_asked' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'erasure_stands_as_asked';
    END IF;
    IF NEW.outcome = 'erased'
       AND EXISTS (SELECT FROM public.ledger_entry e WHERE e.id = NEW.entry_id AND e.body IS NOT NULL) THEN
        RAISE EXCEPTION 'erasure_is_true' USING ERRCODE = 'check_violation', CONSTRAINT = 'erasure_is_true';
    END IF;
    NEW.decided_at := clock_timestamp();
    RETURN NEW;
"""


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def waiting(self) -> "ErasureQuerySet":
        """Those a second person has not decided, the oldest first."""
        return self.filter(outcome=Outcome.OPEN).order_by("pk")


class Erasure(DatabaseTimed):
    """That the content of one entry be destroyed: asked by one person, decided by another.

    The database destroys it (function ledger_erase, the owner's) and no role but the owner can otherwise.
    `said` is the entry that says so. Texts name nobody: they outlive what was erased.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="erasures", verbose_name=_("entry"))
    ground = models.CharField(_("ground"), max_length=20, choices=Ground)
    reason = models.TextField(_("reason"))
    retention = models.TextField(_("period of retention"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    outcome = models.CharField(_("state"), max_length=10, choices=Outcome, default=Outcome.OPEN, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)
    note = models.TextField(blank=True)
    said = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure of an entry's content")
        verbose_name_plural = _("erasures of entries' content")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=~Q(outcome="declined"), name="erasure_once_per_entry"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_by__isnull=True, decided_at__isnull=True, said__isnull=True)
                | Q(
                    outcome="erased",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    said__isnull=False,
                )
                | (
                    Q(
                        outcome="declined",
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                        said__isnull=True,
                    )
                    & ~Q(note="")
                ),
                name="erasure_is_open_or_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="erasure_takes_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(retention=""), name="erasure_has_its_reasons"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="begins_open", operation=pgtrigger.Insert, when=pgtrigger.Before, func=CLOCKED
            ),
            pgtrigger.Trigger(
                name="decided_once", operation=pgtrigger.Update, when=pgtrigger.Before, func=DECIDED_ONCE
            ),
            *kept(),
        ]

    @property
    def urn(self) -> str:
        return f"ledger.erasure/{self.pk}"

    def __str__(self) -> str:
        return str(_("Entry %(n)s") % {"n": self.entry_id})

    @property
    def is_open(self) -> bool:
        return self.outcome == Outcome.OPEN

    @property
    def law(self) -> str:
        """The provision, as it is cited."""
        return str(
            _("Personal Information Protection Law, art. 47, par. 1, item %(n)s")
            % {"n": Ground(self.ground).item}
        )

    def get_absolute_url(self) -> str:
        return reverse("ledger:erasure", args=[self.pk])
