import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region

from .guards import MOVED_FUNC
from .provision import Provision
from .service import Service


class Approval(models.Model):
    """An approval that a department decides (CPSV-AP PublicService).

    `code` is the national item code where the source gives one; `ref` is the address and never changes.
    `committed_days` are working days.
    """

    ref = models.SlugField(max_length=90, unique=True, verbose_name=_("address part"))
    code = models.CharField(max_length=90, null=True, blank=True, unique=True, verbose_name=_("item code"))
    base_code = models.CharField(max_length=40, blank=True, db_index=True)
    name = models.CharField(max_length=300, verbose_name=_("name"))
    name_en = models.CharField(max_length=300, blank=True, verbose_name=_("name, in English"))
    main_item = models.CharField(max_length=300, blank=True, verbose_name=_("main item"))
    department = models.ForeignKey(
        Entity, models.PROTECT, related_name="approvals", verbose_name=_("department")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="approvals", verbose_name=_("region"))
    committed_days = models.PositiveSmallIntegerField(
        null=True, blank=True, verbose_name=_("committed working days")
    )
    pinyin = models.TextField(blank=True)
    initials = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=400, verbose_name=_("source"))

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["pinyin", "pk"]
        indexes = [
            models.Index(fields=["region", "pinyin", "id"], name="approval_region_order"),
            models.Index(fields=["name"], name="approval_name"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="approval_names_its_source"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="of_its_place",
                operation=pgtrigger.UpdateOf("region_id"),
                when=pgtrigger.After,
                func=MOVED_FUNC,
            )
        ]

    def __str__(self) -> str:
        if get_language() == "en" and self.name_en:
            return self.name_en
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("registry:approval", args=[self.ref])

    @property
    def urn(self) -> str:
        return f"registry.approval/{self.ref}"


class Material(models.Model):
    """A paper an approval asks for (CCCEV EvidenceType). `service` is the one whose output it plainly is.

    `held_by` is the office that issued it, where it plainly is an office's own result: what a department can
    fetch it may not ask for, under `held_provision`. `held_ground` says in a sentence why it is plain.
    """

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="materials")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=400)
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="materials")
    held_by = models.CharField(max_length=200, blank=True)
    held_by_en = models.CharField(max_length=200, blank=True)
    held_ground = models.CharField(max_length=400, blank=True)
    held_ground_en = models.CharField(max_length=400, blank=True)
    held_provision = models.ForeignKey(
        Provision, models.PROTECT, null=True, blank=True, related_name="held_papers"
    )
    source = models.CharField(max_length=400)

    class Meta:
        verbose_name = _("required paper")
        ordering = ["approval", "position"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "position"], name="material_once_per_position"),
            models.CheckConstraint(
                condition=Q(held_by="", held_ground="", held_provision__isnull=True)
                | (~Q(held_by="") & ~Q(held_ground="") & Q(held_provision__isnull=False)),
                name="material_held_on_a_ground_and_a_provision",
            ),
        ]

    def __str__(self) -> str:
        return self.name
